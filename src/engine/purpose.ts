/** Why an upstream is asked: by which view, and for which alias of a rule, if for one. */

import type { Purpose } from '../forward/pending-query.ts';
import type { View } from '../policy/view.ts';
import type { AliasResolution } from './alias-resolution.ts';

/** Used again and again, like the pending query that has it. */
export class QueryPurpose implements Purpose {
  /** The view that the query began with, also after a reload. */
  view: View | undefined;
  /** The query is for the alias of this one. */
  resolution: AliasResolution | undefined;

  clear(): void {
    this.view = undefined;
    this.resolution = undefined;
  }
}
