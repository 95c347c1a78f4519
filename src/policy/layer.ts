/** What a layer is, and how a list of them judges. */

import type { LayerName } from '../decision/layers.ts';
import type { Rule, Verdict } from '../decision/verdict.ts';
import type { Query } from '../wire/query.ts';

/**
 * One reason for which a query is not forwarded. The layers stand in `order.ts`; each is compiled
 * once for a configuration and then judges every query that the layers before it let pass.
 *
 * What a layer may use:
 * - The query, for the time of one call. `Query` is one object, filled again for every packet:
 *   neither it nor its buffers are kept or changed, except for `query.match` (see below).
 * - What it was compiled from (`layer-parts.ts`). It reads its sections of the configuration while
 *   it is compiled and not later: every section read by then is part of the policy hash, and the
 *   configuration throws when a layer asks for another one afterwards. Files come from the
 *   `PolicyFiles` of the parts, for the same reason and because all threads get the same content.
 * - The time in `query.receivedAt`, in milliseconds since the epoch. No other clock, and no chance:
 *   tests, `explain` and assertions decide what time it is.
 * - Nothing else: no socket, no file, no log, no counter. What is decided is recorded elsewhere.
 *
 * What a layer returns: verdicts that it added to the `VerdictTable` when it was compiled. They are
 * numbered, and counters and rendered records stand at their numbers: none is made for one query.
 *
 * The cost: `judge` and `peek` run for every packet and allocate nothing. `account`, and `hint` of
 * a verdict, run for readers and for records of refusals only.
 *
 * The match: a verdict whose rules are distinguished by what matched (`named`, `recordsOf`) needs
 * `query.match`, which has one place for the whole query. Whoever finds such a rule sets all fields
 * that belong to its trigger, also those that happen to have the right value. The next search
 * overwrites them, so a verdict is recorded before anything is searched again.
 *
 * Rules in shadow mode: a view that has some gets a second list of layers, compiled with
 * `enforcement.withShadow`, which is asked first. A layer compiled for all views stands in both
 * lists; in the second it is asked by `peek`. What a shadow rule would do is recorded, and then the
 * first list decides.
 */
export interface Layer {
  readonly name: LayerName;

  /**
   * Judges a query that a client has sent: after a verdict no later layer is asked, undefined passes
   * it on to the next layer. A layer that takes something from the client (a token) does so here.
   */
  judge(query: Query): Verdict | undefined;

  /**
   * Decides without consequences: nothing is taken or counted, and the verdict does not depend on
   * an answer that is still to come. A layer whose `judge` has consequences must have it.
   *
   * `explain`, `diff`, assertions and replay ask only this, or `judge` where a layer has no `peek`:
   * they ask about queries that nobody has sent, as often as they like.
   */
  peek?(query: Query): Verdict | undefined;

  /**
   * Of the list with the rules in shadow mode: the rule in shadow mode that let the query pass. It
   * is asked when only the other list has refused, in order to record that the rule would have
   * allowed the query. A layer whose rules can allow something and have a mode must have it.
   */
  allows?(query: Query): Verdict | undefined;

  /**
   * Why the query was decided so, for `explain`. It is asked right after `judge` or `peek` for the
   * same query. It may search again, but leaves `query.match` as the verdict needs it.
   */
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

/** The verdict of one layer on a query that nobody has sent. */
export function peek(layer: Layer, query: Query): Verdict | undefined {
  return layer.peek === undefined ? layer.judge(query) : layer.peek(query);
}

/** A layer that judges as the other would, and counts nothing. */
export function withoutCounting(layer: Layer): Layer {
  return layer.peek === undefined ? layer : { ...layer, judge: (query) => peek(layer, query) };
}
