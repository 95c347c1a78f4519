/** What became of a question: by the server itself, and by our explanation of its configuration. */

import { setTimeout } from 'node:timers/promises';
import { playQuestion } from '../../../src/explain/question.ts';
import type { Policy } from '../../../src/policy/compile.ts';
import { explain } from '../../../src/policy/trace.ts';
import { Query } from '../../../src/wire/query.ts';
import { RecordCursor, Section } from '../../../src/wire/records.ts';
import { formatRcode, parseType } from '../../../src/wire/registry.ts';
import { askTcp, askUdp } from '../../world/client.ts';
import { RCODES } from '../../world/message-text.ts';
import { answerTo, Upstream } from '../../world/upstream.ts';
import { explained, octetsOf, type Question } from './question.ts';

/** `drop`, `forward`, or the rcode. */
export interface Outcome {
  readonly fate: string;
  /** Of answers that the server makes itself: the data of records of the type asked, sorted. */
  readonly data?: readonly string[] | undefined;
}

/** How long a server may be silent before that is a drop: long where an answer is expected. */
const SILENCE_MS = { expected: 250, unexpected: 4000 } as const;

/** The server behind all servers: it answers with a record that nobody may keep, and knows what it was asked. */
export async function startResolution(): Promise<Upstream> {
  const upstream = await Upstream.start(({ octets }) => answerTo(octets, { answers: [] }));
  upstream.notesNames = true;
  return upstream;
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
  return { fate: rcodeOf(message), data: dataIn(message, parseType(asked.type)!) };
}

/** Unbound leaves the octets of a question behind a header that counts none. */
function rcodeOf(message: Uint8Array): string {
  return RCODES[message[3]! & 0x0f] ?? `RCODE${message[3]! & 0x0f}`;
}

/** Types whose data is the same wherever it stands: no names in it. */
const PLAIN_TYPES = ['A', 'AAAA', 'TXT'];

function dataIn(message: Uint8Array, type: number): readonly string[] {
  const records = new RecordCursor();
  records.start(message, message.length);
  const found: string[] = [];
  while (records.next()) {
    if (records.type !== type || records.section !== Section.ANSWER) continue;
    found.push(hex(message.subarray(records.rdataAt, records.end)));
  }
  return found.sort();
}

function hex(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex');
}

/** How the two differ; undefined when they agree. */
export function difference(asked: Question, theirs: Outcome, ours: Outcome): string | undefined {
  if (theirs.fate !== ours.fate) return `${theirs.fate}, explained ${ours.fate}`;
  if (ours.data === undefined || theirs.data === undefined || !PLAIN_TYPES.includes(asked.type))
    return undefined;
  const [found, known] = [theirs.data.join(), ours.data.join()];
  return found === known ? undefined : `data ${found}, explained ${known}`;
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
  // Class CH has texts of the running server, and secondary zones content that nobody knows here.
  const isKnown = layer === 'local' && verdict.records !== undefined && asked.rrClass === 'IN';
  const own = verdict.records?.filter(({ type }) => type === parseType(asked.type)) ?? [];
  const data = isKnown ? own.map(({ rdata }) => hex(rdata)).sort() : undefined;
  return { fate, why, data };
}
