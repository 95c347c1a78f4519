/** The files by which policy zones are transferred by TLS: looked at before they are used. */

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ageWarnings, readCertificate } from './certificates.ts';
import { type Config, resolvePath } from './config.ts';
import type { Located } from './kind.ts';
import { ConfigError, type Problem } from './problem.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** What an operator should know of files that can be used. Throws a ConfigError for the others. */
export function checkFeedFiles(config: Config, now: number): readonly string[] {
  const problems: Problem[] = [];
  const certificates = config.policies.flatMap(({ value: { rpz } }) => {
    if (rpz === undefined || typeof rpz.value === 'string') return [];
    const { ca, certificate, key } = rpz.value;
    if (ca !== undefined) checkAuthorities(config, ca, problems);
    if (certificate === undefined || key === undefined) return [];
    return readCertificate(config, { certificate, key }, problems) ?? [];
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return [...new Set(ageWarnings(certificates, now))];
}

function checkAuthorities(config: Config, file: Located<string>, problems: Problem[]): void {
  const report = (why: string) => {
    const message = `${file.value} ${why}; expect PEM certificates`;
    problems.push({ ...file.place, message });
  };
  try {
    const found = readFileSync(resolvePath(config, file.value), 'utf8').match(CERTIFICATE) ?? [];
    if (found.length === 0) report('has no certificate');
    for (const one of found) new X509Certificate(one);
  } catch (error) {
    report(`cannot be used: ${(error as Error).message}`);
  }
}
