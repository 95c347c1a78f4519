/** Where decision records go, before the answers that they are about. */

import { closeSync, fstatSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import type { Turn } from './turn.ts';

const STDOUT = 1;
/** Milliseconds between tries to write to a pipe that is full, and how often it is tried. */
const PIPE_PAUSE_MS = 1;
const PIPE_TRIES = 1000;
const LINE_END: Uint8Array = Buffer.from('\n');

export class DecisionLog {
  records = 0;
  bytes = 0;
  /** Records that could not be written. */
  errors = 0;
  /** Those of them that the log itself does not tell of yet: writing does not work. */
  lost = 0;
  readonly #path: string | undefined;
  #descriptor: number;
  /** What was written last is no whole line: the next record begins on one of its own. */
  #isTorn: boolean;
  /** Octets of the last write that the kernel took. */
  #written = 0;
  readonly #pause: Int32Array = new Int32Array(new SharedArrayBuffer(4));
  readonly #turn: Turn | undefined;

  /**
   * Appends to the file `path`, or to stdout without one. Threads that write to one log share a
   * `turn`: what goes to a pipe is whole only up to 4 KiB (pipe(7), PIPE_BUF). Throws when the
   * file cannot be opened.
   */
  constructor(path: string | undefined, turn?: Turn) {
    this.#path = path;
    this.#descriptor = path === undefined ? STDOUT : openSync(path, 'a', 0o640);
    // The kernel itself keeps apart what several append to a file.
    const isFile = path !== undefined && fstatSync(this.#descriptor).isFile();
    this.#turn = isFile ? undefined : turn;
    // Whoever was killed while it wrote has left part of a record that nobody was answered for.
    this.#isTorn = path !== undefined && endsWithinLine(path);
  }

  /**
   * Hands whole lines to the kernel. When it returns, `kill -9` cannot take them back; those that
   * could not be written are counted, answers go on, and when writing works again one line tells
   * how many there were.
   */
  write(octets: Uint8Array, length: number, records: number): void {
    this.#turn?.take();
    let hasBegun = false;
    try {
      if (this.#isTorn) this.#writeAll(LINE_END, LINE_END.length);
      if (this.lost > 0) this.#tellLost();
      hasBegun = true;
      this.#writeAll(octets, length);
      this.records += records;
      this.bytes += length;
    } catch {
      const whole = hasBegun ? countLines(octets, this.#written) : 0;
      this.records += whole;
      this.errors += records - whole;
      this.lost += records - whole;
    } finally {
      this.#turn?.give();
    }
  }

  #tellLost(): void {
    const time = new Date().toISOString();
    const msg = `${this.lost} records could not be written`;
    const line = { level: 50, time, event: 'lost', records: this.lost, msg };
    const octets = Buffer.from(`${JSON.stringify(line)}\n`);
    this.#writeAll(octets, octets.length);
    this.lost = 0;
  }

  /** Goes on in a new file of the same name: the old one was moved away. */
  reopen(): void {
    if (this.#path === undefined) return;
    const descriptor = openSync(this.#path, 'a', 0o640);
    closeSync(this.#descriptor);
    this.#descriptor = descriptor;
    this.#isTorn &&= endsWithinLine(this.#path);
  }

  close(): void {
    if (this.#path !== undefined) closeSync(this.#descriptor);
  }

  #writeAll(octets: Uint8Array, length: number): void {
    let tries = 0;
    this.#written = 0;
    while (this.#written < length) {
      try {
        const left = length - this.#written;
        this.#written += writeSync(this.#descriptor, octets, this.#written, left);
        this.#isTorn = octets[this.#written - 1] !== LINE_END[0];
        tries = 0;
      } catch (error) {
        // A pipe that libuv has made non-blocking, and whose reader is slow.
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || ++tries > PIPE_TRIES) throw error;
        Atomics.wait(this.#pause, 0, 0, PIPE_PAUSE_MS);
      }
    }
  }
}

/** Whether the last line of a file has no end. What is no file has no lines. */
function endsWithinLine(path: string): boolean {
  const stat = statSync(path);
  if (!stat.isFile() || stat.size === 0) return false;
  const descriptor = openSync(path, 'r');
  const last = new Uint8Array(1);
  readSync(descriptor, last, 0, 1, stat.size - 1);
  closeSync(descriptor);
  return last[0] !== LINE_END[0];
}

/** Whole lines in the first `length` octets. */
function countLines(octets: Uint8Array, length: number): number {
  let count = 0;
  for (let i = 0; i < length; i++) if (octets[i] === LINE_END[0]) count++;
  return count;
}
