/**
 * A process within a network namespace that asks a forwarder all the time, and measures on request
 * how long the forwarder is without an answer after the network is back.
 *
 *     node recovery-client.ts PORT UPSTREAM
 */

import { createSocket } from 'node:dgram';
import { idOf, queryFor, rcodeOf } from './message.ts';
import { UNCACHED } from './names.ts';

/** Milliseconds between two queries to the forwarder, and between two to the upstream itself. */
const GAP_MS = 20;
const DIRECT_GAP_MS = 5;
const DNS_PORT = 53;
const IDS = 0x10000;

const port = Number(process.argv[2]);
const upstream = process.argv[3]!;
/** When each query was asked, by its ID. */
const askedAt = new Float64Array(IDS);
let asked = 0;
/** When the network was back; undefined while nobody waits for an answer. */
let backAt: number | undefined;

const client = createSocket('udp4');
// While nobody listens, the kernel reports it.
client.on('error', () => {});
client.on('message', (answer) => {
  if (backAt === undefined || rcodeOf(answer) !== 0 || askedAt[idOf(answer)]! < backAt) return;
  process.send!(performance.now() - backAt);
  backAt = undefined;
});
setInterval(() => {
  const id = ++asked % IDS;
  askedAt[id] = performance.now();
  client.send(queryFor(`m${asked}.${UNCACHED}`, id), port, '127.0.0.1', () => {});
}, GAP_MS);

/** The network is back when a client that comes new to it is answered by the upstream. */
async function untilBack(): Promise<void> {
  backAt = undefined;
  for (let isBack = false; !isBack; ) {
    const socket = createSocket('udp4');
    socket.on('error', () => {});
    socket.on('message', () => {
      isBack = true;
    });
    socket.send(queryFor(`direct.${UNCACHED}`), DNS_PORT, upstream, () => {});
    await new Promise((resolve) => setTimeout(resolve, DIRECT_GAP_MS));
    socket.close();
  }
  backAt = performance.now();
}

process.on('message', untilBack);
process.on('disconnect', () => process.exit());
