/** Many questions in a row, and what became of each. */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { framed } from '../../world/client.ts';
import { Flag, message, question } from '../../world/messages.ts';
import { frameReader } from '../sockets.ts';

export interface Questions {
  readonly address: string;
  readonly port: number;
  readonly transport?: 'udp' | 'tcp';
  readonly count: number;
  /** `a` asks for a1.www.example.com, a2.www.example.com, and so on. */
  readonly prefix: string;
  /** Milliseconds between two questions. */
  readonly gapMs?: number;
  /** Milliseconds after which a question is lost. */
  readonly patienceMs?: number;
  /** The questions of TCP go by one connection. */
  readonly pipelined?: boolean;
}

/** Rcodes by name, and `lost`. */
export type Outcome = 'NOERROR' | 'SERVFAIL' | 'lost' | `rcode ${number}`;

const NAMES: Readonly<Record<number, Outcome>> = { 0: 'NOERROR', 2: 'SERVFAIL' };
const GAP_MS = 10;
const PATIENCE_MS = 8000;

/** Asks, and waits for every answer. */
export async function askMany(questions: Questions): Promise<Outcome[]> {
  const { count, gapMs = GAP_MS } = questions;
  if (questions.pipelined === true) return askPipelined(questions);
  const outcomes: Promise<Outcome>[] = [];
  for (let i = 1; i <= count; i++) {
    outcomes.push(askOne(questions, i));
    await new Promise((resolve) => setTimeout(resolve, gapMs));
  }
  return Promise.all(outcomes);
}

/** How many had each outcome: `{ NOERROR: 58, SERVFAIL: 2 }`. */
export function tally(outcomes: readonly Outcome[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

function queryFor({ prefix }: Questions, number: number): Uint8Array {
  const name = `${prefix}${number}.www.example.com`;
  return message({ id: number, flags: Flag.RD, questions: [question(name)] });
}

function outcomeOf(answer: Uint8Array): Outcome {
  const rcode = answer[3]! & 0x0f;
  return NAMES[rcode] ?? `rcode ${rcode}`;
}

async function askOne(questions: Questions, number: number): Promise<Outcome> {
  const { address, port, transport = 'udp', patienceMs = PATIENCE_MS } = questions;
  const query = queryFor(questions, number);
  const signal = AbortSignal.timeout(patienceMs);
  if (transport === 'tcp') return askStream(questions, [query]).then(([outcome]) => outcome!);
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  try {
    socket.send(query, port, address, () => {});
    const [answer] = await once(socket, 'message', { signal });
    return outcomeOf(answer);
  } catch {
    return 'lost';
  } finally {
    socket.close();
  }
}

function askPipelined(questions: Questions): Promise<Outcome[]> {
  const numbers = Array.from({ length: questions.count }, (_, i) => i + 1);
  return askStream(
    questions,
    numbers.map((number) => queryFor(questions, number)),
  );
}

/** Asks by one connection, all at once. */
function askStream(
  { address, port, patienceMs = PATIENCE_MS }: Questions,
  queries: readonly Uint8Array[],
): Promise<Outcome[]> {
  const answers: Outcome[] = [];
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, noDelay: true });
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      const lost = Array.from({ length: queries.length - answers.length }, () => 'lost' as const);
      resolve([...answers, ...lost]);
    };
    const timer = setTimeout(finish, patienceMs);
    socket.on('error', () => {});
    socket.on('close', finish);
    socket.on('connect', () => socket.write(framed(...queries)));
    socket.on(
      'data',
      frameReader((answer) => {
        if (answers.push(outcomeOf(answer)) === queries.length) finish();
      }),
    );
  });
}
