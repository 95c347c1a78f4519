/** What cannot be used of a zone's text: the first of it in full, the rest by number. */

/** Something in a zone file that cannot be used: line and column count from 1. */
export interface ZoneProblem {
  /** The file that it stands in: the zone's own, or one that it includes. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** What is wrong, and what was expected. */
  readonly message: string;
}

/** Problems that are kept; the others are only counted. */
const MAX_PROBLEMS = 100;

export class ZoneProblems {
  /** The first of them. */
  readonly kept: ZoneProblem[] = [];
  /** Problems in all. */
  count = 0;

  /** The first, and a line for the number of the others; `line` is where the text ends. */
  told(line: number): readonly ZoneProblem[] {
    const [first] = this.kept;
    if (first === undefined || this.count === this.kept.length) return this.kept;
    const message = `${this.count - this.kept.length} more problems`;
    return [...this.kept, { file: first.file, line, column: 1, message }];
  }

  add(problem: ZoneProblem): void {
    this.count++;
    if (this.kept.length < MAX_PROBLEMS) this.kept.push(problem);
  }
}
