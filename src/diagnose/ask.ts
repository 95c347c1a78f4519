/** Sockets: one question to one server from one address, and what came of it. */

import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect, isIPv6 } from 'node:net';
import type { Endpoint } from '../net/address.ts';
import { FrameReader, frame } from '../transport/frames.ts';
import { askSecurely, type SecureRoute } from './ask-secure.ts';
import { formatQuestion, OTHER_WAY, type WireQuestion } from './question.ts';
import { ACCEPTED, type Exchange, NO_ANSWER, type Reply, readReply } from './reply.ts';
import type { AskedServer } from './server.ts';

export interface Route {
  readonly server: AskedServer;
  /** An address of this host. */
  readonly source: string;
  readonly timeoutMs: number;
  /** For TLS: authorities to believe, in PEM; those of Node.js without them. */
  readonly ca?: string | undefined;
}

/** The path of most servers (RFC 8484 has it in its examples). */
const USUAL_PATH = '/dns-query';

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'no route to it',
  ENETUNREACH: 'no route to it',
  ETIMEDOUT: NO_ANSWER,
};

/** Asks, by UDP up to `tries` times; whatever the network does is an outcome. */
export async function ask(question: WireQuestion, route: Route, tries = 1): Promise<Exchange> {
  const { transport } = question;
  const { encryption } = route.server;
  if (encryption !== undefined && transport !== 'tcp') {
    return timedSecure(question, { ...route, encryption });
  }
  if (transport === 'tcp') return timed((id) => askTcp(question, id, route));
  const outcome = await timed((id) => askUdp(question, id, route));
  const isLost = 'silence' in outcome && outcome.silence === NO_ANSWER;
  return isLost && tries > 1 ? ask(question, route, tries - 1) : outcome;
}

/** The address that a question to this server leaves from; a text is the reason why there is none. */
export async function findSource(
  server: Endpoint,
  wanted?: string,
): Promise<{ readonly source: string } | string> {
  const socket = createUdp(server.address);
  try {
    if (wanted !== undefined) {
      socket.bind(0, wanted);
      await once(socket, 'listening');
      return { source: wanted };
    }
    socket.connect(server.port, server.address);
    await once(socket, 'connect');
    return { source: socket.address().address };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? (error as Error).message;
  } finally {
    socket.close();
  }
}

async function timedSecure(question: WireQuestion, route: SecureRoute): Promise<Exchange> {
  const { encryption } = route;
  const protocol = question.isOtherWay ? OTHER_WAY[encryption.protocol] : encryption.protocol;
  const path = encryption.path || USUAL_PATH;
  const asked = { ...route, encryption: { ...encryption, protocol, path } };
  const start = performance.now();
  const outcome = await askSecurely(question, randomInt(0x10000), asked);
  const ms = Math.round((performance.now() - start) * 10) / 10;
  const { reply, silence = NO_ANSWER, ...facts } = outcome;
  return { ...facts, ms, ...(reply === undefined ? { silence } : { reply }) };
}

async function timed(exchange: (id: number) => Promise<Reply>): Promise<Exchange> {
  const start = performance.now();
  const elapsed = () => Math.round((performance.now() - start) * 10) / 10;
  try {
    // The parts of an object are evaluated in their order: first the answer, then the time.
    return { reply: await exchange(randomInt(0x10000)), ms: elapsed() };
  } catch (error) {
    return { silence: reasonOf(error), ms: elapsed() };
  }
}

function timeout(): Error {
  return Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' });
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? code ?? message;
}

function createUdp(address: string): Socket {
  return createSocket(isIPv6(address.replace(/%.*/, '')) ? 'udp6' : 'udp4');
}

function askUdp(question: WireQuestion, id: number, route: Route): Promise<Reply> {
  const { server, source, timeoutMs } = route;
  const octets = formatQuestion(question, id);
  const socket = createUdp(server.address);
  const timer = setTimeout(() => socket.emit('error', timeout()), timeoutMs);
  return new Promise<Reply>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (message) => {
      const reply = readReply(Buffer.from(message), octets);
      if (reply !== undefined) resolve(reply);
    });
    socket.on('connect', () => socket.send(octets));
    socket.bind(0, source, () => {
      // Connected, so that ICMP reports a port where nobody listens.
      socket.connect(server.port, server.address);
    });
  }).finally(() => {
    clearTimeout(timer);
    socket.close();
  });
}

/** The first message of the answer: of a transfer no more is needed. */
function askTcp(question: WireQuestion, id: number, route: Route): Promise<Reply> {
  const { server, source, timeoutMs } = route;
  const octets = formatQuestion(question, id);
  const frames = new FrameReader();
  const socket = connect({ host: server.address, port: server.port, localAddress: source });
  const late = () => {
    socket.destroy(socket.connecting ? timeout() : new Error(ACCEPTED));
  };
  const timer = setTimeout(late, timeoutMs);
  socket.write(frame(octets, octets.length));
  return new Promise<Reply>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('connection closed')));
    socket.on('data', (chunk) => {
      frames.push(chunk, (message) => {
        const reply = readReply(message, octets);
        if (reply === undefined) reject(new Error('an answer that cannot be read'));
        else resolve(reply);
      });
    });
  }).finally(() => {
    clearTimeout(timer);
    socket.destroy();
  });
}
