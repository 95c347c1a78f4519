/** What becomes of a question, as the serving layers say it. */

import { ruleOf } from '../decision/rule-of.ts';
import type { Verdict } from '../decision/verdict.ts';
import type { Policy } from '../policy/compile.ts';
import type { Layer } from '../policy/layer.ts';
import type { View } from '../policy/view.ts';
import type { Query } from '../wire/query.ts';
import { formatRcode, RrType } from '../wire/registry.ts';

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

/** Layers whose word depends on the name asked. */
const NAME_LAYERS: ReadonlySet<string> = new Set(['special-use', 'policy', 'route', 'upstream']);

/** A decision, cheap to compare with another. */
export interface Decided {
  readonly view: View;
  readonly verdict: Verdict;
  /** The group asked. */
  readonly upstream: string | undefined;
}

export function decide(policy: Policy, query: Query): Decided {
  const view = policy.views[policy.viewTable.find(query)]!;
  query.view = view.index;
  for (const layer of view.layers) {
    const verdict = ask(layer, query);
    if (verdict !== undefined) return { view, verdict, upstream: undefined };
  }
  const { forwarded, group } = view.routes.find(query)!;
  return { view, verdict: forwarded, upstream: group };
}

function ask(layer: Layer, query: Query): Verdict | undefined {
  return layer.peek === undefined ? layer.judge(query) : layer.peek(query);
}

/** Whether the name asked had no say in it: minimal answers come behind policy. */
export function isBlind({ verdict }: Decided, { qtype }: Query): boolean {
  return !NAME_LAYERS.has(verdict.layer) && qtype !== RrType.ANY;
}

/** What two decisions must share for nothing to change; `query` is as `decide` left it. */
export function identityOf({ verdict, upstream }: Decided, query: Query): string {
  const { layer, action, rcode, ede, recordsOf, records } = verdict;
  const data = recordsOf?.(query.match.entry) ?? records ?? [];
  const answer = data.map(
    ({ type, ttl, rdata }) => `${type} ${ttl} ${Buffer.from(rdata).toString('hex')}`,
  );
  return [layer, action, rcode, ede, ruleOf(verdict, query).id, upstream, ...answer].join('|');
}

/** The same for readers; changes of names that a policy has rules for by the hundreds share it. */
export function fateOf({ verdict, upstream }: Decided, isOne: boolean, query: Query): Fate {
  const { layer, action, rcode, named } = verdict;
  const { id, file, line } = isOne || !named ? ruleOf(verdict, query) : verdict.rule;
  const isMany = named && !isOne;
  return {
    ...(action !== 'drop' && { rcode: formatRcode(rcode) }),
    layer,
    action,
    rule: isMany ? `${id}…` : id,
    file,
    ...(!isMany && line > 0 && { line }),
    ...(upstream !== undefined && { upstream }),
  };
}
