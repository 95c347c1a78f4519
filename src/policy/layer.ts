/** What a layer is, and how a list of them judges. */

import type { LayerName, Rule, Verdict } from '../decision/verdict.ts';
import type { Query } from '../wire/query.ts';

/** One reason a query can end here. A layer sees the query and nothing else. */
export interface Layer {
  readonly name: LayerName;
  /** A verdict ends the query here; undefined passes it on. */
  judge(query: Query): Verdict | undefined;
  /** What it says to one who only asks: nothing is counted, and no answer is waited for. */
  peek?(query: Query): Verdict | undefined;
  /** In a trial: the rule in shadow mode that lets the query pass. */
  allows?(query: Query): Verdict | undefined;
  /** What a layer can say about the query it has just judged, for `explain`. */
  account?(query: Query): Account;
}

/** Why a layer decided as it did. */
export interface Account {
  /** The rule that matched, also when it let the query pass. */
  readonly rule?: Rule;
  /** The rule that came nearest to matching. */
  readonly nearest?: Rule;
  readonly why?: string;
}

/** The first verdict of the layers, in their order. */
export function judge(layers: readonly Layer[], query: Query): Verdict | undefined {
  for (let i = 0; i < layers.length; i++) {
    const verdict = layers[i]!.judge(query);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}

/** A layer that judges as the other would, and counts nothing. */
export function withoutCounting(layer: Layer): Layer {
  return layer.peek === undefined ? layer : { ...layer, judge: (query) => layer.peek!(query) };
}
