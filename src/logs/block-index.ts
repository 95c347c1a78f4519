/**
 * The index of a log file: for each block of some hundred records when they were written, and a
 * filter of what they are about. It stands in a file of its own beside the log, named by the first
 * line of the log file: a rename or compression of that changes nothing.
 */

import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { filterOf } from './key-filter.ts';
import { DecisionReader } from './log-lines.ts';
import { addKeys } from './record-keys.ts';

/** Octets of a log in one block, before the rest of its last line. */
export const BLOCK = 1 << 18;
const MAGIC = Buffer.from('rcode5 index 3\n\0');
/** Octets of an entry before its filter. */
const HEAD = 60;
/** It is not packed by itself. */
const NOT_PACKED = -1;

export interface Block {
  /** Where it begins in the log's text, and its length. */
  readonly start: number;
  readonly length: number;
  /** Where it stands in a compressed file, packed by itself; -1 when it is not. */
  readonly packedStart: number;
  readonly packedLength: number;
  /** The earliest and the latest time of its records, in milliseconds; of none Infinity and 0. */
  readonly from: number;
  readonly to: number;
  readonly records: number;
  /** Lines that are no whole records, and records that the log itself counts as lost. */
  readonly skipped: number;
  readonly lost: number;
  readonly filter: Uint8Array;
}

/** Where the indexes of a log are. */
export function indexFolder(log: string): string {
  return join(dirname(log), `.${basename(log)}.idx`);
}

/** The block of octets that are whole lines and begin at `start` in their log. */
export function indexBlock(octets: Buffer, start: number): Block {
  const reader = new DecisionReader();
  const keys = new Set<string>();
  let [first, last] = ['~', ''];
  let records = 0;
  for (const line of octets.toString('utf8').split('\n')) {
    const record = reader.read(line);
    if (record === undefined) continue;
    records++;
    if (record.time < first) first = record.time;
    if (record.time > last) last = record.time;
    addKeys(keys, record);
  }
  return {
    ...{ start, length: octets.length, packedStart: NOT_PACKED, packedLength: 0, records },
    ...{ skipped: reader.skipped, lost: reader.lost },
    from: records === 0 ? Number.POSITIVE_INFINITY : Date.parse(first),
    to: records === 0 ? 0 : Date.parse(last),
    filter: filterOf(keys),
  };
}

/** The blocks that stand in an index; none when there is none, or none that can be read. */
export function readIndex(folder: string, id: string): Block[] {
  let octets: Buffer;
  try {
    octets = readFileSync(join(folder, id));
  } catch {
    return [];
  }
  if (!octets.subarray(0, MAGIC.length).equals(MAGIC)) return [];
  const blocks: Block[] = [];
  let next = 0;
  for (let at = MAGIC.length; at + HEAD <= octets.length; ) {
    const filterLength = octets.readUInt32LE(at + 56);
    const end = at + HEAD + filterLength;
    const start = octets.readDoubleLE(at);
    // One that was cut short, or of two processes at once: what comes before is good.
    if (end > octets.length || start !== next) break;
    const length = octets.readUInt32LE(at + 8);
    blocks.push({
      ...{ start, length, packedStart: octets.readDoubleLE(at + 12) },
      packedLength: octets.readUInt32LE(at + 20),
      ...{ from: octets.readDoubleLE(at + 24), to: octets.readDoubleLE(at + 32) },
      records: octets.readDoubleLE(at + 40),
      ...{ skipped: octets.readUInt32LE(at + 48), lost: octets.readUInt32LE(at + 52) },
      filter: octets.subarray(at + HEAD, end),
    });
    next = start + length;
    at = end;
  }
  return blocks;
}

/** Adds blocks to an index; false where it cannot be written. */
export function appendIndex(folder: string, id: string, blocks: readonly Block[]): boolean {
  return attempt(() => {
    mkdirSync(folder, { recursive: true, mode: 0o750 });
    const head = blocks[0]?.start === 0 ? [MAGIC] : [];
    appendFileSync(join(folder, id), Buffer.concat([...head, ...blocks.map(formatBlock)]), {
      mode: 0o640,
    });
  });
}

/** Puts an index in the place of the one there; false where it cannot be written. */
export function writeIndex(folder: string, id: string, blocks: readonly Block[]): boolean {
  return attempt(() => {
    mkdirSync(folder, { recursive: true, mode: 0o750 });
    const part = join(folder, `${id}.part`);
    writeFileSync(part, Buffer.concat([MAGIC, ...blocks.map(formatBlock)]), { mode: 0o640 });
    renameSync(part, join(folder, id));
  });
}

/** Removes the indexes of log files that are gone. */
export function removeOthers(folder: string, ids: ReadonlySet<string>): void {
  attempt(() => {
    for (const name of readdirSync(folder)) {
      if (!ids.has(name)) rmSync(join(folder, name), { force: true });
    }
  });
}

function formatBlock(block: Block): Buffer {
  const head = Buffer.alloc(HEAD);
  head.writeDoubleLE(block.start, 0);
  head.writeUInt32LE(block.length, 8);
  head.writeDoubleLE(block.packedStart, 12);
  head.writeUInt32LE(block.packedLength, 20);
  head.writeDoubleLE(block.from, 24);
  head.writeDoubleLE(block.to, 32);
  head.writeDoubleLE(block.records, 40);
  head.writeUInt32LE(block.skipped, 48);
  head.writeUInt32LE(block.lost, 52);
  head.writeUInt32LE(block.filter.length, 56);
  return Buffer.concat([head, block.filter]);
}

function attempt(write: () => void): boolean {
  try {
    write();
    return true;
  } catch {
    return false;
  }
}
