/** Transaction signatures (RFC 8945): the TSIG record, and the MAC that it carries. */

import { createHmac, type Hmac } from 'node:crypto';
import { Count, id, readUint16, readUint32, setId, writeUint16, writeUint32 } from './header.ts';
import { expandName, lowerName, MAX_NAME, nameLength, parseName } from './name.ts';
import { RecordCursor, Section } from './records.ts';
import { RrClass, RrType } from './registry.ts';

/** Errors in a TSIG record (section 3). */
export const TsigError = { NONE: 0, BADSIG: 16, BADKEY: 17, BADTIME: 18, BADTRUNC: 22 } as const;
export type TsigError = (typeof TsigError)[keyof typeof TsigError];

/** By their names (section 6): the hash, and the octets of a whole MAC. */
const ALGORITHMS = {
  'hmac-md5': { wire: 'hmac-md5.sig-alg.reg.int', hash: 'md5', length: 16 },
  'hmac-sha1': { wire: 'hmac-sha1', hash: 'sha1', length: 20 },
  'hmac-sha224': { wire: 'hmac-sha224', hash: 'sha224', length: 28 },
  'hmac-sha256': { wire: 'hmac-sha256', hash: 'sha256', length: 32 },
  'hmac-sha384': { wire: 'hmac-sha384', hash: 'sha384', length: 48 },
  'hmac-sha512': { wire: 'hmac-sha512', hash: 'sha512', length: 64 },
} as const;
export type TsigAlgorithm = keyof typeof ALGORITHMS;
export const TSIG_ALGORITHMS: readonly TsigAlgorithm[] = Object.keys(ALGORITHMS) as TsigAlgorithm[];

/** A secret that two servers share. */
export interface TsigKey {
  /** Wire format, in lower case. */
  readonly name: Uint8Array;
  readonly algorithm: TsigAlgorithm;
  /** Wire format. */
  readonly algorithmName: Uint8Array;
  readonly secret: Uint8Array;
  /** Octets of the MACs that are sent, and the fewest that are taken. */
  readonly macLength: number;
}

/** Makes a key; `macLength` is for MACs that are to be truncated (section 5.2.2.1). */
export function createTsigKey(
  name: Uint8Array,
  algorithm: TsigAlgorithm,
  secret: Uint8Array,
  macLength: number = wholeMacLength(algorithm),
): TsigKey {
  const algorithmName = parseName(ALGORITHMS[algorithm].wire) as Uint8Array;
  return { name: lowerName(name), algorithm, algorithmName, secret, macLength };
}

/** Octets of a MAC that is not truncated. */
export function wholeMacLength(algorithm: TsigAlgorithm): number {
  return ALGORITHMS[algorithm].length;
}

/** Octets of the shortest MAC that the protocol knows: ten, or half of a whole one. */
export function leastMacLength(algorithm: TsigAlgorithm): number {
  return Math.max(10, wholeMacLength(algorithm) / 2);
}

/** Seconds by which clocks may differ (section 10 recommends 300). */
const FUDGE = 300;

/** The fields of a TSIG record, and where it begins. Times are seconds since the epoch. */
export interface TsigRecord {
  readonly at: number;
  readonly keyName: Uint8Array;
  readonly algorithmName: Uint8Array;
  readonly time: number;
  readonly fudge: number;
  readonly mac: Uint8Array;
  readonly originalId: number;
  readonly error: number;
  readonly other: Uint8Array;
}

/** TIME SIGNED, FUDGE and MAC SIZE; ORIGINAL ID, ERROR and OTHER LEN. */
const BEFORE_MAC = 10;
const BEHIND_MAC = 6;

const cursor = new RecordCursor();

/** The TSIG record of a message; undefined when it has none, `malformed` when it has no sound one. */
export function readTsig(
  message: Uint8Array,
  length: number,
): TsigRecord | undefined | 'malformed' {
  let at = -1;
  cursor.start(message, length);
  while (cursor.next()) {
    // Section 5.1: it is the last record of the additional section.
    if (at >= 0) return 'malformed';
    if (cursor.type !== RrType.TSIG) continue;
    if (cursor.section !== Section.ADDITIONAL) return 'malformed';
    if (cursor.rrClass !== RrClass.ANY || cursor.ttl !== 0) return 'malformed';
    at = cursor.ownerAt;
  }
  if (cursor.malformed) return 'malformed';
  return at < 0 ? undefined : readRecord(message, at, cursor.rdataAt, cursor.end);
}

function readRecord(
  message: Uint8Array,
  at: number,
  rdataAt: number,
  end: number,
): TsigRecord | 'malformed' {
  const keyName = readName(message, at, end);
  // RFC 8945 section 4.2: the algorithm's name is not compressed.
  const algorithmName = readName(message, rdataAt, end);
  if (keyName === undefined || algorithmName === undefined) return 'malformed';
  const timeAt = rdataAt + algorithmName.length;
  const macAt = timeAt + BEFORE_MAC;
  if (macAt > end) return 'malformed';
  const idAt = macAt + readUint16(message, macAt - 2);
  const otherAt = idAt + BEHIND_MAC;
  if (otherAt > end || otherAt + readUint16(message, otherAt - 2) !== end) return 'malformed';
  return {
    at,
    keyName,
    algorithmName,
    time: readUint16(message, timeAt) * 0x1_0000_0000 + readUint32(message, timeAt + 2),
    fudge: readUint16(message, timeAt + 6),
    mac: message.slice(macAt, idAt),
    originalId: readUint16(message, idAt),
    error: readUint16(message, idAt + 2),
    other: message.slice(otherAt, end),
  };
}

function readName(message: Uint8Array, at: number, end: number): Uint8Array | undefined {
  const name = new Uint8Array(MAX_NAME);
  const length = expandName(message, at, end, name);
  return length < 0 ? undefined : lowerName(name.subarray(0, length));
}

/** A MAC in the making, begun with the MAC that the message answers or follows, if any. */
export function beginMac(key: TsigKey, prior?: Uint8Array): Hmac {
  const hmac = createHmac(ALGORITHMS[key.algorithm].hash, key.secret);
  if (prior === undefined) return hmac;
  const length = new Uint8Array(2);
  writeUint16(length, 0, prior.length);
  return hmac.update(length).update(prior);
}

/** Takes in a message as it was before its TSIG record was added (section 4.3.2). */
export function addUnsigned(hmac: Hmac, message: Uint8Array, tsig: TsigRecord): Hmac {
  const before = message.slice(0, tsig.at);
  setId(before, tsig.originalId);
  writeUint16(before, Count.ADDITIONAL, readUint16(before, Count.ADDITIONAL) - 1);
  return hmac.update(before);
}

/** Takes in the variables of the record itself (section 4.3.3). */
export function addVariables(hmac: Hmac, key: TsigKey, tsig: TsigTimers): Hmac {
  const fixed = new Uint8Array(6);
  writeUint16(fixed, 0, RrClass.ANY);
  hmac.update(key.name).update(fixed).update(key.algorithmName);
  addTimers(hmac, tsig);
  const rest = new Uint8Array(4);
  writeUint16(rest, 0, tsig.error);
  writeUint16(rest, 2, tsig.other.length);
  return hmac.update(rest).update(tsig.other);
}

/** Takes in its times alone: in all but the first message of an answer (section 5.3.1). */
export function addTimers(hmac: Hmac, { time, fudge }: TsigTimers): Hmac {
  const timers = new Uint8Array(8);
  writeTime(timers, 0, time);
  writeUint16(timers, 6, fudge);
  return hmac.update(timers);
}

type TsigTimers = Pick<TsigRecord, 'time' | 'fudge' | 'error' | 'other'>;

/** How a message is signed. */
export interface Signing {
  /** Seconds since the epoch. */
  readonly time: number;
  /** The MAC of the request that the message answers. */
  readonly prior?: Uint8Array | undefined;
  readonly error?: TsigError;
  readonly other?: Uint8Array;
}

/** A message with its signature, and the MAC in it. */
export function signMessage(
  message: Uint8Array,
  key: TsigKey,
  { time, prior, error = TsigError.NONE, other = new Uint8Array(0) }: Signing,
): { octets: Uint8Array; mac: Uint8Array } {
  const timers = { time, fudge: FUDGE, error, other };
  const hmac = beginMac(key, prior).update(message);
  const mac = addVariables(hmac, key, timers).digest().subarray(0, key.macLength);
  return { octets: appendTsig(message, key, mac, timers), mac };
}

/** A message with a TSIG record behind it. Without a MAC its error is why nothing could be signed. */
export function appendTsig(
  message: Uint8Array,
  key: Pick<TsigKey, 'name' | 'algorithmName'>,
  mac: Uint8Array,
  { time, fudge = FUDGE, error, other }: Omit<TsigTimers, 'fudge'> & { readonly fudge?: number },
): Uint8Array {
  const { name, algorithmName } = key;
  const rdataAt = message.length + name.length + 10;
  const macAt = rdataAt + algorithmName.length + BEFORE_MAC;
  const idAt = macAt + mac.length;
  const octets = new Uint8Array(idAt + BEHIND_MAC + other.length);
  octets.set(message);
  octets.set(name, message.length);
  writeUint16(octets, rdataAt - 10, RrType.TSIG);
  writeUint16(octets, rdataAt - 8, RrClass.ANY);
  writeUint16(octets, rdataAt - 2, octets.length - rdataAt);
  octets.set(algorithmName, rdataAt);
  writeTime(octets, macAt - BEFORE_MAC, time);
  writeUint16(octets, macAt - 4, fudge);
  writeUint16(octets, macAt - 2, mac.length);
  octets.set(mac, macAt);
  writeUint16(octets, idAt, id(message));
  writeUint16(octets, idAt + 2, error);
  writeUint16(octets, idAt + 4, other.length);
  octets.set(other, idAt + BEHIND_MAC);
  writeUint16(octets, Count.ADDITIONAL, readUint16(octets, Count.ADDITIONAL) + 1);
  return octets;
}

/** A time of 48 bits. */
export function writeTime(out: Uint8Array, at: number, time: number): void {
  writeUint16(out, at, Math.floor(time / 0x1_0000_0000));
  writeUint32(out, at + 2, time % 0x1_0000_0000);
}

/** Whether two names in lower case are the same. */
export function isSameName(a: Uint8Array, b: Uint8Array): boolean {
  const length = nameLength(a);
  if (length !== nameLength(b)) return false;
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false;
  return true;
}
