/**
 * How long one client waits for names that are in no cache, alone and beside another client that
 * asks for 2,000 names a second which nobody answers. Exits with 1 when the median beside it is
 * more than three times the quiet one.
 */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { cleanUp } from '../test/e2e/processes.ts';
import { Site, serve, sumOf } from '../test/e2e/rcode5.ts';
import { ask } from '../test/e2e/sockets.ts';
import { Flag, message, question } from '../test/world/messages.ts';
import { answerTo, Upstream } from '../test/world/upstream.ts';

const PER_SECOND = 2000;
const STEP_MS = 10;
const MISSES = 500;
/** Queries that wait, after which a thread has no more room. */
const FULL = 8192;
const MOST_TIMES = 3;

/** Asks without pause for names that nobody answers. */
async function flood(port: number): Promise<() => void> {
  const socket = createSocket('udp4').bind(0, '127.0.0.66');
  await once(socket, 'listening');
  const startedAt = Date.now();
  let asked = 0;
  const timer = setInterval(() => {
    const due = ((Date.now() - startedAt) * PER_SECOND) / 1000;
    while (asked < due) {
      const questions = [question(`n${++asked}.silent.example`)];
      socket.send(message({ id: asked & 0xffff, flags: Flag.RD, questions }), port, '127.0.0.1');
    }
  }, STEP_MS);
  return () => {
    clearInterval(timer);
    socket.close();
  };
}

/** The median of cache misses, in milliseconds, and how many were answered. */
async function misses(port: number, prefix: string): Promise<{ median: number; answered: number }> {
  const times: number[] = [];
  let answered = 0;
  for (let i = 0; i < MISSES; i++) {
    const startedAt = performance.now();
    if ((await ask(port, `${prefix}${i}.example`)) === 0) answered++;
    times.push(performance.now() - startedAt);
  }
  times.sort((a, b) => a - b);
  return { median: times[MISSES >> 1]!, answered };
}

const upstream = await Upstream.start(({ name, octets }) =>
  name.endsWith('silent.example.') ? undefined : answerTo(octets),
);
try {
  const server = await serve(
    new Site(`threads: 1
upstreams: { default: { servers: ["${upstream.server}"], timeout: 10s, attempts: 2 } }
decisionLog: { to: decisions.log, record: policy }
`),
  );
  await misses(server.port, 'warm');
  const quiet = await misses(server.port, 'quiet');
  const stop = await flood(server.port);
  while ((await sumOf(server, 'rcode5_inflight_queries')) < FULL) await wait(100);
  const beside = await misses(server.port, 'beside');
  stop();
  for (const [when, { median, answered }] of Object.entries({ quiet, beside })) {
    console.log(`${when}: median ${median.toFixed(2)} ms, ${answered} of ${MISSES} answered`);
  }
  if (beside.median > quiet.median * MOST_TIMES) process.exitCode = 1;
} finally {
  upstream.close();
  await cleanUp();
}
