/** Rules and lines that are not honoured: how many of each kind, and where the first of them stand. */

/** Those of one kind. */
export interface Ignored {
  readonly count: number;
  /** The lines of the first of them. */
  readonly lines: readonly number[];
}

const LINES_KEPT = 3;

export class IgnoredKinds {
  readonly kinds: Map<string, { count: number; lines: number[] }> = new Map();

  add(kind: string, line: number): void {
    const known = this.kinds.get(kind);
    if (known === undefined) {
      this.kinds.set(kind, { count: 1, lines: [line] });
      return;
    }
    known.count++;
    if (known.lines.length < LINES_KEPT) known.lines.push(line);
  }
}
