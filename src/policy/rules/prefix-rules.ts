/** Rules by address: of clients, or in answers. The longest prefix decides. */

import type { Prefix } from '../../net/prefix.ts';
import { NO_PREFIX, PrefixTable } from '../../net/prefix-table.ts';
import type { AliasChain } from '../../wire/alias-chain.ts';
import type { Query } from '../../wire/query.ts';
import type { Trigger } from '../../wire/rule-match.ts';
import { NO_RULE } from './rule-table.ts';

/** One rule. Its entry is how the records that go with it are found. */
export interface PrefixRule {
  readonly prefix: Prefix;
  readonly code: number;
  readonly line: number;
  readonly entry: number;
}

/** An IPv4 prefix is compared as the IPv4-mapped IPv6 prefix it stands for (RPZ draft, 5.4). */
const MAPPED_BITS = 96;

export class PrefixRules {
  readonly #rules: readonly PrefixRule[];
  readonly #table: PrefixTable;

  constructor(rules: readonly PrefixRule[]) {
    this.#rules = rules;
    this.#table = new PrefixTable(rules.map(({ prefix }) => prefix));
  }

  get prefixes(): readonly Prefix[] {
    return this.#table.prefixes;
  }

  get count(): number {
    return this.#rules.length;
  }

  /** The code of the rule for the client, or NO_RULE; `query.match` is set to it. */
  findClient(query: Query): number {
    if (this.#rules.length === 0) return NO_RULE;
    const index = this.#table.find(query.family, query.address);
    if (index === NO_PREFIX) return NO_RULE;
    query.match.name = query;
    return this.#note(query, 'client-ip', index, query.address);
  }

  /**
   * The code of the rule for an address of the answer, or NO_RULE: the longest prefix, and of
   * equal ones the smallest address (RPZ draft, sections 5.4 and 5.5).
   */
  findAnswer(query: Query, answer: AliasChain): number {
    let best = NO_PREFIX;
    let bestAt = 0;
    for (let i = 0; i < answer.addressCount; i++) {
      const { family, words } = answer.address(i);
      const index = this.#table.find(family, words);
      if (index === NO_PREFIX || (best !== NO_PREFIX && !this.#isBetter(index, best))) continue;
      best = index;
      bestAt = i;
    }
    if (best === NO_PREFIX) return NO_RULE;
    return this.#note(query, 'response-ip', best, answer.address(bestAt).words);
  }

  #isBetter(index: number, than: number): boolean {
    const a = this.#rules[index]!.prefix;
    const b = this.#rules[than]!.prefix;
    const longer = bitsOf(a) - bitsOf(b);
    if (longer !== 0) return longer > 0;
    return a.family === b.family ? isBefore(a.words, b.words) : a.family === 4;
  }

  #note(query: Query, trigger: Trigger, index: number, address: Uint32Array): number {
    const { prefix, code, line, entry } = this.#rules[index]!;
    const { match } = query;
    match.trigger = trigger;
    match.prefix = prefix;
    match.address.set(address);
    match.line = line;
    match.entry = entry;
    return code;
  }
}

function bitsOf({ family, length }: Prefix): number {
  return family === 4 ? length + MAPPED_BITS : length;
}

function isBefore(a: Uint32Array, b: Uint32Array): boolean {
  for (let i = 0; i < 4; i++) if (a[i] !== b[i]) return a[i]! < b[i]!;
  return false;
}
