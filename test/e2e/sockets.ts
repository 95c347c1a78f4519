/** Asking and answering with plain sockets, where a test needs its hand on each message. */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { Flag, message, octets, question, uint16 } from '../world/messages.ts';

/** Milliseconds after which an answer is taken for lost. */
const LOST_MS = 30_000;

export interface Manner {
  readonly source?: string;
  readonly transport?: 'udp' | 'tcp';
  readonly lostMs?: number;
}

/** The rcode of the answer to one question for an address; undefined when none comes. */
export async function ask(
  port: number,
  name: string,
  { source = '127.0.0.1', transport = 'udp', lostMs = LOST_MS }: Manner = {},
): Promise<number | undefined> {
  const query = message({ id: 5, flags: Flag.RD, questions: [question(name)] });
  const askBy = transport === 'udp' ? askUdp : askTcp;
  const answer = await askBy(query, port, source, lostMs);
  return answer === undefined ? undefined : answer[3]! & 0x0f;
}

async function askUdp(
  query: Uint8Array,
  port: number,
  source: string,
  lostMs: number,
): Promise<Uint8Array | undefined> {
  const socket = createSocket('udp4');
  try {
    socket.bind(0, source);
    await once(socket, 'listening');
    // Connected, so that ICMP tells of a port where nobody is.
    socket.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.send(query);
    const [answer] = await once(socket, 'message', { signal: AbortSignal.timeout(lostMs) });
    return answer;
  } catch {
    return undefined;
  } finally {
    socket.close();
  }
}

function askTcp(
  query: Uint8Array,
  port: number,
  source: string,
  lostMs: number,
): Promise<Uint8Array | undefined> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: source });
  socket.setTimeout(lostMs, () => socket.destroy());
  socket.write(frame(query));
  return new Promise((resolve) => {
    socket.on('error', () => {});
    socket.on('close', () => resolve(undefined));
    const onMessage = (answer: Buffer) => {
      resolve(answer);
      socket.destroy();
    };
    socket.on('data', frameReader(onMessage));
  });
}

/** Puts the messages of a stream together (RFC 1035 section 4.2.2), wherever it was cut. */
export function frameReader(onMessage: (octets: Buffer) => void): (chunk: Buffer) => void {
  let stream = Buffer.alloc(0);
  return (chunk) => {
    stream = Buffer.concat([stream, chunk]);
    while (stream.length >= 2 && stream.length >= 2 + stream.readUInt16BE(0)) {
      const end = 2 + stream.readUInt16BE(0);
      onMessage(stream.subarray(2, end));
      stream = stream.subarray(end);
    }
  };
}

/** A message with its length before it. */
export function frame(whole: Uint8Array): Uint8Array {
  return octets(uint16(whole.length), whole);
}

/** An upstream that keeps its queries until it is told to answer. */
export interface SlowUpstream {
  readonly port: number;
  /** How many queries for this name it has. */
  has(name: string): number;
  /** Answers all that is there: NOERROR and no records. */
  answer(): void;
}

/** Listens by UDP and TCP; it does not keep the tests from their end. */
export async function slowUpstream(): Promise<SlowUpstream> {
  const waiting: { readonly query: Buffer; reply(answer: Buffer): void }[] = [];
  const udp = createSocket('udp4').unref();
  udp.on('message', (query, { port, address }) => {
    waiting.push({ query, reply: (answer) => udp.send(answer, port, address) });
  });
  const tcp = createServer((socket) => {
    const onQuery = (query: Buffer) => {
      waiting.push({ query, reply: (answer) => socket.write(frame(answer)) });
    };
    socket
      .unref()
      .on('error', () => {})
      .on('data', frameReader(onQuery));
  }).unref();
  tcp.listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const { port } = tcp.address() as { port: number };
  udp.bind(port, '127.0.0.1');
  await once(udp, 'listening');
  return {
    port,
    has(name) {
      const wire = Buffer.from(question(name));
      return waiting.filter(({ query }) => query.includes(wire)).length;
    },
    answer() {
      for (const { query, reply } of waiting.splice(0)) {
        query[2]! |= Flag.QR >> 8;
        reply(query);
      }
    },
  };
}
