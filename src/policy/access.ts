/** Who may do something: the most specific prefix decides. Shared by the layers that ask it. */

import type { AccessAction, AccessEntry } from '../config/config.ts';
import { builtIn, type Rule } from '../decision/verdict.ts';
import { formatPrefix } from '../net/prefix.ts';
import { NearestPrefix, NO_PREFIX, PrefixTable } from '../net/prefix-table.ts';
import type { Query } from '../wire/query.ts';
import type { Account } from './layer.ts';

/** What an access list does to the clients of its entries: one value for each entry. */
export class Access<T> {
  readonly #entries: readonly AccessEntry[];
  readonly #values: readonly T[];
  readonly #otherwise: T;
  readonly #rules: readonly Rule[];
  readonly #table: PrefixTable;
  /** Index into the entries for each prefix of the table. */
  readonly #owners: readonly number[];
  readonly #allowed: NearestPrefix;
  readonly #allowedOwners: readonly number[];
  /** For each allowed prefix. */
  readonly #hints: readonly string[];

  /**
   * `section` names the list in rule ids; `toValue` turns an entry into what `find` returns
   * for its clients, and `otherwise` is for those whom no entry matches.
   */
  constructor(
    section: string,
    entries: readonly AccessEntry[],
    toValue: (action: AccessAction, rule: Rule) => T,
    otherwise: T,
  ) {
    this.#entries = entries;
    this.#rules = entries.map((entry) => toRule(section, entry));
    this.#values = entries.map(({ action }, i) => toValue(action, this.#rules[i]!));
    this.#otherwise = otherwise;
    const all = entries.flatMap(({ prefixes }, owner) =>
      prefixes.map((prefix) => ({ prefix, owner })),
    );
    this.#table = new PrefixTable(all.map(({ prefix }) => prefix));
    this.#owners = all.map(({ owner }) => owner);
    const allowed = all.filter(({ owner }) => entries[owner]!.action === 'allow');
    this.#allowed = new NearestPrefix(allowed.map(({ prefix }) => prefix));
    this.#allowedOwners = allowed.map(({ owner }) => owner);
    this.#hints = allowed.map(({ prefix, owner }) => {
      const { file, line } = this.#rules[owner]!;
      return `nearest allow: ${formatPrefix(prefix)} at ${file}:${line}`;
    });
  }

  find(query: Query): T {
    const index = this.#table.find(query.family, query.address);
    return index === NO_PREFIX ? this.#otherwise : this.#values[this.#owners[index]!]!;
  }

  /** `nearest allow: 10.20.0.0/16 at config/site.yaml:41`; undefined when nothing allows. */
  hint(query: Query): string | undefined {
    const index = this.#allowed.find(query.family, query.address);
    return index === NO_PREFIX ? undefined : this.#hints[index];
  }

  /** The rule that decides for a client; without one, the nearest that would allow it. */
  account(query: Query): Account {
    const index = this.#table.find(query.family, query.address);
    const nearest = this.#nearestAllow(query);
    if (index === NO_PREFIX) {
      return { why: 'no prefix matches the client', ...(nearest && { nearest }) };
    }
    const rule = this.#rules[this.#owners[index]!]!;
    const why = `the most specific prefix is ${formatPrefix(this.#table.prefixes[index]!)}`;
    const isAllowed = this.#entries[this.#owners[index]!]!.action === 'allow';
    return { rule, why, ...(!isAllowed && nearest && { nearest }) };
  }

  #nearestAllow(query: Query): Rule | undefined {
    const index = this.#allowed.find(query.family, query.address);
    return index === NO_PREFIX ? undefined : this.#rules[this.#allowedOwners[index]!];
  }
}

function toRule(section: string, entry: AccessEntry): Rule {
  const id = `${section} ${entry.key}`;
  if (entry.place === undefined) return builtIn(id);
  return {
    id,
    file: entry.place.file,
    line: entry.place.line,
    implicit: false,
    ...(entry.owner !== undefined && { owner: entry.owner }),
    ...(entry.reason !== undefined && { reason: entry.reason }),
  };
}
