/** Time in equal spans, few enough to be kept for each value, however long a log is. */

/** Spans that are kept. */
export const SPANS = 80;
/** Seconds of a span; each a multiple of the one before, so that counts can be put together. */
const STEPS = [1, 5, 15, 60, 300, 900, 3600, 10_800, 43_200, 86_400, 604_800] as const;
/** Beyond the last of them. */
const FURTHER = 4;

/** Counts of one value over time, as the timeline was when they were last touched. */
export interface Chart {
  layout: number;
  readonly counts: Uint32Array;
}

/** Widens its spans as the time between the earliest and the latest record grows. */
export class Timeline {
  #level = 0;
  /** How spans were laid out, each time that it changed. */
  readonly #layouts: { readonly step: number; readonly first: number }[] = [{ step: 1, first: 0 }];
  readonly #laid: Uint32Array = new Uint32Array(SPANS);
  #first = 0;
  #earliest = Number.POSITIVE_INFINITY;
  #latest = Number.NEGATIVE_INFINITY;
  #second = '';
  #secondValue = 0;

  /** Seconds of a span. */
  get step(): number {
    const last = STEPS.length - 1;
    return STEPS[this.#level] ?? STEPS[last]! * FURTHER ** (this.#level - last);
  }

  /** When the first span begins, in seconds since 1970. */
  get from(): number {
    return this.#first * this.step;
  }

  /** Seconds since 1970 of the earliest record, and of the latest. */
  get earliest(): number {
    return this.#earliest;
  }

  get latest(): number {
    return this.#latest;
  }

  /** Spans from the earliest to the latest record. */
  get length(): number {
    if (this.#earliest > this.#latest) return 0;
    return Math.floor(this.#latest / this.step) - this.#first + 1;
  }

  /** The number of the way in which spans are laid out now. */
  get layout(): number {
    return this.#layouts.length - 1;
  }

  chart(): Chart {
    return { layout: this.layout, counts: new Uint32Array(SPANS) };
  }

  /** The span of a time, as records write it; good until the next one is asked for. */
  spanOf(time: string): number {
    return this.spanOfSecond(this.#secondOf(time));
  }

  /** The span of a second since 1970, likewise. */
  spanOfSecond(second: number): number {
    if (second < this.#earliest || second > this.#latest) this.#stretch(second);
    return Math.floor(second / this.step) - this.#first;
  }

  /** Counts in a span. */
  add(chart: Chart, span: number, count = 1): void {
    if (chart.layout !== this.layout) this.#align(chart);
    chart.counts[span]! += count;
  }

  /** The counts of a chart, span by span. */
  countsOf(chart: Chart): readonly number[] {
    if (chart.layout !== this.layout) this.#align(chart);
    return [...chart.counts.subarray(0, this.length)];
  }

  /** Records that follow each other mostly have the second in common. */
  #secondOf(time: string): number {
    if (!time.startsWith(this.#second) || this.#second === '') {
      this.#second = time.slice(0, 19);
      this.#secondValue = Math.floor(Date.parse(time) / 1000);
    }
    return this.#secondValue;
  }

  #stretch(second: number): void {
    this.#earliest = Math.min(this.#earliest, second);
    this.#latest = Math.max(this.#latest, second);
    const level = this.#level;
    while (this.#spanSince1970(this.#latest) - this.#spanSince1970(this.#earliest) >= SPANS)
      this.#level++;
    const first = this.#spanSince1970(this.#earliest);
    if (level === this.#level && first === this.#first) return;
    this.#first = first;
    this.#layouts.push({ step: this.step, first });
  }

  #spanSince1970(second: number): number {
    return Math.floor(second / this.step);
  }

  #align(chart: Chart): void {
    chart.counts.set(this.aligned(chart.counts, chart.layout));
    chart.layout = this.layout;
  }

  /** Counts that are laid out in an earlier way, as they are now; good until the next call. */
  aligned(counts: Uint8Array | Uint32Array, layout: number): Uint32Array {
    const { step, first } = this.#layouts[layout]!;
    return this.lay(counts, step, first);
  }

  /**
   * Counts in spans of `step` seconds, the first of which is the one with the number `first` since
   * 1970, as they are laid out here; good until the next call. Spans here are as long, or a
   * multiple.
   */
  lay(counts: ArrayLike<number>, step: number, first: number): Uint32Array {
    const laid = this.#laid.fill(0);
    for (let i = 0; i < counts.length; i++) {
      const count = counts[i]!;
      if (count === 0) continue;
      laid[Math.floor(((first + i) * step) / this.step) - this.#first]! += count;
    }
    return laid;
  }
}
