/** Answers by a rule of policy: at once, or with an alias whose target is asked for first. */

import type { OwnedRecord, Verdict } from '../decision/verdict.ts';
import { aliasTarget, TOO_LONG } from '../policy/rules/alias-target.ts';
import type { View } from '../policy/view.ts';
import { HashedName } from '../wire/hashed-name.ts';
import { AD, CD, RD } from '../wire/header.ts';
import type { Query } from '../wire/query.ts';
import { Rcode } from '../wire/registry.ts';
import { formatRequest } from '../wire/request.ts';
import type { Aliases } from '../wire/response.ts';
import type { RuleMatch } from '../wire/rule-match.ts';
import type { Conclusion } from './conclusion.ts';

/** What is kept of a query until its alias has an answer. */
export interface AliasResolution {
  readonly verdict: Verdict;
  /** The client's message. */
  readonly message: Uint8Array;
  readonly aliases: Aliases | undefined;
  readonly match: RuleMatch;
  /** What the policy zone itself has of the way. */
  readonly inside: readonly OwnedRecord[] | undefined;
}

/** Asks for the name that stands in the query, for the sake of `resolution`. */
export type Ask = (view: View, now: number, resolution: AliasResolution) => void;

/** What has come of asking for an alias: an rcode, and an answer if there is one. */
export interface ResolvedAlias {
  readonly rcode: number;
  readonly answer?: Uint8Array;
}

/** An alias that could not be resolved. */
export const FAILED: ResolvedAlias = { rcode: Rcode.SERVFAIL };

export class PolicyAnswers {
  readonly #query: Query;
  readonly #conclusion: Conclusion;
  readonly #ask: Ask;

  constructor(query: Query, conclusion: Conclusion, ask: Ask) {
    this.#query = query;
    this.#conclusion = conclusion;
    this.#ask = ask;
  }

  /** Answers the query by a verdict; `aliases` lead from the name asked to the one that matched. */
  answer(verdict: Verdict, view: View, now: number, aliases?: Aliases): void {
    const target = aliasTarget(verdict, this.#query);
    if (target === TOO_LONG) {
      // RFC 6672 section 2.2 defines it for names that a DNAME makes too long.
      return this.#conclusion.policy(verdict, { rcode: Rcode.YXDOMAIN, aliases }, now);
    }
    if (target === undefined) return this.#conclusion.policy(verdict, { aliases }, now);
    const { match, qtype, recursionDesired } = this.#query;
    const found = verdict.inside?.find(target, match.entry, qtype);
    const next = found === undefined ? target : found.next;
    const inside = found?.records;
    if (next === undefined || !recursionDesired) {
      const rcode = found?.rcode ?? verdict.rcode;
      return this.#conclusion.policy(verdict, { rcode, aliases, inside }, now);
    }
    const parts = { verdict, target: next, aliases, inside };
    this.#ask(view, now, beginResolution(this.#query, parts));
  }

  /** The alias that was asked for has an answer, or has none; `buffer` is for the reply. */
  resume(
    resolution: AliasResolution,
    { rcode, answer }: ResolvedAlias,
    buffer: Uint8Array,
    now: number,
  ): void {
    endResolution(resolution, this.#query, buffer);
    const { verdict, aliases, inside } = resolution;
    this.#conclusion.policy(verdict, { rcode, aliases, resolved: answer, inside }, now);
  }
}

/** Keeps the query with its verdict, and asks for `target` in its place. */
export function beginResolution(
  query: Query,
  {
    verdict,
    target,
    aliases,
    inside,
  }: {
    verdict: Verdict;
    target: Uint8Array;
    aliases?: Aliases | undefined;
    inside?: readonly OwnedRecord[] | undefined;
  },
): AliasResolution {
  const resolution: AliasResolution = {
    verdict,
    inside,
    message: query.message.slice(0, query.length),
    aliases: aliases && { ...aliases, octets: aliases.octets.slice(0, aliases.length) },
    match: {
      ...query.match,
      name: copyName(query.match.name),
      address: query.match.address.slice(),
    },
  };
  const { qtype: type, qclass: rrClass, optAt, dnssecOk } = query;
  const edns = optAt !== 0;
  const asked = formatRequest({ id: 0, name: target, type, rrClass, edns, dnssecOk });
  // The client's wishes are those of the new question.
  asked[2]! |= query.message[2]! & RD;
  asked[3]! |= query.message[3]! & (AD | CD);
  query.parse(asked, asked.length);
  return resolution;
}

/** The client's query is the one at hand again; `buffer` holds it then. */
export function endResolution(
  { message, match }: AliasResolution,
  query: Query,
  buffer: Uint8Array,
): void {
  buffer.set(message);
  query.parse(buffer, message.length);
  const { address, ...rest } = match;
  Object.assign(query.match, rest);
  query.match.address.set(address);
}

function copyName({ name, nameLength }: HashedName): HashedName {
  const copy = new HashedName();
  copy.take(name, 0, nameLength);
  return copy;
}
