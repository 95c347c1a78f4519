/** What is counted of a value under one policy, in a part of a log; and as octets. */

import { SPANS } from '../timeline.ts';

/** Written over by the next one: what is to stay is copied. */
export interface Entry {
  /** Of the value: entries of a run come in its order. */
  hash: number;
  /** The value stands from `start` to `end` in these. */
  octets: Uint8Array;
  start: number;
  end: number;
  policy: number;
  /** Where the rule stood the last time, or -1; and which record of the log that was. */
  place: number;
  order: number;
  count: number;
  /** Milliseconds since the epoch. */
  first: number;
  last: number;
  /** Seconds of a span of the chart, and the number of its first span since 1970. */
  step: number;
  from: number;
  /** Counts in spans from there on, `spans` of them from `chartAt` on; of what came once none. */
  chart: Uint8Array | Uint32Array;
  chartAt: number;
  spans: number;
}

const NO_CHART = new Uint8Array();

export function createEntry(): Entry {
  return {
    ...{ hash: 0, octets: new Uint8Array(), start: 0, end: 0, policy: 0, place: -1, order: 0 },
    ...{ count: 0, first: 0, last: 0, step: 1, from: 0, chart: NO_CHART, chartAt: 0, spans: 0 },
  };
}

/** Octets before the chart, and of one with all its spans. */
const HEAD = 72;
const CHART = 4 * SPANS;
/** Counts that an octet holds. */
const NARROW = 0xff;
const LITTLE = true;

/** Octets that an entry takes at most, besides its value. */
export const LEAST_ROOM: number = HEAD + CHART;

/** Writes an entry to octets from `at` on; where it ends. */
export function writeEntry(out: Uint8Array, view: DataView, at: number, entry: Entry): number {
  const { octets, start, chart } = entry;
  let [begin, end, most] = [entry.chartAt, entry.chartAt + entry.spans, 0];
  while (begin < end && chart[begin] === 0) begin++;
  while (end > begin && chart[end - 1] === 0) end--;
  for (let i = begin; i < end; i++) most = Math.max(most, chart[i]!);
  const width = most <= NARROW ? 1 : 4;
  view.setUint32(at + 4, entry.hash, LITTLE);
  view.setInt32(at + 8, entry.policy, LITTLE);
  view.setInt32(at + 12, entry.place, LITTLE);
  out[at + 16] = end - begin;
  out[at + 17] = width;
  view.setFloat64(at + 24, entry.order, LITTLE);
  view.setFloat64(at + 32, entry.count, LITTLE);
  view.setFloat64(at + 40, entry.first, LITTLE);
  view.setFloat64(at + 48, entry.last, LITTLE);
  view.setFloat64(at + 56, entry.step, LITTLE);
  view.setFloat64(at + 64, entry.from + begin - entry.chartAt, LITTLE);
  let to = at + HEAD;
  for (let i = begin; i < end; i++, to += width) {
    if (width === 1) out[to] = chart[i]!;
    else view.setUint32(to, chart[i]!, LITTLE);
  }
  for (let i = start; i < entry.end; i++) out[to++] = octets[i]!;
  view.setUint32(at, to - at, LITTLE);
  return to;
}

/** Reads the entry that begins at `at`, of this length; it is good as long as the octets are. */
export function readEntry(octets: Uint8Array, view: DataView, at: number, entry: Entry): void {
  entry.hash = view.getUint32(at + 4, LITTLE);
  entry.policy = view.getInt32(at + 8, LITTLE);
  entry.place = view.getInt32(at + 12, LITTLE);
  entry.order = view.getFloat64(at + 24, LITTLE);
  entry.count = view.getFloat64(at + 32, LITTLE);
  entry.first = view.getFloat64(at + 40, LITTLE);
  entry.last = view.getFloat64(at + 48, LITTLE);
  entry.step = view.getFloat64(at + 56, LITTLE);
  entry.from = view.getFloat64(at + 64, LITTLE);
  const [spans, width] = [octets[at + 16]!, octets[at + 17]!];
  const from = at + HEAD;
  entry.octets = octets;
  entry.start = from + spans * width;
  entry.end = at + lengthAt(view, at);
  entry.spans = spans;
  entry.chart = octets;
  entry.chartAt = from;
  if (width === 1) return;
  entry.chart = Uint32Array.from({ length: spans }, (_, i) => view.getUint32(from + 4 * i, LITTLE));
  entry.chartAt = 0;
}

/** Octets of the entry that begins at `at`, when its first four are there. */
export function lengthAt(view: DataView, at: number): number {
  return view.getUint32(at, LITTLE);
}

/** An entry for others one after the other, with octets of its own. */
export class KeptEntry {
  readonly entry: Entry = createEntry();
  #own: Uint8Array = new Uint8Array(4 * SPANS);

  /** What another one is now, whatever becomes of its octets. */
  take(from: Entry): Entry {
    const { entry } = this;
    const length = from.end - from.start;
    const isNarrow = from.chart instanceof Uint8Array;
    const needed = length + (isNarrow ? from.spans : 0);
    if (needed > this.#own.length) this.#own = new Uint8Array(2 * needed);
    const own = this.#own;
    for (let i = 0; i < length; i++) own[i] = from.octets[from.start + i]!;
    if (isNarrow) {
      for (let i = 0; i < from.spans; i++) own[length + i] = from.chart[from.chartAt + i]!;
    }
    entry.octets = own;
    entry.start = 0;
    entry.end = length;
    entry.chart = isNarrow ? own : from.chart;
    entry.chartAt = isNarrow ? length : from.chartAt;
    entry.spans = from.spans;
    entry.hash = from.hash;
    entry.policy = from.policy;
    entry.place = from.place;
    entry.order = from.order;
    entry.count = from.count;
    entry.first = from.first;
    entry.last = from.last;
    entry.step = from.step;
    entry.from = from.from;
    return entry;
  }
}

/** An entry that stays, with no more octets than it needs. */
export function keepEntry(entry: Entry): Entry {
  const { octets, start, end, chart, chartAt, spans } = entry;
  return {
    ...entry,
    ...{ octets: octets.slice(start, end), start: 0, end: end - start },
    ...{ chart: chart.slice(chartAt, chartAt + spans), chartAt: 0 },
  };
}

/** Whether two entries are of the same value. */
export function isSameValue(a: Entry, b: Entry): boolean {
  const length = a.end - a.start;
  if (length !== b.end - b.start) return false;
  for (let i = 0; i < length; i++) {
    if (a.octets[a.start + i] !== b.octets[b.start + i]) return false;
  }
  return true;
}
