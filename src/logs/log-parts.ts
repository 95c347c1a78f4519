/** The parts of a log's files that may have what is looked for, and their octets in whole lines. */

import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { type Block, indexFolder, readIndex } from './block-index.ts';
import { endOf } from './indexing.ts';
import { type LogFile, readAt } from './log-files.ts';
import { CHUNK, expand, MAX_LINE } from './log-lines.ts';
import { type LogPart, linesOfRange } from './range-lines.ts';
import { type BlockTest, isWorthReading } from './record-keys.ts';
import { type PassedOver, sampleParts } from './sampled-times.ts';
import { logOf } from './written-order.ts';

const LF = 0x0a;

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
    if (part.isPacked === true) return [part];
    return part.blocks === undefined ? divideRange(part, octets) : dividePacked(part, octets);
  });
}

function divideRange(part: LogPart, octets: number): LogPart[] {
  const pieces: LogPart[] = [];
  for (let at = part.start; ; at += octets) {
    const left = part.start + part.length - at;
    if (left <= octets) return [...pieces, { ...part, start: at, length: left }];
    pieces.push({ ...part, start: at, end: at + octets, length: octets });
  }
}

function dividePacked(part: LogPart, octets: number): LogPart[] {
  const { blocks = [] } = part;
  const pieces: LogPart[] = [];
  for (let i = 0, from = 0, length = 0; i < blocks.length; i++) {
    length += blocks[i]!.packedLength;
    if (length < octets && i < blocks.length - 1) continue;
    pieces.push({ ...part, blocks: blocks.slice(from, i + 1), length });
    [from, length] = [i + 1, 0];
  }
  return pieces;
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
  } else yield* linesOfRange(part);
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
