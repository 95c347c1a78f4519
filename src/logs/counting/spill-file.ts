/** A file for what does not fit into memory. It has no name: nothing stays when the program ends. */

import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Entry, LEAST_ROOM, writeEntry } from './run-entry.ts';

/** Octets that are written at a time; a run that has no more stays in memory. */
const BUFFER = 1 << 18;

/** Entries by their hash: a part of a file, or octets. Threads have descriptors in common. */
export type Run = (
  | { readonly descriptor: number; readonly start: number; readonly length: number }
  | { readonly octets: Uint8Array }
) & {
  /** What its numbers of policies stand for elsewhere, and where its places begin there. */
  readonly policies?: readonly number[];
  readonly firstPlace?: number;
};

/** What does not fit into memory cannot be written. Threads pass on the message alone. */
export class SpillError extends Error {
  static is(error: unknown): error is Error {
    return error instanceof Error && error.message.startsWith(NO_ROOM);
  }

  constructor(why: string) {
    super(`${NO_ROOM}${tmpdir()}: ${why}; expect room there, or another folder in TMPDIR`);
  }
}

const NO_ROOM = 'what does not fit into memory cannot be written to ';

export class SpillFile {
  #descriptor = -1;
  #end = 0;
  #buffer: Uint8Array = new Uint8Array();
  #view: DataView = new DataView(this.#buffer.buffer);

  /** Writes a run. Throws when the disk is full, say. */
  write(entries: Iterable<Entry>): Run {
    if (this.#buffer.length === 0) this.#allocate(BUFFER);
    const start = this.#end;
    let filled = 0;
    for (const entry of entries) {
      const room = LEAST_ROOM + entry.end - entry.start;
      if (filled + room > this.#buffer.length) {
        this.#flush(filled);
        filled = 0;
        if (room > this.#buffer.length) this.#allocate(room);
      }
      filled = writeEntry(this.#buffer, this.#view, filled, entry);
    }
    if (this.#end === start) return { octets: this.#buffer.slice(0, filled) };
    this.#flush(filled);
    return { descriptor: this.#descriptor, start, length: this.#end - start };
  }

  /** Below zero when there was no need of one. */
  get descriptor(): number {
    return this.#descriptor;
  }

  close(): void {
    if (this.#descriptor >= 0) closeSync(this.#descriptor);
  }

  #allocate(length: number): void {
    this.#buffer = new Uint8Array(length);
    this.#view = new DataView(this.#buffer.buffer);
  }

  #flush(length: number): void {
    try {
      this.#write(length);
    } catch (error) {
      throw new SpillError((error as Error).message);
    }
  }

  #write(length: number): void {
    if (this.#descriptor < 0) this.#descriptor = openUnnamed();
    for (let at = 0; at < length; ) {
      const written = writeSync(this.#descriptor, this.#buffer, at, length - at, this.#end);
      at += written;
      this.#end += written;
    }
  }
}

function openUnnamed(): number {
  const folder = mkdtempSync(join(tmpdir(), 'rcode5-report-'));
  try {
    return openSync(join(folder, 'counts'), 'wx+', 0o600);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
