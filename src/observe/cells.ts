/** Counters and histograms as plain numbers, so that counting costs an addition. */

export type Labels = Readonly<Record<string, string>>;

/** One time series. */
export interface Cell {
  readonly labels: Labels;
  value: number;
}

/** A counter or gauge with labels. A series exists from the first time it is asked for. */
export class CellFamily {
  readonly #cells: Map<string, Cell> = new Map();

  /** The series with these labels. Callers on a hot path keep it. */
  cell(labels: Labels): Cell {
    const key = JSON.stringify(labels);
    let cell = this.#cells.get(key);
    if (cell === undefined) {
      cell = { labels, value: 0 };
      this.#cells.set(key, cell);
    }
    return cell;
  }

  values(): Cell[] {
    return [...this.#cells.values()];
  }
}

/** One histogram series: `counts[i]` observations were at most `bounds[i]`, the last any. */
export class HistogramCell {
  readonly labels: Labels;
  readonly bounds: readonly number[];
  readonly counts: Float64Array;
  sum = 0;

  constructor(labels: Labels, bounds: readonly number[]) {
    this.labels = labels;
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    this.sum += value;
    for (let i = 0; i < this.bounds.length; i++) {
      if (value <= this.bounds[i]!) {
        this.counts[i]! += 1;
        return;
      }
    }
    this.counts[this.bounds.length]! += 1;
  }
}
