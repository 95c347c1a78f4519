/** Asking and answering with plain sockets, where a test needs its hand on each message. */

import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { Flag, message, question } from '../messages.ts';

/** Milliseconds after which an answer is taken for lost. */
const LOST_MS = 5000;

/** The rcode of the answer to one question for an address, asked by UDP. */
export async function ask(
  port: number,
  name: string,
  { source = '127.0.0.1' }: { readonly source?: string } = {},
): Promise<number> {
  const socket = createSocket('udp4');
  try {
    socket.bind(0, source);
    await once(socket, 'listening');
    socket.send(message({ id: 5, flags: Flag.RD, questions: [question(name)] }), port, '127.0.0.1');
    const [answer] = await once(socket, 'message', { signal: AbortSignal.timeout(LOST_MS) });
    return answer[3] & 0x0f;
  } finally {
    socket.close();
  }
}

/** An upstream that keeps its queries until it is told to answer. */
export interface SlowUpstream {
  readonly port: number;
  /** Settles when a query for this name is there. */
  asked(name: string): Promise<void>;
  /** Answers all that is there: NOERROR and no records. */
  answer(): void;
  close(): void;
}

export async function slowUpstream(): Promise<SlowUpstream> {
  const socket = createSocket('udp4');
  const queries: { readonly octets: Buffer; readonly from: RemoteInfo }[] = [];
  socket.on('message', (octets, from) => queries.push({ octets, from }));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    async asked(name) {
      const wire = Buffer.from(question(name));
      while (!queries.some(({ octets }) => octets.includes(wire))) await once(socket, 'message');
    },
    answer() {
      for (const { octets, from } of queries.splice(0)) {
        octets[2]! |= Flag.QR >> 8;
        socket.send(octets, from.port, from.address);
      }
    },
    close: () => {
      socket.close();
    },
  };
}
