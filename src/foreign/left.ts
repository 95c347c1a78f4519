/** What a reader understands and does not model, or what a configuration of ours has no word for. */

import type { Place } from '../config/problem.ts';

export interface Left {
  readonly place: Place;
  /** The statement as the operator wrote it, without secrets. */
  readonly what: string;
  /** What it does in the old server, and what to do about it here. */
  readonly instead: string;
  /** Whether a decision can depend on it. */
  readonly decides: boolean;
  /** `import` writes it all the same: nobody can compare it without what is elsewhere. */
  readonly isCarried?: true;
  /** `explain` knows it; what has no word for it is a configuration of ours. */
  readonly isExplained?: true;
}
