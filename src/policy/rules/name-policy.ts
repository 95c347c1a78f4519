/** One policy: rules by name and by address, and what each of their codes stands for. */

import type { Verdict } from '../../decision/verdict.ts';
import type { Prefix } from '../../net/prefix.ts';
import type { AliasChain } from '../../wire/alias-chain.ts';
import type { HashedName } from '../../wire/hashed-name.ts';
import type { Query } from '../../wire/query.ts';
import type { RecordData } from '../../wire/response.ts';
import { type PrefixRule, PrefixRules } from './prefix-rules.ts';
import { NO_RULE, type RuleTable } from './rule-table.ts';

/** A rule that stops the search in all policies and lets the query pass (PASSTHRU). */
export function letsPass({ action }: Verdict): boolean {
  return action === 'forward';
}

function dataOf({ type, rdata }: RecordData): readonly number[] {
  return [type, ...rdata];
}

/** What a policy is made of. */
export interface PolicyParts {
  readonly name: string;
  readonly rules: RuleTable;
  /** What each code of a rule stands for. */
  readonly answers: readonly Verdict[];
  readonly clientRules?: readonly PrefixRule[];
  readonly addressRules?: readonly PrefixRule[];
  /** Only queries with RD=1 are judged. */
  readonly recursiveOnly?: boolean;
  /** A signed answer is left alone when the client wants signatures (DO=1). */
  readonly keepsSigned?: boolean;
}

export class NamePolicy {
  readonly name: string;
  readonly rules: RuleTable;
  readonly keepsSigned: boolean;
  readonly #answers: readonly Verdict[];
  readonly #clientRules: PrefixRules;
  readonly #addressRules: PrefixRules;
  readonly #recursiveOnly: boolean;

  constructor(parts: PolicyParts) {
    this.name = parts.name;
    this.rules = parts.rules;
    this.keepsSigned = parts.keepsSigned ?? false;
    this.#answers = parts.answers;
    this.#clientRules = new PrefixRules(parts.clientRules ?? []);
    this.#addressRules = new PrefixRules(parts.addressRules ?? []);
    this.#recursiveOnly = parts.recursiveOnly ?? false;
  }

  /** Number of rules of all kinds. */
  get count(): number {
    return this.rules.count + this.#clientRules.count + this.#addressRules.count;
  }

  /** All names that have a rule, in lower-case wire format. */
  names(): Iterable<Uint8Array> {
    return this.rules.names();
  }

  /** Names whose rules may be for some types of queries alone, besides those of the table. */
  partialNames(): Iterable<Uint8Array> {
    return [];
  }

  /** The types that these are for. */
  get partialTypes(): readonly number[] {
    return [];
  }

  /** Regular expressions: which names they are for nobody can list. */
  get patterns(): readonly string[] {
    return [];
  }

  /** What its rules on clients are about. */
  get clientPrefixes(): readonly Prefix[] {
    return this.#clientRules.prefixes;
  }

  /** Whether it has rules for the addresses of answers. */
  get watchesAddresses(): boolean {
    return this.#addressRules.count > 0;
  }

  /** Whether this query is judged at all. */
  concerns(query: Query): boolean {
    return !this.#recursiveOnly || query.recursionDesired;
  }

  /** Whether the rule by name that the query matched last is not for all types and names alike. */
  isForSome({ match }: Query): boolean {
    return this.rules.typesOf(match.entry) !== undefined;
  }

  /** The same for names whose own rules do the same, wherever these stand. */
  textOf(wire: Uint8Array): string {
    const texts = [false, true].map((wildcard) => {
      const entry = this.rules.entryOf(wire, wildcard);
      if (entry < 0) return undefined;
      const types = [...(this.rules.typesOf(entry) ?? ['all'])];
      const told = [this.rules.isExact(entry), types, this.rules.recordsOf(entry).map(dataOf)];
      const answer = this.#answer(this.rules.codeOf(entry) ?? NO_RULE);
      if (answer === undefined) return told;
      const { layer, action, rcode, records = [] } = answer;
      return [...told, layer, action, rcode, records.map(dataOf)];
    });
    return JSON.stringify(texts);
  }

  /** By the client's address. */
  judgeClient(query: Query): Verdict | undefined {
    return this.#answer(this.#clientRules.findClient(query));
  }

  /** By the name asked, or by one that it is an alias of. */
  judgeName(query: Query, name: HashedName): Verdict | undefined {
    return this.#answer(this.rules.find(query, name));
  }

  /** By the addresses that an answer has. */
  judgeAddresses(query: Query, answer: AliasChain): Verdict | undefined {
    return this.#answer(this.#addressRules.findAnswer(query, answer));
  }

  /** The rule that comes nearest to the name asked, as a verdict, and why it is not for it. */
  findNear(query: Query): { readonly verdict: Verdict; readonly why: string } | undefined {
    const near = this.rules.findNear(query);
    const verdict = near === undefined ? undefined : this.#answers[near.code];
    if (near === undefined || verdict === undefined || letsPass(verdict)) return undefined;
    return { verdict, why: this.concerns(query) ? near.why : 'is for queries with RD=1' };
  }

  #answer(code: number): Verdict | undefined {
    return code === NO_RULE ? undefined : this.#answers[code];
  }
}
