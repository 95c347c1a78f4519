/** One question by TLS or HTTPS, on a connection of its own, as a client asks it. */

import type { TLSSocket } from 'node:tls';
import type { Encryption } from '../config/encrypted-server.ts';
import type { Endpoint } from '../net/address.ts';
import { FrameReader, frame } from '../transport/frames.ts';
import { connectTls } from '../transport/tls-client.ts';
import type { TlsFault } from '../transport/tls-fault.ts';
import { type HttpAnswer, postByHttp } from './http-post.ts';
import { formatQuestion, type WireQuestion } from './question.ts';
import { HUNG_UP, type Reply, readReply, SECURED } from './reply.ts';

export interface SecureRoute {
  readonly server: Endpoint;
  readonly encryption: Encryption;
  readonly source: string;
  readonly timeoutMs: number;
  /** Authorities to believe, in PEM; those of Node.js without them. */
  readonly ca?: string | undefined;
}

/** What came of it. Whatever the network does is an outcome. */
export interface SecureOutcome {
  readonly reply?: Reply;
  readonly silence?: string;
  /** Why TLS did not come about, or what is wrong with the certificate. */
  readonly tls?: TlsFault;
  /** Of an answer by HTTP that is no DNS message. */
  readonly status?: number;
}

const DNS_MESSAGE = 'application/dns-message';
const PROTOCOLS = { dot: ['dot'], doh: ['h2', 'http/1.1'] } as const;
/** Nothing listens there: nobody can speak TLS. */
const REFUSED = 'connection refused';
/** Characters of a body that are shown. */
const SHOWN = 120;

export async function askSecurely(
  question: WireQuestion,
  id: number,
  route: SecureRoute,
): Promise<SecureOutcome> {
  const connected = await connect(route);
  if ('fault' in connected) {
    const { fault } = connected;
    const isClosed = fault.evidence.endsWith('ECONNREFUSED');
    return { silence: isClosed ? REFUSED : fault.evidence, tls: fault };
  }
  const { socket, doubt } = connected;
  try {
    const asked = route.encryption.protocol === 'dot' ? askDot : askDoh;
    return { ...(await asked(question, id, route, socket)), ...(doubt && { tls: doubt }) };
  } finally {
    socket.destroy();
  }
}

type Connected = { readonly socket: TLSSocket; readonly doubt: TlsFault | undefined };

function connect(route: SecureRoute): Promise<Connected | { readonly fault: TlsFault }> {
  const { server, encryption, source, timeoutMs, ca } = route;
  const { protocol, name } = encryption;
  return new Promise((resolve) => {
    const socket = connectTls(
      {
        remote: server,
        trust: { name, ca },
        protocols: PROTOCOLS[protocol],
        timeout: timeoutMs,
        localAddress: source,
        isOpportunistic: true,
      },
      {
        secured: (_peer, doubt) => resolve({ socket, doubt }),
        failed: (fault) => resolve({ fault }),
      },
    );
  });
}

function askDot(
  question: WireQuestion,
  id: number,
  { timeoutMs }: SecureRoute,
  socket: TLSSocket,
): Promise<SecureOutcome> {
  const octets = formatQuestion(question, id);
  const frames = new FrameReader();
  let first: Buffer | undefined;
  return new Promise<SecureOutcome>((resolve) => {
    const timer = setTimeout(() => resolve({ silence: silenceOf(first, SECURED) }), timeoutMs);
    const end = (outcome: SecureOutcome) => {
      clearTimeout(timer);
      resolve(outcome);
    };
    socket.on('error', ({ message }) => end({ silence: `${HUNG_UP}: ${message}` }));
    socket.on('close', () => end({ silence: silenceOf(first, HUNG_UP) }));
    socket.on('data', (chunk: Buffer) => {
      first ??= chunk;
      if (isHttp(first)) return end({ silence: NO_DNS_BUT_HTTP });
      frames.push(chunk, (message) => {
        const reply = readReply(message, octets);
        end(reply === undefined ? { silence: NO_DNS } : { reply });
      });
    });
    socket.write(frame(octets, octets.length));
  });
}

/** TLS, but something else in it. */
export const NO_DNS = 'TLS, but no DNS: what came is no answer';
export const NO_DNS_BUT_HTTP = 'TLS, but no DNS: it answers HTTP';

function silenceOf(came: Buffer | undefined, otherwise: string): string {
  return came === undefined ? otherwise : NO_DNS;
}

function isHttp(octets: Buffer): boolean {
  return octets.subarray(0, 5).toString('latin1') === 'HTTP/';
}

async function askDoh(
  question: WireQuestion,
  _id: number,
  { server, encryption, timeoutMs }: SecureRoute,
  socket: TLSSocket,
): Promise<SecureOutcome> {
  // RFC 8484 section 4.1: so that caches find it.
  const octets = formatQuestion(question, 0);
  const { name, path } = encryption;
  const port = server.port === 443 ? '' : `:${server.port}`;
  const host = `${name.includes(':') ? `[${name}]` : name}${port}`;
  const target = { host, path, type: DNS_MESSAGE, timeoutMs };
  const answer = await postByHttp(socket, target, Buffer.from(octets));
  if (typeof answer === 'string') return { silence: answer };
  return readHttpAnswer(answer, octets);
}

function readHttpAnswer(
  { status, type, body, location }: HttpAnswer,
  asked: Uint8Array,
): SecureOutcome {
  const isDns = type.split(';')[0]!.trim().toLowerCase() === DNS_MESSAGE;
  const reply = status === 200 && isDns ? readReply(body, asked) : undefined;
  if (reply !== undefined) return { reply };
  const said = wordsOf(body, type);
  const where = location === undefined ? '' : ` to ${location}`;
  if (status !== 200) return { status, silence: `HTTP status ${status}${where}${said}` };
  return {
    status,
    silence: isDns ? NO_DNS : `HTTPS, but no DNS: ${type || 'no media type'}${said}`,
  };
}

/** The first words of a text, in one line. */
function wordsOf(body: Buffer, type: string): string {
  const isText = /^(?:text\/|$)/i.test(type) && body.every((octet) => octet >= 9 && octet < 127);
  const text = isText
    ? body
        .toString('latin1')
        .replace(/<[^>]*>|\s+/g, ' ')
        .trim()
    : '';
  if (text === '') return '';
  return `: "${text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text}"`;
}
