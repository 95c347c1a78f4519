/** Asking the layers without sending anything: behind `explain` and `GET /api/explain`. */

import { Conclusion } from './conclusion.ts';
import { parseAddress } from './net/address.ts';
import { RecordWriter } from './observe/record.ts';
import type { Policy } from './policy/compile.ts';
import { explain, type TraceStep } from './policy/explain.ts';
import { recordContext } from './record-context.ts';
import { parseName } from './wire/name.ts';
import { Query, type Transport } from './wire/query.ts';
import { parseClass, parseOpcode, parseType } from './wire/registry.ts';
import { formatRequest } from './wire/request.ts';

/** A question as somebody would ask it. */
export interface AskedQuestion {
  readonly client: string;
  readonly name: string;
  readonly type: number;
  readonly rrClass: number;
  readonly opcode: number;
  readonly recursionDesired: boolean;
  readonly transport: Transport;
}

export interface ExplainedDecision {
  /** The record that the server would write; for a forwarded query, up to the upstream. */
  readonly decision: Readonly<Record<string, unknown>>;
  /** The upstream group that would be asked; absent when a layer ends the query. */
  readonly upstream?: string;
  readonly trace: readonly TraceStep[];
}

/** Reads the words of a question; a text says what is wrong with them. */
export function askedQuestion(
  words: Readonly<Record<string, string | undefined>>,
): AskedQuestion | string {
  const { client, name, type = 'A', class: rrClass = 'IN', opcode = 'QUERY' } = words;
  const { transport = 'udp', rd = '1' } = words;
  if (client === undefined || parseAddress(client) === undefined) {
    return `client ${client ?? 'is missing'}: expect an IPv4 or IPv6 address`;
  }
  const wire = name === undefined ? 'missing' : parseName(name);
  if (name === undefined || typeof wire === 'string') {
    return `name ${name ?? ''}: expect a domain name, not ${wire}`;
  }
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
  return {
    client,
    name,
    type: numbers.type,
    rrClass: numbers.class,
    opcode: numbers.opcode,
    recursionDesired: rd !== '0',
    transport,
  };
}

/** Judges the question by the very layers that serve, and writes the record that would be. */
export function explainQuestion(
  policy: Policy,
  question: AskedQuestion,
  now: number,
): ExplainedDecision {
  const query = new Query();
  const { family, words } = parseAddress(question.client)!;
  query.family = family;
  query.address.set(words);
  query.transport = question.transport;
  query.receivedAt = now;
  const request = formatRequest({
    id: 0,
    opcode: question.opcode,
    recursionDesired: question.recursionDesired,
    name: parseName(question.name) as Uint8Array,
    type: question.type,
    rrClass: question.rrClass,
  });
  const buffer = new Uint8Array(0x10000);
  buffer.set(request);
  query.parse(buffer, request.length);
  const { view, trace, verdict } = explain(policy, query);
  if (verdict !== undefined) return { decision: recordOf(policy, query, verdict, now), trace };
  const { group, forwarded } = view.routes.find(query)!;
  return { decision: recordOf(policy, query, forwarded, now), upstream: group, trace };
}

type Ended = Parameters<Conclusion['verdict']>[0];

/** The record of the real conclusion, written to nobody. */
function recordOf(policy: Policy, query: Query, verdict: Ended, now: number) {
  const writer = new RecordWriter();
  writer.context = recordContext(policy, []);
  const nothing = () => {};
  const conclusion = new Conclusion(query, policy, {
    box: { reply: nothing, more: nothing, drop: nothing },
    recorder: {
      received: nothing,
      decided: (_query, outcome) => writer.record(query, outcome, now),
      shadowed: nothing,
      upstreamAnswered: nothing,
      upstreamRefused: nothing,
      ignored: nothing,
    },
    refPrefix: 'explain',
  });
  conclusion.verdict(verdict, now);
  return JSON.parse(writer.octets.toString('utf8', 0, writer.length));
}
