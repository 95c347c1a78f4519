/** Answers of 60 KB, those who ask for them, and the memory that a program has. */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { Flag, message, question, record, TO_QUESTION, TYPE } from '../world/messages.ts';
import { answerTo } from '../world/upstream.ts';
import type { Rcode5 } from './rcode5.ts';
import { frame, frameReader } from './sockets.ts';

/** Of a client by UDP. */
const PORTS = 8;
const TEXTS = 235;
const TEXT = Array.from({ length: 256 }, (_, i) => (i === 0 ? 255 : 0x61));

/** Octets of memory that the process has in fact. */
export function residentOf({ program }: Rcode5): number {
  const status = readFileSync(`/proc/${program.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
}

/** Asks for names by one connection, one after the other. */
export function askAllByTcp(port: number, names: readonly string[]): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1' });
  let next = 0;
  const askNext = () => {
    const query = message({
      id: next,
      flags: Flag.RD,
      questions: [question(names[next]!, TYPE.TXT)],
    });
    next++;
    socket.write(frame(query));
  };
  return new Promise((resolve, reject) => {
    socket.on('error', reject).on('close', () => reject(new Error('closed')));
    const onAnswer = () => {
      if (next < names.length) return askNext();
      socket.removeAllListeners('close').destroy();
      resolve();
    };
    socket.on('data', frameReader(onAnswer));
    askNext();
  });
}

/** The same by datagrams of several ports, which meet all threads: what is answered is cut. */
export async function askAllByUdp(port: number, names: readonly string[]): Promise<void> {
  const parts = Array.from({ length: PORTS }, (_, part) =>
    names.filter((_name, i) => i % PORTS === part),
  );
  for (const part of parts) {
    const socket = createSocket('udp4');
    socket.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    for (const [id, name] of part.entries()) {
      const questions = [question(name, TYPE.TXT)];
      socket.send(message({ id, flags: Flag.RD, questions }));
      await once(socket, 'message', { signal: AbortSignal.timeout(10_000) });
    }
    socket.close();
  }
}

/** All of one length. */
export function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${10_000 + i}.example`);
}

/** Its octets, but for the name. */
export const long: Uint8Array = answerTo(message({ questions: [question(names('n', 1)[0]!)] }), {
  answers: Array.from({ length: TEXTS }, () => record(TO_QUESTION, TYPE.TXT, TEXT)),
});

/** One answer for all: only the ID and the name are others. */
export function longAnswerTo(query: Uint8Array): Uint8Array {
  const answer = long.slice();
  answer.set(query.subarray(0, 2));
  answer.set(query.subarray(12, long.indexOf(0, 12) + 5), 12);
  return answer;
}
