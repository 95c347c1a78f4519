/** Where decision records go, before the answers that they are about. */

import { existsSync, writeSync } from 'node:fs';
import {
  closeOutlet,
  isEmpty,
  isSame,
  NO_READER,
  type Outlet,
  openEarly,
  openOutlet,
  openStdout,
} from './log-outlet.ts';
import { LogShare } from './log-share.ts';

/** Milliseconds between tries to write to a pipe that is full. */
const PIPE_PAUSE_MS = 1;
/** Octets that a pipe takes whole or not at all (pipe(7), PIPE_BUF). */
const PIPE_BUF = 4096;
const LINE_END = 0x0a;
const NOTHING = new Uint8Array(0);

/** A record that stands for several, and the offset behind it. */
export interface Summary {
  readonly end: number;
  readonly count: number;
}

export class DecisionLog {
  records = 0;
  bytes = 0;
  /** Records that could not be written; a summary is as many as it stands for. */
  errors = 0;
  readonly #path: string | undefined;
  readonly #share: LogShare;
  #outlet: Outlet;
  /** Octets of the last write that the kernel took. */
  #written = 0;
  readonly #pause: Int32Array = new Int32Array(new SharedArrayBuffer(4));

  /**
   * Appends to the file or pipe `path`, or to stdout without one. Threads that write to one log
   * have one `share`. Throws when it cannot be opened.
   */
  constructor(path: string | undefined, share: LogShare = new LogShare()) {
    this.#path = path;
    this.#share = share;
    this.#outlet = path === undefined ? openStdout() : openEarly(path);
  }

  /** Records of all threads that could not be written and that the log does not mention yet. */
  get lost(): number {
    return this.#share.lost;
  }

  /**
   * Hands whole lines to the kernel. When it returns, `kill -9` cannot take them back. It waits
   * for a slow reader, though not for long: answers go on. Records that could not be written are
   * counted, and when writing works again one line gives their count.
   */
  write(
    octets: Uint8Array,
    length: number,
    records: number,
    summaries: readonly Summary[] = [],
  ): void {
    // What threads write to a pipe does not come apart by itself, and one of them ends a torn line.
    const isAlone = this.#outlet.isFile && !this.#share.isTorn;
    const turn = isAlone ? undefined : this.#share.turn;
    turn?.take();
    let hasBegun = false;
    try {
      this.#mend();
      hasBegun = true;
      this.#writeAll(octets, length);
      this.records += records;
      this.bytes += length;
    } catch (error) {
      const written = hasBegun ? this.#written : 0;
      const whole = countLines(octets, written);
      const lost = records - whole + countFolded(summaries, written);
      this.records += whole;
      this.errors += lost;
      this.#share.failure = error as NodeJS.ErrnoException;
      this.#share.addLost(lost);
    } finally {
      turn?.give();
    }
  }

  /** Tells what was lost, if writing works again and no record has brought it to light. */
  retry(): void {
    if (this.lost > 0) this.write(NOTHING, 0, 0);
  }

  /** Whether what has the log's name is what is written to, or nothing has it. */
  get isCurrent(): boolean {
    return this.#path === undefined || !existsSync(this.#path) || isSame(this.#outlet, this.#path);
  }

  /** Goes on in a new file of the same name: the old one was moved away. */
  reopen(): void {
    if (this.#path === undefined || isSame(this.#outlet, this.#path)) return;
    const old = this.#outlet;
    this.#outlet = openEarly(this.#path);
    closeOutlet(old);
  }

  close(): void {
    closeOutlet(this.#outlet);
  }

  /** Completes a torn line and reports lost records, before what is to come. */
  #mend(): void {
    if (this.#outlet === NO_READER) this.#outlet = openOutlet(this.#path!);
    if (this.#share.isTorn && isEmpty(this.#outlet)) this.#share.isTorn = false;
    const lost = this.#share.takeLost();
    if (lost === 0 && !this.#share.isTorn) return;
    const text = `${this.#share.isTorn ? '\n' : ''}${lost > 0 ? formatLost(lost) : ''}`;
    try {
      const octets = Buffer.from(text);
      this.#writeAll(octets, octets.length);
    } catch (error) {
      this.#share.addLost(lost);
      throw error;
    }
  }

  #writeAll(octets: Uint8Array, length: number): void {
    this.#written = 0;
    while (this.#written < length) {
      const start = this.#written;
      const end = this.#share.isSlow ? endOfPiece(octets, start, length) : length;
      try {
        this.#written += writeSync(this.#outlet.descriptor, octets, start, end - start);
        this.#share.isTorn = octets[this.#written - 1] !== LINE_END;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || !this.#mayWait()) throw error;
        Atomics.wait(this.#pause, 0, 0, PIPE_PAUSE_MS);
      }
    }
  }

  /** Of all time, writers wait a tenth at most: more would be a server that does not answer. */
  #mayWait(): boolean {
    return this.#share.spend(PIPE_PAUSE_MS, Date.now());
  }
}

function formatLost(records: number): string {
  const msg = `${records} records could not be written`;
  const time = new Date().toISOString();
  return `${JSON.stringify({ level: 50, time, event: 'lost', records, msg })}\n`;
}

/** As many whole lines as a pipe does not tear; one that is longer by itself. */
function endOfPiece(octets: Uint8Array, start: number, length: number): number {
  if (length - start <= PIPE_BUF) return length;
  const last = octets.lastIndexOf(LINE_END, start + PIPE_BUF - 1);
  const end = last >= start ? last : octets.indexOf(LINE_END, start);
  return end < 0 ? length : Math.min(end + 1, length);
}

/** Whole lines in the first `length` octets. */
function countLines(octets: Uint8Array, length: number): number {
  let count = 0;
  for (let i = 0; i < length; i++) if (octets[i] === LINE_END) count++;
  return count;
}

/** Records that the summaries behind the first `length` octets stand for, but for one each. */
function countFolded(summaries: readonly Summary[], length: number): number {
  return summaries.reduce((sum, { end, count }) => (end > length ? sum + count - 1 : sum), 0);
}
