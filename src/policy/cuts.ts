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
  /**
   * All that the configuration says of the very name, but for where it stands: what becomes of a name with
   * none below it, and of all below it, depends on this and on what is said of the names above it.
   * Undefined for a name of which that is not so; the function is left out where nobody knows.
   */
  readonly said?: ((name: Uint8Array) => string | undefined) | undefined;
}
