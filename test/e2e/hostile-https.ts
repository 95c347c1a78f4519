/** Clients of DNS over HTTPS that mean no good: messages of all kinds, and HTTP that is none. */

import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { mutate } from '../fuzz/mutate.ts';
import type { Random } from '../fuzz/random.ts';
import { faultOf } from '../world/reply-check.ts';

const HOST = '127.0.0.1';
const TYPE = 'application/dns-message';
/** Milliseconds that a connection may take to say what is to be said. */
const LONGEST_MS = 3000;
const HEADER_LENGTH = 12;
const RESPONSE = 0x80;

/** What came of requests by HTTP/2 that are well made, whatever they carry. */
export interface Told {
  /** Answers by their status; 0 is a stream that was reset. */
  readonly statuses: Map<number, number>;
  readonly faults: string[];
}

/** Asks each by POST or GET, all at a time; resolves when each has been told something. */
export async function askAll(port: number, messages: readonly Uint8Array[]): Promise<Told> {
  const session = connectHttp2(`https://${HOST}:${port}`, { rejectUnauthorized: false });
  const told: Told = { statuses: new Map(), faults: [] };
  session.on('error', (error) => told.faults.push(String(error)));
  const asked = messages.map((message, i) => {
    const path = `/dns-query?dns=${Buffer.from(message).toString('base64url')}`;
    // What does not fit into a path goes by POST.
    const isGet = i % 2 === 0 && message.length < 4000;
    const stream = isGet
      ? session.request({ ':path': path })
      : session.request({ ':method': 'POST', ':path': '/dns-query', 'content-type': TYPE });
    if (!isGet) stream.end(message);
    return new Promise<void>((resolve) => {
      let status = 0;
      const parts: Buffer[] = [];
      stream.on('response', (fields) => {
        status = fields[':status'] ?? 0;
      });
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('error', () => {});
      stream.on('close', () => {
        told.statuses.set(status, (told.statuses.get(status) ?? 0) + 1);
        const fault = faultOfAnswer(message, status, Buffer.concat(parts));
        if (fault !== undefined)
          told.faults.push(`${fault}: ${Buffer.from(message).toString('hex')}`);
        resolve();
      });
    });
  });
  await Promise.all(asked);
  session.close();
  return told;
}

function faultOfAnswer(message: Uint8Array, status: number, body: Buffer): string | undefined {
  const isQuery = message.length >= HEADER_LENGTH && (message[2]! & RESPONSE) === 0;
  if (!isQuery) return status === 400 ? undefined : `status ${status} for what is no query`;
  if (status === 0) return undefined;
  return status === 200 ? faultOf(message, body, 'tcp') : `status ${status} for a query`;
}

/** Says octets on a connection, which may be broken HTTP, and leaves; resolves when it is closed. */
export async function say(
  port: number,
  octets: Uint8Array,
  { protocol, random }: { protocol: 'h2' | 'http/1.1'; random: Random },
): Promise<void> {
  const socket: TLSSocket = connectTls({
    ...{ port, host: HOST, rejectUnauthorized: false, ALPNProtocols: [protocol] },
  });
  socket.setTimeout(LONGEST_MS, () => socket.destroy());
  socket.on('error', () => {}).resume();
  const closed = once(socket, 'close');
  await Promise.race([once(socket, 'secureConnect'), closed]);
  const said = mutate(octets, random, { other: octets });
  const middle = random.below(said.length);
  socket.write(said.subarray(0, middle));
  socket.end(said.subarray(middle));
  await closed;
}
