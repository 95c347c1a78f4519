/** Parts of log files, and the lines that begin in a range, which need not begin or end with one. */

import type { Block } from './block-index.ts';
import { readAt } from './log-files.ts';
import { MAX_LINE } from './log-lines.ts';

const LF = 0x0a;
/** Octets that are read at a time; as many may be left of a line that has not ended. */
const WINDOW = MAX_LINE;
/** Octets behind a range in which its last line mostly ends. */
const BEYOND = 4096;
/** Those that nobody reads into: a log has many parts. */
const WINDOWS: Buffer[] = [];

/** A part of a file: lines that begin from `start` on and before `end`, or blocks that are packed. */
export interface LogPart {
  readonly path: string;
  readonly descriptor: number;
  readonly start: number;
  /** Infinity: to the end of the file, which may grow. */
  readonly end: number;
  /** Octets to read, as far as is known. */
  readonly length: number;
  readonly blocks?: readonly Pick<Block, 'packedStart' | 'packedLength'>[];
  /** One that can be read from its beginning only. */
  readonly isPacked?: boolean;
}

/** Octets in whole lines; each is good until the next. The line that `start` cuts is not among them. */
export function* linesOfRange(range: LogPart): Generator<Buffer> {
  const window = WINDOWS.pop() ?? Buffer.allocUnsafe(2 * WINDOW);
  const reader = new RangeReader(range, window);
  try {
    while (!reader.isDone) {
      const lines = reader.next();
      if (lines.length > 0) yield lines;
    }
  } finally {
    WINDOWS.push(window);
  }
}

class RangeReader {
  isDone = false;
  readonly #range: LogPart;
  readonly #window: Buffer;
  /** Where in the file the window begins, and how much of it is filled. */
  #at: number;
  #filled = 0;
  /** Whether the window begins with a line, or with the rest of a long one. */
  #isInside: boolean;
  #isCut = false;
  /** Where the lines end that were given last: what comes behind them stays. */
  #closed = 0;

  constructor(range: LogPart, window: Buffer) {
    this.#range = range;
    this.#window = window;
    // An octet before it tells whether a line begins at `start`.
    this.#at = Math.max(0, range.start - 1);
    this.#isInside = range.start === 0;
  }

  /** The next lines; there may be none yet. */
  next(): Buffer {
    this.#keep(this.#closed);
    const isEnd = this.#fill();
    const octets = this.#window.subarray(0, this.#filled);
    const from = this.#isInside ? 0 : this.#enter(octets);
    const end = this.#range.end - this.#at;
    if (from >= end && !this.#isCut) return this.#finish(octets, 0, 0);
    const close = Math.max(from, closeOf(octets, from, end));
    if (close >= end && close > from) return this.#finish(octets, from, close);
    if (isEnd) return this.#finish(octets, from, this.#isInside ? octets.length : from);
    this.#closed = close;
    return octets.subarray(from, close);
  }

  /** True when the file has no more. */
  #fill(): boolean {
    const left = Math.max(0, this.#range.end - this.#at - this.#filled);
    const wanted = Math.min(WINDOW, left + BEYOND);
    const into = this.#window.subarray(this.#filled);
    const { length } = readAt(this.#range.descriptor, this.#at + this.#filled, wanted, into);
    this.#filled += length;
    return length < wanted;
  }

  /** Where the first line begins. */
  #enter(octets: Buffer): number {
    const from = octets.indexOf(LF) + 1;
    this.#isInside = from > 0;
    return this.#isInside ? from : octets.length;
  }

  #keep(close: number): void {
    // Of a line that is longer than any record only the end counts.
    const kept = this.#isInside ? Math.max(close, this.#filled - MAX_LINE) : this.#filled;
    this.#isCut = this.#isInside && (kept > close || (this.#isCut && close === 0));
    this.#window.copyWithin(0, kept, this.#filled);
    this.#at += kept;
    this.#filled -= kept;
  }

  #finish(octets: Buffer, from: number, close: number): Buffer {
    this.isDone = true;
    return octets.subarray(from, close);
  }
}

/** Where the last line ends that begins before `end`, or the last one that is whole; 0 without. */
function closeOf(octets: Buffer, from: number, end: number): number {
  if (end > octets.length) return octets.lastIndexOf(LF) + 1;
  const last = octets.indexOf(LF, Math.max(from, end - 1)) + 1;
  return last > 0 ? last : octets.lastIndexOf(LF) + 1;
}
