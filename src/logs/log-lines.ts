/** From the octets of a decision log, gzip or not, to its lines and their records. */

import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type DecisionRecord, parseDecision } from '../observe/decision-filter.ts';

/** Octets of a line that is kept whole: more than any record has. */
export const MAX_LINE: number = 1 << 20;
/** Octets that are read or unpacked at a time. */
export const CHUNK: number = 1 << 18;
const LF = 0x0a;
/** What gzip begins with (RFC 1952 section 2.3.1). */
const GZIP = [0x1f, 0x8b] as const;
/** What every record begins with; inside its texts the quotes are escaped. */
const RECORD_START = '{"level":';
/** The line that a log has for records that could not be written. */
const LOST = /\{"level":50,"time":"[^"]+","event":"lost","records":(\d+),"msg":"[^"]+"\}$/;
/** A time, a host or a name that a log collector writes before each line: no half record. */
const COLLECTED = /^[^\p{Cc}{"]+\{/u;

/** Whether octets begin as gzip does. */
export function isGzip(octets: Uint8Array): boolean {
  return octets[0] === GZIP[0] && octets[1] === GZIP[1];
}

/** Cuts octets that come in pieces into lines, with as much memory as a line takes. */
export class LineSplitter {
  #parts: Buffer[] = [];
  #length = 0;

  /** The lines that this piece completes, without their ends. */
  push(chunk: Buffer): readonly string[] {
    const last = chunk.lastIndexOf(LF);
    const lines = last < 0 ? [] : this.#complete(chunk, last);
    if (last < chunk.length - 1) this.#keep(chunk.subarray(last + 1));
    return lines;
  }

  /** Only the line that began in an earlier piece is put together: the others are read in place. */
  #complete(chunk: Buffer, last: number): readonly string[] {
    if (this.#length === 0) return chunk.toString('utf8', 0, last).split('\n');
    const end = chunk.indexOf(LF);
    const first = this.#take(chunk.subarray(0, end));
    if (end === last) return [first];
    return [first, ...chunk.toString('utf8', end + 1, last).split('\n')];
  }

  /** What stands behind the last line end. */
  end(): readonly string[] {
    return this.#length === 0 ? [] : [this.#take(Buffer.alloc(0))];
  }

  #take(rest: Buffer): string {
    const text = Buffer.concat([...this.#parts, rest]).toString('utf8');
    this.#clear();
    return text;
  }

  #clear(): void {
    this.#parts = [];
    this.#length = 0;
  }

  /** Keeps a copy, for the piece may be read over. Of a line without an end only the end counts. */
  #keep(chunk: Buffer): void {
    if (this.#length > MAX_LINE) this.#clear();
    this.#parts.push(Buffer.from(chunk));
    this.#length += chunk.length;
  }
}

/** The lines of a stream, in batches as its octets come. */
export async function* readLines(octets: AsyncIterable<Buffer>): AsyncGenerator<readonly string[]> {
  const splitter = new LineSplitter();
  for await (const chunk of expand(octets)) yield splitter.push(chunk);
  yield splitter.end();
}

/** The octets of a stream, unpacked when they are gzip. */
export async function* expand(octets: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = octets[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (head.length < GZIP.length) {
    const { done, value } = await chunks.next();
    if (done) break;
    head = Buffer.concat([head, value]);
  }
  const all = joined(head, chunks);
  yield* isGzip(head) ? inflate(all) : all;
}

async function* joined(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield head;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

async function* inflate(octets: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const inflated = pipeline(octets, createGunzip({ chunkSize: CHUNK }), () => {});
  try {
    yield* inflated;
  } catch (error) {
    // What was inflated before the damage still waits in the stream.
    for (let chunk = inflated.read(); chunk !== null; chunk = inflated.read()) yield chunk;
    throw error;
  }
}

/** Finds the records among lines and counts what is none. */
export class DecisionReader {
  /** Lines, and beginnings of lines, that were not whole records. */
  skipped = 0;
  /** Records that the log itself counts as lost. */
  lost = 0;
  /** The record that was read last, as it came. */
  text = '';

  /** The record of a line; undefined when it is none. */
  read(line: string): DecisionRecord | undefined {
    const record = parseDecision(line);
    if (record !== undefined) {
      this.text = line;
      return record;
    }
    if (line.trim() === '') return undefined;
    const [, lost] = LOST.exec(line) ?? [];
    if (lost !== undefined) {
      this.lost += Number(lost);
      return undefined;
    }
    const found = this.#behind(line);
    if (found === undefined || !COLLECTED.test(line)) this.skipped++;
    return found;
  }

  /** The whole record at the end of a line: a disk that was full leaves half a record before it. */
  #behind(line: string): DecisionRecord | undefined {
    const at = line.lastIndexOf(RECORD_START);
    if (at <= 0) return undefined;
    const rest = line.slice(at);
    const record = parseDecision(rest);
    if (record !== undefined) this.text = rest;
    return record;
  }
}

/** A sentence about lines that were passed over. */
export function formatSkipped(count: number): string {
  return count === 1
    ? '1 line was skipped: it is no whole decision record'
    : `${count} lines were skipped: they are no whole decision records`;
}

/** Records that a log counts as lost, in a sentence. */
export function formatLost(count: number): string {
  return count === 1
    ? '1 record is missing: it could not be written'
    : `${count} records are missing: they could not be written`;
}

/** How often the clock was seen to run backwards, in a sentence. */
export function formatBackwards(count: number): string {
  return `the clock ran backwards ${count === 1 ? 'once' : `${count} times`}: what was written then was read as a whole`;
}
