/** The last good copy of a zone in a file: a plain master file. */

import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { formatName } from '../../../wire/name.ts';
import { formatType, RrClass, RrType } from '../../../wire/registry.ts';
import { isSameName } from '../../../wire/tsig.ts';
import { ZoneReader } from '../../zone-text/zone-text.ts';
import { formatRdata } from './rdata-text.ts';
import { PackedRecords, RecordPacker, type ZoneData } from './record-pack.ts';
import { createCopy, readSoa, type ZoneCopy } from './zone-copy.ts';

/** A copy, whom it came from, and when a primary last confirmed that it is up to date. */
export interface KnownCopy {
  readonly copy: ZoneCopy;
  /** As records name it; the file itself when that is all that is known. */
  readonly primary: string;
  /** Milliseconds since the epoch. */
  readonly confirmedAt: number;
}

/** Characters that are written at once. */
const CHUNK = 1 << 16;

/** As decision logs have it: what is blocked is not for everybody on the host. */
const MODE = 0o640;

const FIRST_LINE = /^; zone \S+ serial \d+ from (\S+) at /;

/** Writes a copy beside the file and puts it in its place: there is always a whole one. */
export function writeCache(path: string, { copy, primary, confirmedAt }: KnownCopy): void {
  mkdirSync(dirname(path), { recursive: true });
  const beside = `${path}.${process.pid}.new`;
  try {
    const file = openSync(beside, 'w', MODE);
    try {
      writeZone(file, copy, primary, confirmedAt);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    confirmCache(beside, confirmedAt);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

function writeZone(file: number, copy: ZoneCopy, primary: string, at: number): void {
  const { zone, soa, records, count } = copy;
  const name = formatName(zone);
  const time = new Date(at).toISOString();
  let text = `; zone ${name} serial ${soa.serial} from ${primary} at ${time}\n`;
  const cursor = new PackedRecords(records);
  while (cursor.next()) {
    const { owner, type, ttl } = cursor;
    text += formatRecord({ owner, type, ttl, rdata: cursor.rdata() });
    if (text.length < CHUNK) continue;
    writeSync(file, text);
    text = '';
  }
  writeSync(file, `${text}; end of zone ${name}: ${count} records\n`);
}

function formatRecord({ owner, type, ttl, rdata }: ZoneData): string {
  return `${formatName(owner)} ${ttl} IN ${formatType(type)} ${formatRdata(type, rdata)}\n`;
}

/** Notes that the copy in a file has been confirmed. */
export function confirmCache(path: string, confirmedAt: number): void {
  utimesSync(path, confirmedAt / 1000, confirmedAt / 1000);
}

/** Reads a copy of `zone`; undefined when there is none. Throws what keeps it from being used. */
export function readCache(path: string, zone: Uint8Array): KnownCopy | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  const octets = readFileSync(path);
  const primary = FIRST_LINE.exec(octets.toString('latin1', 0, 1024))?.[1] ?? path;
  return { copy: readCopy(octets, zone), primary, confirmedAt: stat.mtimeMs };
}

function readCopy(octets: Uint8Array, zone: Uint8Array): ZoneCopy {
  const reader = new ZoneReader(octets);
  const packer = new RecordPacker();
  let soa: ZoneCopy['soa'] | undefined;
  while (reader.next()) {
    const rdata = reader.rdata();
    if (rdata === undefined) continue;
    const { type, ttl, ownerLength } = reader;
    const owner = reader.owner.slice(0, ownerLength);
    if (reader.rrClass !== RrClass.IN) throw new Error(`line ${reader.line}: not of class IN`);
    if (type !== RrType.SOA || !isSameName(owner, zone)) packer.add({ owner, type, ttl, rdata });
    else soa ??= readSoa(rdata, ttl);
  }
  const [problem] = reader.problems.told(reader.line);
  if (problem !== undefined) throw new Error(`line ${problem.line}: ${problem.message}`);
  if (soa === undefined) throw new Error(`it has no SOA of ${formatName(zone)}`);
  return createCopy(zone, soa, packer);
}
