/**
 * Charts of many values over one timeline: a row of octets each, and a wide one for what does not
 * fit into these. Who has a chart knows in which layout of the timeline it is.
 */

import { SPANS, type Timeline } from '../timeline.ts';

/** Counts that an octet holds. */
const MOST = 0xff;
/** Wide rows have numbers below this one, from -2 on down. */
const NONE = -1;
const LEAST = 64;

/** Where the counts of a chart stand: `SPANS` of them. */
export interface ChartPlace {
  chart: Uint8Array | Uint32Array;
  chartAt: number;
}

export class Charts {
  readonly #timeline: Timeline;
  #narrow: Uint8Array;
  #narrowEnd = 0;
  #wide: Uint32Array = new Uint32Array(0);
  #wideEnd = 0;

  /** With room for so many octets from the beginning. */
  constructor(timeline: Timeline, memory: number) {
    this.#timeline = timeline;
    this.#narrow = new Uint8Array(Math.ceil(memory / SPANS) * SPANS);
  }

  /** Octets that it takes. */
  get octets(): number {
    return this.#narrowEnd + 4 * this.#wideEnd;
  }

  /** A number that stands for a new chart, in the layout of now. */
  create(): number {
    const at = this.#narrowEnd;
    if (at === this.#narrow.length) {
      this.#narrow = longer(this.#narrow, new Uint8Array(grown(at)));
    }
    this.#narrow.fill(0, at, at + SPANS);
    this.#narrowEnd += SPANS;
    return at / SPANS;
  }

  /**
   * Counts in a span of a chart that is in a layout; the number that stands for the chart from then
   * on, which is in the layout of now.
   */
  add(chart: number, layout: number, span: number, count: number): number {
    const isOld = layout !== this.#timeline.layout;
    const own = isOld ? this.#align(chart, layout) : chart;
    if (own < NONE) {
      this.#wide[wideAt(own) + span]! += count;
      return own;
    }
    const at = own * SPANS + span;
    if (this.#narrow[at]! + count <= MOST) {
      this.#narrow[at]! += count;
      return own;
    }
    const wide = this.#widen(this.#narrow.subarray(own * SPANS, (own + 1) * SPANS));
    this.#wide[wideAt(wide) + span]! += count;
    return wide;
  }

  /** Where the counts of a chart stand, in the layout of now; good until the next call. */
  find(chart: number, layout: number, place: ChartPlace): void {
    const own = layout === this.#timeline.layout ? chart : this.#align(chart, layout);
    const isWide = own < NONE;
    place.chart = isWide ? this.#wide : this.#narrow;
    place.chartAt = isWide ? wideAt(own) : own * SPANS;
  }

  clear(): void {
    this.#narrowEnd = 0;
    this.#wideEnd = 0;
  }

  #align(chart: number, layout: number): number {
    const isWide = chart < NONE;
    const at = isWide ? wideAt(chart) : chart * SPANS;
    const own = isWide
      ? this.#wide.subarray(at, at + SPANS)
      : this.#narrow.subarray(at, at + SPANS);
    const aligned = this.#timeline.aligned(own, layout);
    if (!isWide && aligned.some((count) => count > MOST)) return this.#widen(aligned);
    own.set(aligned);
    return chart;
  }

  #widen(counts: Uint8Array | Uint32Array): number {
    const at = this.#wideEnd;
    if (at === this.#wide.length) this.#wide = longer(this.#wide, new Uint32Array(grown(at)));
    this.#wide.set(counts, at);
    this.#wideEnd += SPANS;
    return NONE - 1 - at / SPANS;
  }
}

function wideAt(chart: number): number {
  return (NONE - 1 - chart) * SPANS;
}

function grown(length: number): number {
  return Math.max(LEAST, Math.ceil((length / SPANS) * 1.5)) * SPANS;
}

function longer<T extends Uint8Array | Uint32Array>(before: T, after: T): T {
  after.set(before);
  return after;
}
