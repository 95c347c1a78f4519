/**
 * Counts values as octets: how often each occurred under each policy, when first and last, and
 * when in between. What it holds is taken out as a run, sorted, when it takes too much memory.
 */

import { SPANS, type Timeline } from '../timeline.ts';
import { Charts } from './charts.ts';
import { createEntry, type Entry } from './run-entry.ts';

const NONE = -1;
const LEAST = 64;

/**
 * An entry takes 64 octets, one line of a processor's cache: integers, and behind them doubles.
 * The value stands in octets of its own.
 */
const STRIDE = 16;
const [HASH, START, LENGTH, POLICY, PLACE, CHART, LAYOUT] = [0, 1, 2, 3, 4, 5, 6];
const DOUBLES = STRIDE / 2;
const [COUNT, FIRST, LAST, ORDER] = [4, 5, 6, 7];
/** Octets of an entry with its share of the slots. */
const ENTRY_OCTETS = 4 * STRIDE + 16;

/** What is known of a record besides its value; used again for each. */
export interface Occurrence {
  /** Milliseconds since the epoch. */
  time: number;
  span: number;
  /** A number that stands for the policy. */
  policy: number;
  /** How many decisions it stands for. */
  count: number;
  /** A number that stands for the place of the rule; -1 where none is kept. */
  place: number;
  /** Grows with each record of the log. */
  order: number;
}

export class ValueTable {
  size = 0;
  readonly #timeline: Timeline;
  readonly #seed: number;
  readonly #charts: Charts;
  #slots: Int32Array = new Int32Array(2 * LEAST).fill(NONE);
  #values: Uint8Array;
  #valuesEnd = 0;
  #ints: Int32Array;
  #doubles: Float64Array;
  #latest = NONE;

  /**
   * All tables of a report have the same seed: nobody can choose names that fall together. Of
   * `memory`, in octets, only what is used is taken from the host; growing would take it twice.
   */
  constructor(timeline: Timeline, seed: number, memory = 0) {
    this.#timeline = timeline;
    this.#seed = seed;
    this.#charts = new Charts(timeline, memory);
    this.#values = new Uint8Array(Math.max(16 * LEAST, memory));
    this.#ints = new Int32Array(Math.max(LEAST, Math.ceil(memory / ENTRY_OCTETS)) * STRIDE);
    this.#doubles = new Float64Array(this.#ints.buffer);
  }

  /** Octets that it takes. */
  get octets(): number {
    return this.size * ENTRY_OCTETS + this.#valuesEnd + this.#charts.octets;
  }

  /** Counts the value that stands from `start` to `end`. */
  add(octets: Uint8Array, start: number, end: number, at: Occurrence): void {
    let entry = this.#latest;
    if (entry < 0 || !this.#isEntry(entry, at.policy, octets, start, end)) {
      entry = this.#find(octets, start, end, at);
      this.#latest = entry;
    }
    const doubles = entry * DOUBLES;
    const before = this.#doubles[doubles + COUNT]!;
    this.#doubles[doubles + COUNT] = before + at.count;
    this.#doubles[doubles + ORDER] = at.order;
    this.#ints[entry * STRIDE + PLACE] = at.place;
    // Most values of a long list occur once: what takes memory comes with the second time.
    if (before > 0 || at.count !== 1) this.#note(entry, before, at);
  }

  #note(entry: number, before: number, { time, span, count }: Occurrence): void {
    const [ints, doubles] = [entry * STRIDE, entry * DOUBLES];
    if (this.#ints[ints + CHART] === NONE) {
      this.#ints[ints + CHART] = this.#charts.create();
      this.#ints[ints + LAYOUT] = this.#timeline.layout;
      if (before > 0) {
        const second = Math.floor(this.#doubles[doubles + FIRST]! / 1000);
        this.#chart(ints, this.#timeline.spanOfSecond(second), before);
      }
    }
    this.#chart(ints, span, count);
    if (time < this.#doubles[doubles + FIRST]!) this.#doubles[doubles + FIRST] = time;
    if (time > this.#doubles[doubles + LAST]!) this.#doubles[doubles + LAST] = time;
  }

  #chart(ints: number, span: number, count: number): void {
    const [chart, layout] = [this.#ints[ints + CHART]!, this.#ints[ints + LAYOUT]!];
    this.#ints[ints + CHART] = this.#charts.add(chart, layout, span, count);
    this.#ints[ints + LAYOUT] = this.#timeline.layout;
  }

  /** Adds what another table of the same timeline has counted of a value. */
  addEntry(octets: Uint8Array, start: number, end: number, counted: Entry): void {
    const { policy, place, order, count, first: time, last, chart, chartAt, spans } = counted;
    const span = this.#timeline.spanOfSecond(Math.floor(time / 1000));
    const at = { time, span, policy, count, place, order };
    const entry = this.#find(octets, start, end, at);
    const doubles = entry * DOUBLES;
    const before = this.#doubles[doubles + COUNT]!;
    this.#doubles[doubles + COUNT] = before + count;
    if (order > this.#doubles[doubles + ORDER]! || before === 0) {
      this.#ints[entry * STRIDE + PLACE] = place;
      this.#doubles[doubles + ORDER] = order;
    }
    if (spans === 0) {
      if (before > 0) this.#note(entry, before, at);
      return;
    }
    // Once with each of its ends: these are in its chart.
    this.#note(entry, before, { ...at, count: 0 });
    this.#note(entry, before, { ...at, count: 0, time: last });
    for (let i = 0; i < spans; i++) {
      const ofSpan = chart[chartAt + i]!;
      if (ofSpan > 0) this.#chart(entry * STRIDE, i, ofSpan);
    }
  }

  /** Entries by their hash; each is good until the next one. */
  *sorted(): Generator<Entry> {
    const entry = createEntry();
    const order = new Float64Array(this.size);
    for (let i = 0; i < this.size; i++) {
      order[i] = (this.#ints[i * STRIDE + HASH]! >>> 0) * 2 ** 20 + i;
    }
    order.sort();
    for (let i = 0; i < order.length; i++) yield this.#fill(entry, order[i]! % 2 ** 20);
  }

  /** Forgets all values. */
  clear(): void {
    this.size = 0;
    this.#latest = NONE;
    this.#valuesEnd = 0;
    this.#slots.fill(NONE);
    this.#charts.clear();
  }

  #fill(entry: Entry, index: number): Entry {
    const [ints, doubles] = [index * STRIDE, index * DOUBLES];
    const chart = this.#ints[ints + CHART]!;
    entry.hash = this.#ints[ints + HASH]! >>> 0;
    entry.octets = this.#values;
    entry.start = this.#ints[ints + START]!;
    entry.end = entry.start + this.#ints[ints + LENGTH]!;
    entry.policy = this.#ints[ints + POLICY]!;
    entry.place = this.#ints[ints + PLACE]!;
    entry.order = this.#doubles[doubles + ORDER]!;
    entry.count = this.#doubles[doubles + COUNT]!;
    entry.first = this.#doubles[doubles + FIRST]!;
    entry.last = this.#doubles[doubles + LAST]!;
    entry.step = this.#timeline.step;
    entry.from = this.#timeline.from / entry.step;
    entry.spans = chart === NONE ? 0 : SPANS;
    if (chart !== NONE) this.#charts.find(chart, this.#ints[ints + LAYOUT]!, entry);
    return entry;
  }

  #find(octets: Uint8Array, start: number, end: number, at: Occurrence): number {
    const hash = this.#hash(octets, start, end);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let entry = this.#slots[slot]!; entry >= 0; entry = this.#slots[slot]!) {
      const isFound =
        this.#ints[entry * STRIDE + HASH] === hash &&
        this.#isEntry(entry, at.policy, octets, start, end);
      if (isFound) return entry;
      slot = (slot + 1) & mask;
    }
    return this.#create(octets.subarray(start, end), hash, slot, at);
  }

  #create(value: Uint8Array, hash: number, slot: number, { policy, time }: Occurrence): number {
    const entry = this.size++;
    if (entry * STRIDE === this.#ints.length) this.#grow();
    while (this.#valuesEnd + value.length > this.#values.length) this.#growValues();
    this.#values.set(value, this.#valuesEnd);
    const ints = entry * STRIDE;
    this.#ints[ints + HASH] = hash;
    this.#ints[ints + START] = this.#valuesEnd;
    this.#ints[ints + LENGTH] = value.length;
    this.#ints[ints + POLICY] = policy;
    this.#ints[ints + CHART] = NONE;
    this.#doubles[entry * DOUBLES + COUNT] = 0;
    this.#doubles[entry * DOUBLES + FIRST] = time;
    this.#doubles[entry * DOUBLES + LAST] = time;
    this.#valuesEnd += value.length;
    this.#slots[slot] = entry;
    if (2 * this.size > this.#slots.length) this.#spread();
    return entry;
  }

  #isEntry(entry: number, policy: number, octets: Uint8Array, start: number, end: number): boolean {
    const ints = entry * STRIDE;
    if (this.#ints[ints + LENGTH] !== end - start) return false;
    if (this.#ints[ints + POLICY] !== policy) return false;
    const own = this.#ints[ints + START]! - start;
    const values = this.#values;
    for (let i = end - 1; i >= start; i--) if (values[own + i] !== octets[i]) return false;
    return true;
  }

  /** FNV-1a, mixed (as MurmurHash3 ends). */
  #hash(octets: Uint8Array, start: number, end: number): number {
    let hash = this.#seed;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ octets[at]!, 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    return hash ^ (hash >>> 13);
  }

  #spread(): void {
    const slots = new Int32Array(2 * this.#slots.length).fill(NONE);
    const mask = slots.length - 1;
    for (let entry = 0; entry < this.size; entry++) {
      let slot = this.#ints[entry * STRIDE + HASH]! & mask;
      while (slots[slot]! >= 0) slot = (slot + 1) & mask;
      slots[slot] = entry;
    }
    this.#slots = slots;
  }

  #growValues(): void {
    const values = new Uint8Array(2 * this.#values.length);
    values.set(this.#values);
    this.#values = values;
  }

  #grow(): void {
    const ints = new Int32Array(2 * this.#ints.length);
    ints.set(this.#ints);
    this.#ints = ints;
    this.#doubles = new Float64Array(ints.buffer);
  }
}
