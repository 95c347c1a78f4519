/** Rules for names that have expired: an operator debugging a decision may look for one of them. */

import type { HashedName } from '../../wire/hashed-name.ts';
import { NameTable, NO_ENTRY } from './name-table.ts';

export class ExpiredRules {
  readonly #names: NameTable = new NameTable();
  readonly #hints: string[] = [];

  /** A lower-case name in wire format, and the hint about its rule. */
  add(wire: Uint8Array, wildcard: boolean, hint: string): void {
    this.#hints[this.#names.add(wire, wildcard)] = hint;
  }

  /** The hint about the rule that would have been found for the name; undefined without one. */
  hintFor(name: HashedName): string | undefined {
    if (this.#hints.length === 0) return undefined;
    for (let depth = 0; depth <= name.labels; depth++) {
      const entry = this.#names.find(name, depth, depth > 0);
      if (entry !== NO_ENTRY) return this.#hints[entry];
    }
    return undefined;
  }
}
