/** What became of a question: by the server itself, and by our explanation of its configuration. */

import { setTimeout } from 'node:timers/promises';
import { playQuestion } from '../../../src/explain/question.ts';
import type { Policy } from '../../../src/policy/compile.ts';
import { explain } from '../../../src/policy/trace.ts';
import { Query } from '../../../src/wire/query.ts';
import { formatRcode } from '../../../src/wire/registry.ts';
import { askTcp, askUdp } from '../../world/client.ts';
import { readMessage } from '../../world/message-text.ts';
import { answerTo, Upstream } from '../../world/upstream.ts';
import { explained, octetsOf, type Question } from './question.ts';

/** `drop`, `forward`, or the rcode. */
export interface Outcome {
  readonly fate: string;
  /** Of answers that the server makes itself: the data of its records, sorted; else undefined. */
  readonly records?: readonly string[];
}

/** How long a server may be silent before that is a drop: long where an answer is expected. */
const SILENCE_MS = { expected: 250, unexpected: 4000 } as const;

/** The server behind all servers: it answers with a record that nobody may keep, and knows what it was asked. */
export async function startResolution(): Promise<Upstream> {
  return Upstream.start((question) => answerTo(question.octets, { answers: [] }));
}

/** Asks the server that listens at `port`, and sees whether it asked `upstream`. */
export async function outcomeOf(
  port: number,
  asked: Question,
  { upstream, expected, id }: { upstream: Upstream; expected: Outcome; id: number },
): Promise<Outcome> {
  const before = upstream.asked.length;
  const octets = octetsOf(asked, id);
  const to = { address: '127.0.0.1', port, from: asked.client };
  const answer = asked.transport === 'tcp' ? askTcp(to, octets) : askUdp(to, octets);
  const stop = new AbortController();
  const patience = expected.fate === 'drop' ? SILENCE_MS.expected : SILENCE_MS.unexpected;
  const silence = setTimeout(patience, undefined, stop).catch(() => undefined);
  const message = await Promise.race([answer.catch(() => undefined), silence]);
  stop.abort();
  // A server asks for the root by itself, and for where an alias leads in place of the name.
  const isAsked = upstream.asked.slice(before).some(({ name }) => name !== '.');
  if (isAsked) return { fate: 'forward' };
  if (message === undefined) return { fate: 'drop' };
  const { rcode, answer: records } = readMessage(message);
  return { fate: rcode, records: records.map(dataOf).sort() };
}

/** Owner, type and data, without TTL. */
function dataOf(record: string): string {
  return record.replace(/ \d+ /, ' ').toLowerCase();
}

export function outcomeBy(policy: Policy, asked: Question): Outcome & { readonly why: string } {
  const query = new Query();
  const length = playQuestion(query, explained(asked), 0);
  query.parse(query.message, length);
  const { verdict, trace, view } = explain(policy, query);
  if (verdict === undefined) throw new Error(`no layer of view ${view.name} decides`);
  const { layer, rule, action, rcode } = verdict;
  const why = `${layer}: ${rule.id} at ${rule.file}:${rule.line} (view ${view.name}, step ${trace.length})`;
  const fate = action === 'drop' || action === 'forward' ? action : formatRcode(rcode);
  return { fate, why };
}
