/** Asking the layers without sending anything: behind `explain` and `GET /api/explain`. */

import type { Verdict } from '../decision/verdict.ts';
import { Conclusion } from '../engine/conclusion.ts';
import type { DecisionRecord } from '../observe/decision-filter.ts';
import { RecordWriter } from '../observe/record.ts';
import type { Policy } from '../policy/compile.ts';
import { recordContext } from '../policy/record-context.ts';
import { explain, type TraceStep } from '../policy/trace.ts';
import { Query } from '../wire/query.ts';
import { type AskedQuestion, listenersOf, playQuestion } from './question.ts';

export interface ExplainedDecision {
  /** The record that the server would write; for a forwarded query, up to the upstream. */
  readonly decision: DecisionRecord;
  /** The upstream group that would be asked; absent when a layer ends the query. */
  readonly upstream?: string;
  readonly trace: readonly TraceStep[];
  /** Records of what rules in shadow mode would do; absent when none of them matches. */
  readonly shadow?: readonly DecisionRecord[];
}

/**
 * Judges the question by the very layers that serve, and writes the record that would be;
 * `listeners` are the addresses served, where they are not those of the configuration.
 */
export function explainQuestion(
  policy: Policy,
  question: AskedQuestion,
  now: number,
  listeners: readonly string[] = listenersOf(policy),
): ExplainedDecision {
  const query = new Query();
  const length = playQuestion(query, question, now);
  query.parse(query.message, length);
  const write = recordWriter(policy, query, listeners, now);
  const shadow: DecisionRecord[] = [];
  const { view, trace, verdict } = explain(policy, query, (would) => {
    shadow.push(write((conclusion) => conclusion.shadow(would, now)));
  });
  const told = shadow.length === 0 ? {} : { shadow };
  const conclude = (ending: Verdict) => write((conclusion) => conclusion.verdict(ending, now));
  if (verdict !== undefined) return { decision: conclude(verdict), trace, ...told };
  const { group, forwarded } = view.routes.find(query)!;
  return { decision: conclude(forwarded), upstream: group, trace, ...told };
}

/** Makes the records of real conclusions, which are written to nobody. */
function recordWriter(
  policy: Policy,
  query: Query,
  listeners: readonly string[],
  now: number,
): (conclude: (conclusion: Conclusion) => void) => DecisionRecord {
  const writer = new RecordWriter();
  writer.context = recordContext(policy, listeners);
  const nothing = () => {};
  const conclusion = new Conclusion(query, policy, {
    box: { reply: nothing, more: nothing, drop: nothing, end: nothing },
    recorder: {
      received: nothing,
      decided: (_query, outcome) => writer.record(query, outcome, now),
      shadowed: (_query, outcome) => writer.record(query, outcome, now),
      upstreamAnswered: nothing,
      upstreamRefused: nothing,
      channelLost: nothing,
      handshakeFailed: nothing,
      ignored: nothing,
    },
    refPrefix: 'explain',
  });
  return (conclude) => {
    writer.length = 0;
    conclude(conclusion);
    return JSON.parse(writer.octets.toString('utf8', 0, writer.length));
  };
}
