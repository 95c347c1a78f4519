/**
 * Counters and histograms as numbers in shared memory: counting costs an addition, and another
 * thread reads them without disturbing the one that counts.
 */

export type Labels = Readonly<Record<string, string>>;

/** Numbers of one thread at the most. */
const CAPACITY = 1 << 15;

/** A series has got its place: what another thread needs to read it. */
export interface Announcement {
  readonly family: string;
  readonly labels: Labels;
  readonly index: number;
}

/** The numbers of one thread. */
export class CellStore {
  readonly values: Float64Array;
  /** Called for each new series. */
  announce: (announcement: Announcement) => void = () => {};
  #next = 0;

  /** New numbers, or those that another thread counts in. */
  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(CAPACITY * 8)) {
    this.values = new Float64Array(buffer);
  }

  get buffer(): SharedArrayBuffer {
    return this.values.buffer as SharedArrayBuffer;
  }

  /** The index of the first of `count` new numbers; undefined when there is no room. */
  take(count: number): number | undefined {
    if (this.#next + count > this.values.length) return undefined;
    this.#next += count;
    return this.#next - count;
  }
}

/** One time series. */
export class Cell {
  readonly labels: Labels;
  readonly #values: Float64Array;
  readonly #index: number;

  constructor(labels: Labels, values: Float64Array, index: number) {
    this.labels = labels;
    this.#values = values;
    this.#index = index;
  }

  get value(): number {
    return this.#values[this.#index]!;
  }

  set value(value: number) {
    this.#values[this.#index] = value;
  }
}

/** A counter with labels. A series exists from the first time it is asked for. */
export class CellFamily {
  readonly #name: string;
  readonly #store: CellStore;
  readonly #cells: Map<string, Cell> = new Map();

  constructor(name = '', store: CellStore = new CellStore()) {
    this.#name = name;
    this.#store = store;
  }

  /** The series with these labels. Callers on a hot path keep it. */
  cell(labels: Labels): Cell {
    const key = JSON.stringify(labels);
    const known = this.#cells.get(key);
    if (known !== undefined) return known;
    const index = this.#store.take(1);
    if (index === undefined) return this.#overflow(labels);
    this.#store.announce({ family: this.#name, labels, index });
    return this.adopt(labels, index);
  }

  /** A series that another thread counts in. */
  adopt(labels: Labels, index: number): Cell {
    const cell = new Cell(labels, this.#store.values, index);
    this.#cells.set(JSON.stringify(labels), cell);
    return cell;
  }

  values(): Cell[] {
    return [...this.#cells.values()];
  }

  /** Without room for another series, its counts go to one that exists: sums stay right. */
  #overflow(labels: Labels): Cell {
    const [any] = this.#cells.values();
    return any ?? new Cell(labels, new Float64Array(1), 0);
  }
}

/** One histogram series: `counts[i]` observations were at most `bounds[i]`, the last any. */
export class HistogramCell {
  readonly labels: Labels;
  readonly bounds: readonly number[];
  readonly counts: Float64Array;
  readonly #sum: Float64Array;

  constructor(labels: Labels, bounds: readonly number[], store: CellStore = new CellStore()) {
    this.labels = labels;
    this.bounds = bounds;
    const first = store.take(bounds.length + 2) ?? 0;
    this.counts = store.values.subarray(first, first + bounds.length + 1);
    this.#sum = store.values.subarray(first + bounds.length + 1, first + bounds.length + 2);
  }

  get sum(): number {
    return this.#sum[0]!;
  }

  observe(value: number): void {
    this.#sum[0]! += value;
    for (let i = 0; i < this.bounds.length; i++) {
      if (value <= this.bounds[i]!) {
        this.counts[i]! += 1;
        return;
      }
    }
    this.counts[this.bounds.length]! += 1;
  }
}

/** A series for readers, summed up over threads. */
export interface Series {
  readonly labels: Labels;
  readonly value: number;
}

/** The same series of several threads as one. */
export function sumSeries(series: readonly Series[]): Series[] {
  const sums = new Map<string, { labels: Labels; value: number }>();
  for (const { labels, value } of series) {
    const key = JSON.stringify(labels);
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, { labels, value });
    else sum.value += value;
  }
  return [...sums.values()];
}

/** A histogram series for readers, summed up over threads. */
export interface HistogramSeries {
  readonly labels: Labels;
  readonly bounds: readonly number[];
  readonly counts: ArrayLike<number>;
  readonly sum: number;
}

/** The same histogram of several threads as one. */
export function sumHistograms(cells: readonly HistogramCell[]): HistogramSeries {
  const { labels, bounds } = cells[0]!;
  const counts = new Float64Array(bounds.length + 1);
  let sum = 0;
  for (const cell of cells) {
    sum += cell.sum;
    cell.counts.forEach((count, i) => {
      counts[i]! += count;
    });
  }
  return { labels, bounds, counts, sum };
}
