/** Rules and lines that are not honoured: how many of each kind, and where the first of them stand. */

/** Where something stands in a policy file. */
export interface FileLine {
  readonly file: string;
  readonly line: number;
}

/** Those of one kind. */
export interface Ignored {
  readonly count: number;
  readonly first: readonly FileLine[];
}

const PLACES_KEPT = 3;

export class IgnoredKinds {
  readonly kinds: Map<string, { count: number; first: FileLine[] }> = new Map();

  add(kind: string, place: FileLine): void {
    const known = this.kinds.get(kind);
    if (known === undefined) {
      this.kinds.set(kind, { count: 1, first: [place] });
      return;
    }
    known.count++;
    if (known.first.length < PLACES_KEPT) known.first.push(place);
  }
}
