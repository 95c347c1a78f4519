/** The certificates that listeners show: read with their keys, and how long they are good. */

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Config, resolvePath } from './config.ts';
import type { Located } from './kind.ts';
import type { CertificateFiles } from './listen.ts';
import { ConfigError, formatPlace, type Problem } from './problem.ts';

const DAY_MS = 86_400_000;
/** Who renews by machine does so when a third of the time is left: by then something is wrong. */
const LATE_SHARE = 1 / 6;
const LATE_MS = 14 * DAY_MS;

/** One certificate of a listener, in PEM, with its key. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
  /** Its file, as the configuration has it, and where. */
  readonly file: Located<string>;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/**
 * By listener, as in the configuration, and last those of the admin HTTP; undefined for one without
 * TLS. Throws a ConfigError.
 */
export function readCertificates(config: Config): readonly (readonly Certificate[] | undefined)[] {
  const problems: Problem[] = [];
  const read = shownBy(config).map((tls) =>
    tls?.flatMap((files) => readCertificate(config, files, problems) ?? []),
  );
  if (problems.length > 0) throw new ConfigError(problems);
  return read;
}

function shownBy({ listen, admin }: Config): readonly (readonly CertificateFiles[] | undefined)[] {
  return [...listen.map(({ value: { tls } }) => tls), admin.tls];
}

/** The files that `readCertificates` reads. */
export function certificateFiles(config: Config): readonly string[] {
  const files = shownBy(config).flatMap((tls = []) =>
    tls.flatMap(({ certificate, key }) => [certificate.value, key.value]),
  );
  return [...new Set(files)].map((file) => resolvePath(config, file));
}

/** What an operator should know of certificates that can be used. */
export function certificateWarnings(
  certificates: readonly (readonly Certificate[] | undefined)[],
  now: number,
): string[] {
  const all = certificates.flatMap((ofListener) => ofListener ?? []);
  const warnings = all.flatMap(({ file, notBefore, notAfter }) => {
    const what = `${formatPlace(file.place)}: the certificate ${file.value}`;
    if (now >= notAfter) return [`${what} has expired on ${day(notAfter)}`];
    if (now < notBefore) return [`${what} is not valid before ${day(notBefore)}`];
    const isLate = notAfter - now < Math.min(LATE_MS, (notAfter - notBefore) * LATE_SHARE);
    return isLate ? [`${what} expires on ${day(notAfter)} and has not been renewed`] : [];
  });
  return [...new Set(warnings)];
}

function readCertificate(
  config: Config,
  { certificate: file, key: keyFile }: CertificateFiles,
  problems: Problem[],
): Certificate | undefined {
  const certificate = readPem(config, file, 'PEM certificates', problems);
  const key = readPem(config, keyFile, 'a private key in PEM', problems);
  if (certificate === undefined || key === undefined) return undefined;
  const leaf = attempt(() => new X509Certificate(certificate));
  if (leaf === undefined) return report(problems, file, 'has no certificate; expect PEM');
  const privateKey = attempt(() => createPrivateKey(key));
  if (privateKey === undefined) {
    return report(problems, keyFile, 'has no private key; expect PEM without a passphrase');
  }
  if (!leaf.checkPrivateKey(privateKey)) {
    return report(problems, keyFile, `is not the key of ${file.value}; expect the two to fit`);
  }
  // A key that is too short say, or something behind the first certificate.
  // Not an import: each thread reads configurations, and most have no certificate.
  const { createSecureContext } = process.getBuiltinModule('node:tls');
  const unusable = faultOf(() => createSecureContext({ cert: certificate, key }));
  if (unusable !== undefined) return report(problems, file, `cannot be used: ${unusable}`);
  const { validFromDate, validToDate } = leaf;
  const notBefore = validFromDate.getTime();
  return { certificate, key, file, notBefore, notAfter: validToDate.getTime() };
}

function readPem(
  config: Config,
  file: Located<string>,
  expected: string,
  problems: Problem[],
): string | undefined {
  try {
    return readFileSync(resolvePath(config, file.value), 'utf8');
  } catch (error) {
    const why = `cannot be read: ${(error as Error).message}; expect ${expected}`;
    return report(problems, file, why);
  }
}

function report(problems: Problem[], { value, place }: Located<string>, why: string): undefined {
  problems.push({ ...place, message: `${value} ${why}` });
}

function faultOf(use: () => unknown): string | undefined {
  try {
    use();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
