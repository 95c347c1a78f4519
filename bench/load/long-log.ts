/** A decision log of days, as a server leaves it: rotated, and compressed by our own rotation. */

import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { compressLog } from '../../src/logs/compression.ts';
import { LogIndexes } from '../../src/logs/indexing.ts';
import { closeLogFile, openLogFile } from '../../src/logs/log-files.ts';

/** Octets of a file before it is rotated: the default of `rotate`. */
const FILE_OCTETS = 100_000_000;
/** Lines that are written together. */
const BATCH = 10_000;
const CLIENTS = 5000;
const NAMES = 50_000;
/** Records in a second; the last one is from when the log is made. */
const PER_SECOND = 25;

/** A client, a name and a rule that only the oldest record has, and the reference of that. */
export const RARE = {
  client: '192.0.2.77',
  name: 'once.rare.example',
  rule: 'house/once.rare.example',
  ref: 'bench-0',
} as const;
/** A client and a rule that are everywhere in the log, and never together. */
export const APART = { client: '10.0.0.0', rule: 'house/*.gambling.example' } as const;

const never = () => false;

/** Writes `count` records to `decisions.log` in a folder and its older files; resolves to its path. */
export async function writeLongLog(folder: string, count: number): Promise<string> {
  const path = join(folder, 'decisions.log');
  const paths = writeFiles(path, count);
  const indexes = new LogIndexes(path);
  const [, youngest, ...older] = paths;
  for (const old of older) {
    const names = { path: old, compressed: `${old}.gz`, part: `${old}.gz.part` };
    await compressLog(indexes, names, never);
  }
  // The youngest old file is indexed and not compressed; what is being written is not indexed.
  const file = youngest === undefined ? undefined : openLogFile(youngest);
  if (file !== undefined) {
    await indexes.extend(file, true, never);
    closeLogFile(file);
  }
  return path;
}

/** Writes `count` records to one file, without an index; `lastTime` is when the last was written. */
export function writeOneLog(
  folder: string,
  count: number,
): { readonly path: string; readonly lastTime: number } {
  const path = join(folder, 'decisions.log');
  const begin = Date.now() - (count / PER_SECOND) * 1000;
  writeRecords(path, { from: 0, to: count, begin });
  return { path, lastTime: begin + ((count - 1) * 1000) / PER_SECOND };
}

/** The files that were written, the youngest first. */
function writeFiles(path: string, count: number): string[] {
  const begin = Date.now() - (count / PER_SECOND) * 1000;
  const average = Buffer.byteLength(recordLine(count >> 1, begin));
  const perFile = Math.floor(FILE_OCTETS / average / BATCH) * BATCH;
  const files = Math.ceil(count / perFile);
  const paths = Array.from({ length: files }, (_, i) => (i === 0 ? path : `${path}.${i}`));
  for (const [i, file] of paths.toReversed().entries()) {
    writeRecords(file, { from: i * perFile, to: Math.min(count, (i + 1) * perFile), begin });
  }
  return paths;
}

function writeRecords(
  file: string,
  { from, to, begin }: { readonly from: number; readonly to: number; readonly begin: number },
): void {
  const descriptor = openSync(file, 'w');
  for (let at = from; at < to; at += BATCH) {
    const lines: string[] = [];
    for (let n = at; n < Math.min(at + BATCH, to); n++) lines.push(recordLine(n, begin));
    writeSync(descriptor, lines.join(''));
  }
  closeSync(descriptor);
}

/** Spreads numbers without a pattern and always alike. */
function scatter(i: number): number {
  const mixed = Math.imul(i ^ (i >>> 15), 0x2c1b3c6d);
  return (Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39) ^ (mixed >>> 15)) >>> 0;
}

/** Some clients and names come much more often than others. */
function skewed(i: number, count: number): number {
  const part = scatter(i) / 2 ** 32;
  return Math.floor(part * part * part * count);
}

function recordLine(i: number, begin: number): string {
  const time = new Date(begin + (i * 1000) / PER_SECOND).toISOString();
  const nth = skewed(2 * i, CLIENTS);
  const isOfPolicy = nth > 0 && i % 3 === 0;
  const ofPolicy = { layer: 'policy', rule: APART.rule, line: 31, ede: 15 };
  const ofAcl = { layer: 'acl', rule: 'acl.query 10.0.0.0/8', line: 12, ede: 18 };
  const usual = {
    client: i === 0 ? RARE.client : `10.${nth >> 8}.${nth & 255}.${nth % 7}`,
    name: `host${skewed(2 * i + 1, NAMES)}.${isOfPolicy ? 'gambling' : 'shop'}.example`,
    ...(isOfPolicy ? ofPolicy : ofAcl),
  };
  const { client, name, layer, rule, line, ede } =
    i === 0 ? { ...usual, ...ofPolicy, name: RARE.name, rule: RARE.rule } : usual;
  return (
    `{"level":40,"time":"${time}","event":"refused","ref":"bench-${i}","node":"ns1.bench",` +
    `"policy":"3f2a9c11","client":"${client}","port":${1024 + (scatter(i) % 60_000)},"group":"office",` +
    `"transport":"udp","listener":"10.0.0.53:53","view":"default","id":${scatter(i + 1) & 0xffff},` +
    `"opcode":"QUERY","rd":true,"qname":"${name}.","qtype":"${i % 4 === 0 ? 'AAAA' : 'A'}","qclass":"IN",` +
    `"rcode":"REFUSED","layer":"${layer}","origin":"local","action":"refuse",` +
    `"rule":{"id":"${rule}","file":"/etc/rcode5/rcode5.yaml","line":${line},"implicit":false},` +
    `"ede":[${ede}],"msg":"refused ${name}. for ${client} by ${layer} (${rule})"}\n`
  );
}
