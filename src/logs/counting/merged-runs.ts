/** Puts sorted runs together: the entries of each value in one group. */

import { readSync } from 'node:fs';
import {
  createEntry,
  type Entry,
  isSameValue,
  KeptEntry,
  lengthAt,
  readEntry,
} from './run-entry.ts';
import type { Run, SpillFile } from './spill-file.ts';

/** Octets of a run that are in memory, and the runs that are read at a time. */
const WINDOW = 1 << 15;
const AT_A_TIME = 64;
const LENGTH = 4;

/** The entries of one run, one after the other. */
class RunReader {
  readonly entry: Entry = createEntry();
  readonly #run: Run;
  #octets: Uint8Array;
  #view: DataView;
  /** Where the next entry begins in the octets and where they end, and what the file has behind. */
  #at = 0;
  #end = 0;
  #fileAt = 0;
  #fileLeft = 0;

  constructor(run: Run) {
    this.#run = run;
    if ('octets' in run) this.#octets = run.octets;
    else {
      this.#octets = new Uint8Array();
      this.#fileAt = run.start;
      this.#fileLeft = run.length;
    }
    this.#view = viewOf(this.#octets);
    this.#end = this.#octets.length;
  }

  /** False at the end. */
  next(): boolean {
    if (!this.#has(LENGTH)) return false;
    const length = lengthAt(this.#view, this.#at);
    this.#has(length);
    readEntry(this.#octets, this.#view, this.#at, this.entry);
    this.#at += length;
    this.#translate();
    return true;
  }

  #translate(): void {
    const { policies, firstPlace = 0 } = this.#run;
    if (policies !== undefined) this.entry.policy = policies[this.entry.policy]!;
    if (this.entry.place >= 0) this.entry.place += firstPlace;
  }

  #has(length: number): boolean {
    const left = this.#end - this.#at;
    if (left >= length) return true;
    if ('octets' in this.#run || this.#fileLeft === 0) return false;
    if (length > this.#octets.length) this.#move(length);
    else this.#octets.copyWithin(0, this.#at, this.#end);
    this.#at = 0;
    const more = Math.min(this.#fileLeft, this.#octets.length - left);
    const read = readSync(this.#run.descriptor, this.#octets, left, more, this.#fileAt);
    this.#fileAt += read;
    this.#fileLeft -= read;
    this.#end = left + read;
    return read > 0 && this.#has(length);
  }

  #move(length: number): void {
    const octets = new Uint8Array(Math.max(WINDOW, length));
    octets.set(this.#octets.subarray(this.#at, this.#end));
    this.#octets = octets;
    this.#view = viewOf(octets);
  }
}

function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length);
}

/** A heap of readers: the one whose entry comes first is on top. */
class Readers {
  readonly #heap: RunReader[] = [];

  constructor(runs: readonly Run[]) {
    for (const run of runs) {
      const reader = new RunReader(run);
      if (reader.next()) this.#heap.push(reader);
    }
    for (let i = this.#heap.length >> 1; i >= 0; i--) this.#sink(i);
  }

  get top(): RunReader | undefined {
    return this.#heap[0];
  }

  /** The top has another entry now, or none. */
  advance(): void {
    if (!this.#heap[0]!.next()) {
      const last = this.#heap.pop()!;
      if (this.#heap.length > 0) this.#heap[0] = last;
    }
    this.#sink(0);
  }

  #sink(start: number): void {
    const heap = this.#heap;
    for (let at = start; ; ) {
      let least = at;
      for (let child = 2 * at + 1; child <= 2 * at + 2 && child < heap.length; child++) {
        if (isBefore(heap[child]!.entry, heap[least]!.entry)) least = child;
      }
      if (least === at) return;
      [heap[at], heap[least]] = [heap[least]!, heap[at]!];
      at = least;
    }
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.hash < b.hash;
}

/** Entries of all runs by their hash; each is good until the next one. */
function* entriesOf(runs: readonly Run[]): Generator<Entry> {
  const readers = new Readers(runs);
  for (let top = readers.top; top !== undefined; top = readers.top) {
    yield top.entry;
    readers.advance();
  }
}

/** Puts runs together until they can all be read at a time. */
export function fewer(runs: readonly Run[], file: SpillFile): readonly Run[] {
  let left = runs;
  while (left.length > AT_A_TIME) {
    left = [...left.slice(AT_A_TIME), file.write(entriesOf(left.slice(0, AT_A_TIME)))];
  }
  return left;
}

/** For each value that occurs in runs its entries, which are good until the next group. */
export function* groupsOf(runs: readonly Run[]): Generator<readonly Entry[]> {
  // Different values may have one hash.
  let groups: Entry[][] = [];
  let hash = -1;
  const pool: KeptEntry[] = [];
  let used = 0;
  for (const entry of entriesOf(runs)) {
    if (entry.hash !== hash) {
      yield* groups;
      groups = [];
      hash = entry.hash;
      used = 0;
    }
    if (used === pool.length) pool.push(new KeptEntry());
    const own = pool[used++]!.take(entry);
    const same = groups.find(([first]) => isSameValue(first!, own));
    if (same === undefined) groups.push([own]);
    else same.push(own);
  }
  yield* groups;
}
