/** What becomes of a question, decided by the layers that serve. */

import { decidesBy } from '../decision/layers.ts';
import { matchedOwner, ruleOf } from '../decision/rule-of.ts';
import type { Verdict } from '../decision/verdict.ts';
import type { Policy } from '../policy/compile.ts';
import { peek } from '../policy/layer.ts';
import type { View } from '../policy/view.ts';
import type { Query } from '../wire/query.ts';
import { formatRcode, RrType } from '../wire/registry.ts';
import type { RecordData } from '../wire/response.ts';

/** One side of a change. */
export interface Fate {
  /** Absent when nothing is sent. */
  readonly rcode?: string;
  readonly layer: string;
  readonly action: string;
  /** The rule; of a policy with a rule for each of many names, only the policy. */
  readonly rule: string;
  readonly file: string;
  /** Absent for rules that stand in many lines. */
  readonly line?: number;
  /** The upstream group that is asked. */
  readonly upstream?: string;
}

/** A decision, cheap to compare with another. */
export interface Decided {
  readonly policy: Policy;
  readonly view: View;
  readonly verdict: Verdict;
  /** The group asked. */
  readonly upstream: string | undefined;
}

export function decide(policy: Policy, query: Query): Decided {
  const view = policy.viewOf(query);
  query.view = view.index;
  for (const layer of view.layers) {
    const verdict = peek(layer, query);
    if (verdict !== undefined) return { policy, view, verdict, upstream: undefined };
  }
  const { forwarded, group } = view.routes.find(query)!;
  return { policy, view, verdict: forwarded, upstream: group };
}

/** Whether the decision does not depend on the name; of another server's layers nobody knows. */
export function isBlind({ policy, verdict: { layer } }: Decided, { qtype }: Query): boolean {
  if (policy.cuts !== undefined) return false;
  // Minimal answers to ANY come behind policy.
  return !decidesBy(layer, 'name') && !(layer === 'protocol' && qtype === RrType.ANY);
}

const names = new WeakMap<Verdict, string>();

/** What a verdict is for everybody. */
function nameOf(verdict: Verdict): string {
  const known = names.get(verdict);
  if (known !== undefined) return known;
  const { layer, action, rcode, ede, subError, rule, records = [] } = verdict;
  const told = [layer, action, rcode, ede, subError, rule.id];
  const name = [...told, ...records.map(formatData)].join('|');
  names.set(verdict, name);
  return name;
}

const numbers = new WeakMap<Verdict, number>();
let lastNumber = 0;

/** The same for two decisions by the same verdict, whatever name they are about. */
export function keyOf({ verdict, upstream = '' }: Decided): string {
  let number = numbers.get(verdict);
  if (number === undefined) {
    number = ++lastNumber;
    numbers.set(verdict, number);
  }
  return `${number}${upstream}`;
}

/** Whether what the query matched is part of the decision's identity, and not its verdict alone. */
export function isByMatch({ verdict: { named, recordsOf } }: Decided): boolean {
  return named === true || recordsOf !== undefined;
}

/** What two decisions must share for nothing to change; `query` is as `decide` left it. */
export function identityOf(decided: Decided, query: Query): string {
  const { verdict, upstream } = decided;
  const { named, recordsOf } = verdict;
  const name = upstream === undefined ? nameOf(verdict) : `${nameOf(verdict)}|${upstream}`;
  if (!isByMatch(decided)) return name;
  const data = recordsOf?.(query.match.entry) ?? [];
  return [name, named ? matchedOwner(query) : '', ...data.map(formatData)].join('|');
}

function formatData({ type, ttl, rdata }: RecordData): string {
  return `${type} ${ttl} ${Buffer.from(rdata).toString('hex')}`;
}

/** Whether identities that were not computed are different, whatever the name is. */
export function isOther(a: Decided, b: Decided): boolean {
  return a.upstream !== b.upstream || nameOf(a.verdict) !== nameOf(b.verdict);
}

/**
 * What two decisions must share for a client not to see a change: silence, the rcode, that others are
 * asked, the records of an answer. Rules and upstreams of another server are none of ours.
 */
export function outcomeOf({ verdict }: Decided, query: Query): string {
  const { action, rcode, records = [], recordsOf } = verdict;
  if (action === 'drop' || action === 'forward' || action === 'truncate') return action;
  const all = [...records, ...(recordsOf?.(query.match.entry) ?? [])];
  const own = all.filter(({ type }) => type === query.qtype).map(dataOf);
  return [formatRcode(rcode), ...own.sort()].join('|');
}

/** Without TTL: nobody is let in or kept out by it. */
function dataOf({ type, rdata }: RecordData): string {
  return `${type} ${Buffer.from(rdata).toString('hex')}`;
}

/** Whether identities that were not computed are the same: the same rule of the same policy. */
export function isSamePlace(a: Decided, b: Decided, match: MatchedName, query: Query): boolean {
  if (isOther(a, b)) return false;
  if (a.verdict.recordsOf !== undefined || b.verdict.recordsOf !== undefined) return false;
  if (!a.verdict.named) return true;
  const { trigger, depth, wildcard } = query.match;
  return trigger === 'qname' && match.depth === depth && match.wildcard === wildcard;
}

/** Where a rule's name begins in the name asked. */
export interface MatchedName {
  readonly depth: number;
  readonly wildcard: boolean;
}

/** The same for readers; changes of names that a policy has rules for by the hundreds share it. */
export function fateOf({ verdict, upstream }: Decided, isOne: boolean, query: Query): Fate {
  const { layer, action, rcode, named, policy } = verdict;
  const sent = action === 'drop' ? {} : { rcode: formatRcode(rcode) };
  const asked = upstream === undefined ? {} : { upstream };
  if (!isOne && (named || layer === 'special-use')) {
    return { ...sent, layer, action, rule: policy ?? layer, file: verdict.rule.file, ...asked };
  }
  const { id, file, line } = ruleOf(verdict, query);
  return { ...sent, layer, action, rule: id, file, ...(line > 0 && { line }), ...asked };
}
