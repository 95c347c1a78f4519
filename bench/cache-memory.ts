/**
 * How much memory the server takes for answers of 60 KB, of which a cache of the usual size holds
 * few: in its main thread, which serves TCP clients, and in its data threads, whose clients get
 * TC=1. Exits with 1 when it is a fifth more than `cache.size`.
 */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { cleanUp } from '../test/e2e/processes.ts';
import { type Rcode5, Site, serve } from '../test/e2e/rcode5.ts';
import { frame, frameReader } from '../test/e2e/sockets.ts';
import { Flag, message, question, record, TO_QUESTION, TYPE } from '../test/world/messages.ts';
import { answerTo, Upstream } from '../test/world/upstream.ts';

const MIB = 1 << 20;
const SIZE = 64 * MIB;
/** What the server may take more than it does idle, in cache sizes. */
const MOST = 1.2;
/** Answers of 60 KB, of which a third has room. */
const ANSWERS = 3000;
const TEXTS = 235;
const TEXT = Array.from({ length: 256 }, (_, i) => (i === 0 ? 255 : 0x61));

/** `n10000.example` in wire format. */
const NAME_LENGTH = 16;

/** Octets of memory that the process has in fact. */
function residentOf({ program }: Rcode5): number {
  const status = readFileSync(`/proc/${program.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
}

/** Asks for names by one connection, one after the other. */
function askAll(port: number, names: readonly string[]): Promise<void> {
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

/** The same by datagrams: the answers, which do not fit, stay in the cache. */
async function askAllByUdp(port: number, names: readonly string[]): Promise<void> {
  const socket = createSocket('udp4');
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  for (const [id, name] of names.entries()) {
    const questions = [question(name, TYPE.TXT)];
    socket.send(message({ id, flags: Flag.RD, questions }));
    await once(socket, 'message', { signal: AbortSignal.timeout(10_000) });
  }
  socket.close();
}

/** All of one length. */
function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${10_000 + i}.example`);
}

const long = answerTo(message({ questions: [question(names('n', 1)[0]!)] }), {
  answers: Array.from({ length: TEXTS }, () => record(TO_QUESTION, TYPE.TXT, TEXT)),
});

const WAYS = [
  { way: 'TCP', askAll },
  { way: 'UDP', askAll: askAllByUdp },
] as const;

const upstream = await Upstream.start(({ octets }) => longAnswerTo(octets));
try {
  for (const { way, askAll } of WAYS) {
    const server = await serve(
      new Site(`threads: 2
upstreams: { default: { servers: ["tcp://${upstream.address}:${upstream.port}"] } }
cache: { size: ${SIZE / MIB}MiB }
`),
    );
    // What has to be compiled and buffered is there before.
    await askAll(server.port, names('w', 20));
    const idle = residentOf(server);
    await askAll(server.port, names('t', ANSWERS));
    const growth = residentOf(server) - idle;
    const [got, more, size] = [ANSWERS * long.length, growth, SIZE].map((octets) =>
      (octets / MIB).toFixed(0),
    );
    console.log(
      `${got} MiB of answers, clients by ${way}: ${more} MiB more memory, cache.size is ${size} MiB`,
    );
    if (growth > SIZE * MOST) process.exitCode = 1;
  }
} finally {
  await upstream.close();
  await cleanUp();
}

/** One answer for all: only the ID and the name are others. */
function longAnswerTo(query: Uint8Array): Uint8Array {
  const answer = long.slice();
  answer.set(query.subarray(0, 2));
  answer.set(query.subarray(12, 12 + NAME_LENGTH + 4), 12);
  return answer;
}
