/** Who may do something: the most specific prefix decides. Shared by the layers that ask it. */

import type { AccessEntry, AccessList } from '../../config/access-list.ts';
import type { LayerName } from '../../decision/layers.ts';
import { builtIn, type Rule, type Verdict, type VerdictTable } from '../../decision/verdict.ts';
import { formatPrefix } from '../../net/prefix.ts';
import { NearestPrefix, NO_PREFIX, PrefixTable } from '../../net/prefix-table.ts';
import type { Query } from '../../wire/query.ts';
import type { Account } from '../layer.ts';
import {
  type Enforcement,
  formatExpiry,
  isExpired,
  isInForce,
  shownOrigin,
} from '../rules/in-force.ts';

/** What an access list does to the clients of its entries. */
export class Access {
  readonly #section: string;
  readonly #entries: readonly AccessEntry[];
  readonly #verdicts: readonly (Verdict | undefined)[];
  readonly #otherwise: Verdict;
  readonly #rules: readonly Rule[];
  readonly #table: PrefixTable;
  /** Index into the entries for each prefix of the table. */
  readonly #owners: readonly number[];
  readonly #allowed: NearestPrefix;
  readonly #allowedOwners: readonly number[];
  /** For each allowed prefix. */
  readonly #hints: readonly string[];

  /** Prefixes of entries that have expired, each with its hint. */
  readonly #expired: PrefixTable;
  readonly #expiredHints: readonly string[];

  /**
   * `toVerdict` returns the verdict for the clients of an entry, undefined for those that it allows;
   * `otherwise` is for those whom no entry matches.
   */
  constructor(
    { section, entries }: AccessList,
    enforcement: Enforcement,
    toVerdict: (entry: AccessEntry, rule: Rule) => Verdict | undefined,
    otherwise: Verdict,
  ) {
    this.#section = section;
    this.#entries = entries.filter((entry) => isInForce(entry, enforcement));
    this.#rules = this.#entries.map((entry) => toRule(section, entry));
    this.#verdicts = this.#entries.map((entry, i) => toVerdict(entry, this.#rules[i]!));
    this.#otherwise = otherwise;
    const all = withOwners(this.#entries);
    this.#table = new PrefixTable(all.map(({ prefix }) => prefix));
    this.#owners = all.map(({ owner }) => owner);
    const allowed = all.filter(({ owner }) => this.#entries[owner]!.action === 'allow');
    this.#allowed = new NearestPrefix(allowed.map(({ prefix }) => prefix));
    this.#allowedOwners = allowed.map(({ owner }) => owner);
    this.#hints = allowed.map(({ prefix, owner }) => {
      const { file, line } = this.#rules[owner]!;
      return `nearest allow: ${formatPrefix(prefix)} at ${file}:${line}`;
    });
    const expired = withOwners(
      entries.filter(({ expires }) => isExpired(expires, enforcement.now)),
    );
    this.#expired = new PrefixTable(expired.map(({ prefix }) => prefix));
    this.#expiredHints = expired.map(({ entry: { key, action, place, expires } }) => {
      const where = `${place?.file}:${place?.line}`;
      return `expired: ${action} ${key} counted until ${formatExpiry(expires!)} at ${where}`;
    });
  }

  /** The verdict on the query; undefined for a client that is allowed. */
  find(query: Query): Verdict | undefined {
    const verdict = this.#find(query);
    return verdict?.action === 'forward' ? undefined : verdict;
  }

  /** The verdict that is recorded for an entry in shadow mode that allows the client. */
  findAllowance(query: Query): Verdict | undefined {
    const verdict = this.#find(query);
    return verdict?.action === 'forward' ? verdict : undefined;
  }

  #find(query: Query): Verdict | undefined {
    const index = this.#table.find(query.family, query.address);
    return index === NO_PREFIX ? this.#otherwise : this.#verdicts[this.#owners[index]!];
  }

  /**
   * An entry for the client that has expired, or `nearest allow: 10.20.0.0/16 at
   * config/site.yaml:41`, or that there is nothing to be near to;
   * undefined when the rule that decides needs no hint.
   */
  hint(query: Query): string | undefined {
    const expired = this.#expired.find(query.family, query.address);
    if (expired !== NO_PREFIX) return this.#expiredHints[expired];
    const index = this.#allowed.find(query.family, query.address);
    if (index !== NO_PREFIX) return this.#hints[index];
    const isDecided = this.#table.find(query.family, query.address) !== NO_PREFIX;
    return isDecided ? undefined : `${this.#section} allows no IPv${query.family} client`;
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

/** The verdict of an entry that allows: none, unless it is in shadow mode and is recorded. */
export function allowance(
  layer: LayerName,
  mode: AccessEntry['mode'],
  rule: Rule,
  verdicts: VerdictTable,
): Verdict | undefined {
  return mode === 'enforce'
    ? undefined
    : verdicts.add({ layer, action: 'forward', rule, isShadow: true });
}

/** Each prefix with its entry, and the position of that. */
function withOwners(entries: readonly AccessEntry[]) {
  return entries.flatMap((entry, owner) =>
    entry.prefixes.map((prefix) => ({ prefix, owner, entry })),
  );
}

function toRule(section: string, entry: AccessEntry): Rule {
  const id = `${section} ${entry.key}`;
  if (entry.place === undefined) return builtIn(id);
  return {
    id,
    file: entry.place.file,
    line: entry.place.line,
    implicit: false,
    ...shownOrigin(entry),
  };
}
