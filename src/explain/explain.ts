/** Asking the layers without sending anything: behind `explain` and `GET /api/explain`. */

import type { Verdict } from '../decision/verdict.ts';
import { Conclusion } from '../engine/conclusion.ts';
import { formatEndpoint, parseAddress } from '../net/address.ts';
import { RecordWriter } from '../observe/record.ts';
import type { Policy } from '../policy/compile.ts';
import { recordContext } from '../policy/record-context.ts';
import { explain, type TraceStep } from '../policy/trace.ts';
import { BUFFER_LENGTH } from '../wire/header.ts';
import { parseName } from '../wire/name.ts';
import { Query, type Transport } from '../wire/query.ts';
import { parseClass, parseOpcode, parseType } from '../wire/registry.ts';
import { formatRequest } from '../wire/request.ts';

/** A question as somebody would ask it. */
export interface AskedQuestion {
  readonly client: string;
  readonly name: string;
  readonly type: number;
  readonly rrClass: number;
  readonly opcode: number;
  readonly recursionDesired: boolean;
  readonly transport: Transport;
  /** Which of the addresses served is asked. */
  readonly listener: number;
}

/** A record as readers see it. */
export type DecisionRecord = Readonly<Record<string, unknown>>;

export interface ExplainedDecision {
  /** The record that the server would write; for a forwarded query, up to the upstream. */
  readonly decision: DecisionRecord;
  /** The upstream group that would be asked; absent when a layer ends the query. */
  readonly upstream?: string;
  readonly trace: readonly TraceStep[];
  /** Records of what rules in shadow mode would do; absent when none of them matches. */
  readonly shadow?: readonly DecisionRecord[];
}

/** Reads the words of a question; a text says what is wrong with them. */
export function askedQuestion(
  words: Readonly<Record<string, string | undefined>>,
  listeners: readonly string[] = [],
): AskedQuestion | string {
  const { client, name, type = 'A', class: rrClass = 'IN', opcode = 'QUERY' } = words;
  const { transport = 'udp', rd = '1' } = words;
  if (client === undefined || parseAddress(client) === undefined) {
    return `client ${client ?? 'is missing'}: expect an IPv4 or IPv6 address`;
  }
  if (name === undefined) return 'name is missing: expect a domain name';
  const wire = parseName(name);
  if (typeof wire === 'string') return `name ${name}: expect a domain name, not ${wire}`;
  const numbers = {
    type: parseType(type),
    class: parseClass(rrClass),
    opcode: parseOpcode(opcode),
  };
  if (numbers.type === undefined) return `type ${type}: expect one like A, AAAA or TYPE65`;
  if (numbers.class === undefined) return `class ${rrClass}: expect one like IN or CH`;
  if (numbers.opcode === undefined) return `opcode ${opcode}: expect one like QUERY or UPDATE`;
  if (transport !== 'udp' && transport !== 'tcp')
    return `transport ${transport}: expect udp or tcp`;
  const listener = words['listener'] === undefined ? 0 : listeners.indexOf(words['listener']);
  if (listener < 0) {
    return `listener ${words['listener']}: expect one of ${listeners.join(', ')}`;
  }
  return {
    client,
    name,
    type: numbers.type,
    rrClass: numbers.class,
    opcode: numbers.opcode,
    recursionDesired: rd !== '0',
    transport,
    listener,
  };
}

/** The addresses that a configuration serves, as records name them. */
export function listenersOf({ config }: Policy): readonly string[] {
  return config.listen.map(({ value }) => formatEndpoint(value));
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

/** Fills in who asks, and the octets that he would send; returns their length. */
export function playQuestion(query: Query, question: AskedQuestion, now: number): number {
  const { family, words } = parseAddress(question.client)!;
  query.family = family;
  query.address.set(words);
  query.transport = question.transport;
  query.listener = question.listener;
  query.receivedAt = now;
  const request = formatRequest({
    id: 0,
    opcode: question.opcode,
    recursionDesired: question.recursionDesired,
    name: parseName(question.name) as Uint8Array,
    type: question.type,
    rrClass: question.rrClass,
  });
  query.message = new Uint8Array(BUFFER_LENGTH);
  query.message.set(request);
  return request.length;
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
