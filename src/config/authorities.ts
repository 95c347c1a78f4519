/** The authorities that may vouch for upstream servers: PEM files that the configuration names. */

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Config, resolvePath } from './config.ts';
import type { Located } from './kind.ts';
import { ConfigError, type Problem } from './problem.ts';

/** The text of each file, by its name in the configuration. */
export type Authorities = ReadonlyMap<string, string>;

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Reads all files. Throws a ConfigError for those that have no certificates. */
export function readAuthorities(config: Config): Authorities {
  const problems: Problem[] = [];
  const read = new Map<string, string>();
  for (const { value } of config.upstreams) {
    if (value.ca === undefined || read.has(value.ca.value)) continue;
    const pem = readFile(config, value.ca, problems);
    if (pem !== undefined) read.set(value.ca.value, pem);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return read;
}

/** The files that `readAuthorities` reads. */
export function authorityFiles(config: Config): readonly string[] {
  const files = config.upstreams.flatMap(({ value: { ca } }) => ca?.value ?? []);
  return [...new Set(files)].map((file) => resolvePath(config, file));
}

function readFile(
  config: Config,
  { value: file, place }: Located<string>,
  problems: Problem[],
): string | undefined {
  const wrong = (why: string): undefined => {
    problems.push({ ...place, message: `${file} ${why}; expect PEM certificates` });
  };
  let text: string;
  try {
    text = readFileSync(resolvePath(config, file), 'utf8');
  } catch (error) {
    return wrong(`cannot be read: ${(error as Error).message}`);
  }
  const certificates = text.match(CERTIFICATE) ?? [];
  if (certificates.length === 0) return wrong('has no certificate');
  for (const certificate of certificates) {
    try {
      new X509Certificate(certificate);
    } catch (error) {
      return wrong(`has something that is no certificate: ${(error as Error).message}`);
    }
  }
  return text;
}
