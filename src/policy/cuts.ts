/**
 * Where the rules of a policy begin and end, if it was not compiled from a configuration of ours:
 * `diff` cuts clients, names and types there, and between two cuts all questions are decided alike.
 */

import type { Prefix } from '../net/prefix.ts';

export interface Cuts {
  readonly prefixes: readonly Prefix[];
  /** Names that some rule is about, in wire format and lower case: the name itself, and all below it. */
  readonly names: readonly Uint8Array[];
  readonly types: readonly number[];
}
