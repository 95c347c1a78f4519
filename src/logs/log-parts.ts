/** The parts of a log's files that may have what is looked for, and their octets in whole lines. */

import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { type Block, indexFolder, readIndex } from './block-index.ts';
import { endOf } from './indexing.ts';
import { type LogFile, readAt } from './log-files.ts';
import { CHUNK, expand, MAX_LINE } from './log-lines.ts';
import { type BlockTest, isWorthReading } from './record-keys.ts';
import { sampleParts } from './sampled-times.ts';
import { logOf } from './written-order.ts';

const LF = 0x0a;
/** Octets that are read at a time. */
const WINDOW = 1 << 20;
/** Those that nobody reads into: a log has many parts. */
const WINDOWS: Buffer[] = [];
/** Octets behind a range in which its last line mostly ends. */
const BEYOND = 4096;

/** A part of a file: lines that begin from `start` on and before `end`, or blocks that are packed. */
export interface LogPart {
  readonly path: string;
  readonly descriptor: number;
  readonly start: number;
  /** Infinity: to the end of the file, which may grow. */
  readonly end: number;
  /** Octets to read, as far as is known. */
  readonly length: number;
  readonly blocks?: readonly Packed[];
  /** One that can be read from its beginning only. */
  readonly isPacked?: boolean;
}

type Packed = Pick<Block, 'packedStart' | 'packedLength'>;

/** What stands in blocks that are not read, and what was seen of the clock. */
export interface PassedOver {
  records: number;
  skipped: number;
  lost: number;
  /** How often the clock ran backwards between parts of files without an index. */
  backwards: number;
}

/** The parts of a regular file that may have what is looked for, in their order. */
export function partsOf(file: LogFile, test: BlockTest, passed: PassedOver): LogPart[] {
  const { path, descriptor, size } = file;
  const blocks = readIndex(indexFolder(logOf(path)), file.id);
  const whole = { path, descriptor, start: 0, end: Number.POSITIVE_INFINITY, length: size };
  if (!file.isGzip) {
    const indexed = blocks.at(-1) !== undefined && endOf(blocks) <= size ? blocks : [];
    const start = endOf(indexed);
    const tail = { ...whole, start, length: size - start };
    return [
      ...rangesOf(worthReading(indexed, test, passed), whole),
      ...sampleParts(tail, test, passed),
    ];
  }
  if (blocks.length === 0 || blocks[0]!.packedStart < 0) return [{ ...whole, isPacked: true }];
  const packed = worthReading(blocks, test, passed);
  const length = packed.reduce((sum, { packedLength }) => sum + packedLength, 0);
  return [{ ...whole, blocks: packed, length }];
}

function worthReading(blocks: readonly Block[], test: BlockTest, passed: PassedOver): Block[] {
  return blocks.filter((block) => {
    if (isWorthReading(block, test)) return true;
    passed.records += block.records;
    passed.skipped += block.skipped;
    passed.lost += block.lost;
    return false;
  });
}

/** Blocks that follow each other as one part. */
function rangesOf(blocks: readonly Block[], whole: LogPart): LogPart[] {
  const parts: LogPart[] = [];
  for (const { start, length } of blocks) {
    const last = parts.at(-1);
    const end = start + length;
    if (last?.end !== start) parts.push({ ...whole, start, end, length });
    else parts[parts.length - 1] = { ...last, end, length: end - last.start };
  }
  return parts;
}

/** The same in parts of about so many octets. */
export function divide(parts: readonly LogPart[], octets: number): LogPart[] {
  return parts.flatMap((part) => {
    const pieces: LogPart[] = [];
    const { start, end, blocks, isPacked } = part;
    if (isPacked === true) return [part];
    if (blocks !== undefined) {
      for (let i = 0, from = 0, length = 0; i < blocks.length; i++) {
        length += blocks[i]!.packedLength;
        if (length < octets && i < blocks.length - 1) continue;
        pieces.push({ ...part, blocks: blocks.slice(from, i + 1), length });
        [from, length] = [i + 1, 0];
      }
      return pieces;
    }
    for (let at = start; ; at += octets) {
      const left = start + part.length - at;
      if (left <= octets) return [...pieces, { ...part, start: at, end, length: left }];
      pieces.push({ ...part, start: at, end: at + octets, length: octets });
    }
  });
}

/** Octets of a part in whole lines; each is good until the next. */
export async function* readPart(part: LogPart): AsyncGenerator<Buffer> {
  const { path, descriptor, blocks, isPacked } = part;
  if (blocks !== undefined) {
    for (const { packedStart, packedLength } of blocks) {
      yield gunzipSync(readAt(descriptor, packedStart, packedLength));
    }
  } else if (isPacked === true) {
    const stream = createReadStream(path, {
      ...{ fd: descriptor, autoClose: false, start: 0, highWaterMark: CHUNK },
    });
    yield* wholeLines(stream);
  } else yield* readRange(part);
}

/** Octets of a stream, packed or not, in whole lines. */
export async function* wholeLines(octets: Readable): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of expand(octets)) {
    const end = chunk.lastIndexOf(LF) + 1;
    if (end > 0) {
      if (rest.length === 0) yield chunk.subarray(0, end);
      else yield Buffer.concat([rest, chunk.subarray(0, end)]);
      rest = Buffer.from(chunk.subarray(end));
      // Of a line that is longer than any record only the end counts.
    } else rest = Buffer.concat([rest, chunk]).subarray(-MAX_LINE);
  }
  if (rest.length > 0) yield rest;
}

/** The lines that begin in a range: the one that is cut by its beginning is not among them. */
function* readRange(range: LogPart): Generator<Buffer> {
  const window = WINDOWS.pop() ?? Buffer.allocUnsafe(2 * WINDOW);
  try {
    yield* readWindows(range, window);
  } finally {
    WINDOWS.push(window);
  }
}

function* readWindows({ descriptor, start, end }: LogPart, window: Buffer): Generator<Buffer> {
  let filled = 0;
  // An octet before it tells whether a line begins at `start`.
  let at = Math.max(0, start - 1);
  let isInside = start === 0;
  let isCut = false;
  for (;;) {
    const wanted = Math.min(WINDOW, Math.max(0, end - at - filled) + BEYOND);
    const octets = readAt(descriptor, at + filled, wanted, window.subarray(filled));
    const isEnd = octets.length < wanted;
    filled += octets.length;
    let from = 0;
    if (!isInside) {
      from = window.subarray(0, filled).indexOf(LF) + 1;
      isInside = from > 0;
      if (!isInside) from = filled;
    }
    if (!isCut && at + from >= end) return;
    const close = endOfRange(window.subarray(0, filled), from, end - at);
    if (close > from) yield window.subarray(from, close);
    if (at + close >= end) return;
    const rest = Math.max(from, close);
    if (isEnd) {
      if (isInside && rest < filled) yield window.subarray(rest, filled);
      return;
    }
    // Of a line that is longer than any record only the end counts.
    const keep = isInside ? Math.max(rest, filled - MAX_LINE) : filled;
    isCut = isInside && keep > rest;
    window.copyWithin(0, keep, filled);
    at += keep;
    filled -= keep;
  }
}

/** Where the last line ends that begins before `end`, or the last one that is whole; 0 without. */
function endOfRange(octets: Buffer, from: number, end: number): number {
  if (end > octets.length) return octets.lastIndexOf(LF) + 1;
  const last = octets.indexOf(LF, Math.max(from, end - 1)) + 1;
  return last > 0 ? last : octets.lastIndexOf(LF) + 1;
}
