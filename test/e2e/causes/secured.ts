/** Questions of the matrix by TLS and HTTPS: what servers show there, and one question to them. */

import { existsSync } from 'node:fs';
import type { TLSSocket } from 'node:tls';
import { postByHttp } from '../../../src/diagnose/http-post.ts';
import { FrameReader, frame } from '../../../src/transport/frames.ts';
import { connectTls } from '../../../src/transport/tls-client.ts';
import { makeShown, NAME, type Shown } from '../encrypted-peers.ts';
import { findPort } from '../peers.ts';
import type { State } from './state.ts';

export const PROTOCOLS = ['dot', 'doh'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export const PATH = '/dns-query';
const ALPN = { dot: ['dot'], doh: ['h2', 'http/1.1'] } as const;
const OK = 200;
const ID = 2;

let made: Shown | undefined;

/** The certificate of all servers here, as long as the folder that it is in. */
export function shown(): Shown {
  if (made === undefined || !existsSync(made.authority.file)) made = makeShown();
  return made;
}

export async function findSecurePorts(): Promise<Record<Protocol, number>> {
  return { dot: await findPort(), doh: await findPort() };
}

/** The same states by TLS and by HTTPS, at the ports of these names. */
export function byBoth(states: readonly State[]): State[] {
  return PROTOCOLS.flatMap((over) =>
    states.map((one) => {
      const way = over === 'dot' ? 'by TLS' : 'by HTTPS';
      return { ...one, state: `${one.state}, ${way}`, at: `${one.at ?? ''}${over}`, over };
    }),
  );
}

/** As a configuration has the server. */
export function secureServer(protocol: Protocol, port: number): string {
  return protocol === 'dot'
    ? `tls://127.0.0.1:${port}#${NAME}`
    : `https://127.0.0.1:${port}${PATH}#${NAME}`;
}

export interface SecureRoute {
  readonly protocol: Protocol;
  readonly port: number;
  readonly source: string;
  readonly timeoutMs: number;
}

/** The answer; a text is why there is none. */
export async function askSecured(
  octets: Uint8Array,
  route: SecureRoute,
): Promise<Uint8Array | string> {
  const socket = await connect(route);
  if (typeof socket === 'string') return socket;
  try {
    return await (route.protocol === 'dot' ? askDot : askDoh)(octets, route, socket);
  } finally {
    socket.destroy();
  }
}

function connect({ protocol, port, source, timeoutMs }: SecureRoute): Promise<TLSSocket | string> {
  return new Promise((resolve) => {
    const socket = connectTls(
      {
        remote: { address: '127.0.0.1', port },
        trust: { name: NAME, ca: shown().authority.certificate },
        protocols: ALPN[protocol],
        timeout: timeoutMs,
        localAddress: source,
      },
      { secured: () => resolve(socket), failed: ({ evidence }) => resolve(evidence) },
    );
  });
}

function askDot(
  octets: Uint8Array,
  { timeoutMs }: SecureRoute,
  socket: TLSSocket,
): Promise<Uint8Array | string> {
  const frames = new FrameReader();
  return new Promise((resolve) => {
    socket.setTimeout(timeoutMs, () => resolve('no answer'));
    socket.on('error', ({ message }) => resolve(message));
    socket.on('close', () => resolve('connection closed'));
    socket.on('data', (chunk) => frames.push(chunk, (found) => resolve(found.slice())));
    socket.write(frame(octets, octets.length));
  });
}

/** RFC 8484 section 4.1: with an ID of 0. */
async function askDoh(
  octets: Uint8Array,
  { timeoutMs }: SecureRoute,
  socket: TLSSocket,
): Promise<Uint8Array | string> {
  const asked = Buffer.from(octets);
  asked.writeUInt16BE(0, 0);
  const target = { host: NAME, path: PATH, type: 'application/dns-message', timeoutMs };
  const answer = await postByHttp(socket, target, asked);
  if (typeof answer === 'string') return answer;
  if (answer.status !== OK) return `HTTP status ${answer.status}`;
  return Buffer.concat([octets.subarray(0, ID), answer.body.subarray(ID)]);
}
