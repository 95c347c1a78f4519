/** The results of the layers for a question that nobody asked: the very layers that serve. */

import type { LayerName } from '../decision/layers.ts';
import { ruleOf } from '../decision/rule-of.ts';
import type { Rule, Verdict } from '../decision/verdict.ts';
import type { Query } from '../wire/query.ts';
import type { Policy } from './compile.ts';
import { type Account, type Layer, peek, withoutCounting } from './layer.ts';
import { judgeWithShadow, type View } from './view.ts';

/** One layer's part in a decision. */
export interface TraceStep {
  readonly layer: LayerName;
  /** `pass`, or the action that ended the query. */
  readonly verdict: string;
  readonly rule?: Rule;
  /** The rule that came nearest to matching. */
  readonly nearest?: Rule;
  readonly why?: string;
}

export interface Explanation {
  readonly view: View;
  readonly trace: readonly TraceStep[];
  /** The verdict that decides; undefined when the query would be forwarded. */
  readonly verdict: Verdict | undefined;
}

/**
 * Walks the layers in their order, up to the one that decides; `tell` is called with what rules in
 * shadow mode would do.
 */
export function explain(
  policy: Policy,
  query: Query,
  tell: (would: Verdict) => void = () => {},
): Explanation {
  const trace: TraceStep[] = [];
  const view = policy.viewOf(query);
  query.view = view.index;
  if (view.shadow !== undefined) {
    const layers = view.layers.map(withoutCounting);
    judgeWithShadow({ ...view, layers, shadow: view.shadow.map(withoutCounting) }, query, tell);
  }
  for (const layer of view.layers) {
    const verdict = peek(layer, query);
    trace.push(describe(layer, verdict, query));
    if (verdict !== undefined) return { view, trace, verdict };
  }
  return { view, trace, verdict: undefined };
}

function describe(layer: Layer, verdict: Verdict | undefined, query: Query): TraceStep {
  const rule = verdict === undefined ? undefined : ruleOf(verdict, query);
  const account: Account = layer.account?.(query) ?? {};
  return {
    layer: layer.name,
    verdict: verdict?.action ?? 'pass',
    ...account,
    ...(rule !== undefined && { rule }),
  };
}
