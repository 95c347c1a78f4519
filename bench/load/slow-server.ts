/** A server by UDP and TCP within this process that answers some names late. */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { answerTo, firstLabelOf, framed, readFrames } from './message.ts';
import { findPort } from './port.ts';

export interface SlowServer {
  readonly port: number;
  /** Late questions that it has received. */
  readonly late: () => number;
  readonly close: () => void;
}

/** Names whose first label begins with `prefix` are answered after `ms`, the others at once. */
export async function startSlowServer(of: { prefix: string; ms: number }): Promise<SlowServer> {
  const port = await findPort();
  let late = 0;
  const timers = new Set<NodeJS.Timeout>();
  const connections = new Set<Socket>();
  const answer = (query: Buffer, reply: (answer: Buffer) => void) => {
    if (!firstLabelOf(query).startsWith(of.prefix)) return reply(answerTo(query));
    late++;
    const timer = setTimeout(() => {
      timers.delete(timer);
      reply(answerTo(query));
    }, of.ms);
    timers.add(timer);
  };
  const udp = createSocket('udp4');
  udp.on('message', (query, { port: to, address }) => {
    answer(query, (octets) => udp.send(octets, to, address, () => {}));
  });
  const tcp = createServer((socket) => {
    connections.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => connections.delete(socket));
    const read = readFrames((query) => answer(query, (octets) => socket.write(framed(octets))));
    socket.on('data', read);
  });
  udp.bind(port, '127.0.0.1');
  tcp.listen(port, '127.0.0.1');
  await Promise.all([once(udp, 'listening'), once(tcp, 'listening')]);
  const close = () => {
    for (const timer of timers) clearTimeout(timer);
    for (const socket of connections) socket.destroy();
    udp.close();
    tcp.close();
  };
  return { port, late: () => late, close };
}
