/** Clients that mean no good: octets at random, streams cut anywhere, answers left unread. */

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket as Stream } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { mutate } from '../fuzz/mutate.ts';
import type { Random } from '../fuzz/random.ts';
import { Flag, message, octets, opt, question, uint16 } from '../world/messages.ts';
import { NO_QUERIES, ODD_QUERIES } from '../world/odd-queries.ts';
import { faultOf } from '../world/reply-check.ts';
import { frame, frameReader } from './sockets.ts';

const HOST = '127.0.0.1';
/** One client may have some hundred connections, and those left alone are some hundred. */
const LINGERER = '127.0.0.9';
const KNOWN: readonly Uint8Array[] = [...Object.values(ODD_QUERIES), ...Object.values(NO_QUERIES)];
/** Milliseconds that a connection may take to say what is to be said. */
const LONGEST_MS = 3000;

/** A connection, and the TCP connection that it goes by. */
type Connecting = (port: number) => { readonly socket: Stream; readonly below: Stream };

function byTcp(port: number): ReturnType<Connecting> {
  const socket = connect({ port, host: HOST, allowHalfOpen: true });
  return { socket, below: socket };
}

/** By TLS, whoever the server is. */
export function byTls(port: number): ReturnType<Connecting> {
  const { socket: below } = byTcp(port);
  below.on('error', () => {});
  const socket = connectTls({ socket: below, rejectUnauthorized: false });
  return { socket, below };
}

/** What was sent by one socket, by ID, and what is wrong with what came back. */
class Sent {
  readonly #queries: Map<number, Uint8Array[]> = new Map();
  readonly #world: Hostile;
  readonly #transport: 'udp' | 'tcp';

  constructor(world: Hostile, transport: 'udp' | 'tcp') {
    this.#world = world;
    this.#transport = transport;
  }

  note(query: Uint8Array): void {
    const id = idOf(query);
    this.#queries.set(id, [...(this.#queries.get(id) ?? []), query]);
  }

  take(answer: Uint8Array): void {
    const world = this.#world;
    world.answers++;
    const queries = this.#queries.get(idOf(answer)) ?? [];
    const faults = queries.map((query) => faultOf(query, answer, this.#transport));
    if (faults.includes(undefined)) return;
    const hex = [...queries, answer].map((part) => Buffer.from(part).toString('hex'));
    world.faults.push(`${faults[0] ?? 'nobody has asked'}: ${hex.join(' answered ')}`);
  }
}

function idOf(message: Uint8Array): number {
  return (message[0] ?? 0) * 256 + (message[1] ?? 0);
}

export class Hostile {
  sent = 0;
  answers = 0;
  /** What is wrong with answers that came. */
  readonly faults: string[] = [];
  readonly #port: number;
  readonly #random: Random;
  readonly #connect: Connecting;
  readonly #sockets: { readonly socket: Socket; readonly sent: Sent }[] = [];
  readonly #lingering: Stream[] = [];

  /** `connect` is how connections are made: by TCP, or by TLS over it. */
  constructor(port: number, random: Random, connect: Connecting = byTcp) {
    this.#port = port;
    this.#random = random;
    this.#connect = connect;
  }

  /** One more socket for datagrams, with an address of its own. */
  async open(source: string): Promise<void> {
    const socket = createSocket('udp4');
    socket.bind(0, source);
    await once(socket, 'listening');
    const sent = new Sent(this, 'udp');
    socket.on('message', (answer) => sent.take(answer));
    socket.on('error', () => {});
    this.#sockets.push({ socket, sent });
  }

  /** Sends datagrams, by any of the sockets. */
  async datagrams(count: number): Promise<void> {
    let last: Promise<unknown> = Promise.resolve();
    for (let left = count; left > 0; left--) {
      const { socket, sent } = this.#random.pick(this.#sockets);
      const query = this.message();
      sent.note(query);
      last = new Promise((resolve) => socket.send(query, this.#port, HOST, resolve));
    }
    await last;
  }

  /** A query, a query that is odd, or what is left of one, with an ID that few others have. */
  message(): Uint8Array {
    const made = this.#make();
    const id = ++this.sent & 0xffff;
    return made.length < 2 ? made : octets(uint16(id), made.subarray(2));
  }

  #make(): Uint8Array {
    const random = this.#random;
    const kind = random.below(4);
    if (kind === 0) return random.pick(KNOWN);
    if (kind === 1) return mutate(random.pick(KNOWN), random, { other: random.pick(KNOWN) });
    const name = `h${random.below(5000)}.${random.pick(['example', 'refused.example', 'test'])}`;
    const query = message({
      flags: Flag.RD,
      questions: [question(name)],
      additionals: random.oneIn(2) ? [opt()] : [],
    });
    return kind === 2 ? query : mutate(query, random, { other: random.pick(KNOWN) });
  }

  /** A connection with so many messages; how it begins and ends is up to chance. */
  async connection(count: number): Promise<void> {
    const { socket, below } = this.#connect(this.#port);
    const sent = new Sent(this, 'tcp');
    socket.setTimeout(LONGEST_MS, () => socket.destroy());
    socket.on('error', () => {});
    socket.on(
      'data',
      frameReader((answer) => sent.take(answer)),
    );
    socket.on('end', () => socket.end());
    const closed = once(socket, 'close');
    const whole = octets(...Array.from({ length: count }, () => frame(this.message())));
    const { stream, end } = this.#random.pick(MANNERS)(whole, this.#random);
    frameReader((query) => sent.note(query))(Buffer.from(stream));
    let at = 0;
    while (this.#random.oneIn(2) && at < stream.length) {
      const next = at + 1 + this.#random.below(40);
      socket.write(stream.subarray(at, next));
      at = next;
    }
    socket.write(stream.subarray(at), () => {
      if (end === 'reset') below.resetAndDestroy();
      else socket.end();
    });
    await closed;
  }

  /** Connections that are left as they are: with half a message, and with answers unread. */
  linger(count: number): void {
    for (let i = 0; i < count; i++) {
      const from = { host: HOST, localAddress: LINGERER };
      const socket = connect({ port: this.#port, ...from }).on('error', () => {});
      socket.pause();
      const whole = frame(message({ flags: Flag.RD, questions: [question('www.example')] }));
      if (i % 2 === 0) socket.write(whole.subarray(0, 1 + this.#random.below(whole.length - 1)));
      else socket.write(octets(...Array.from({ length: 400 }, () => whole)));
      this.#lingering.push(socket);
    }
  }

  close(): void {
    for (const { socket } of this.#sockets.splice(0)) socket.close();
    for (const socket of this.#lingering.splice(0)) socket.destroy();
  }
}

interface Manner {
  readonly stream: Uint8Array;
  readonly end: 'close' | 'reset';
}

/** What becomes of a stream of whole messages. */
const MANNERS: readonly ((whole: Uint8Array, random: Random) => Manner)[] = [
  (whole) => ({ stream: whole, end: 'close' }),
  (whole, random) => ({ stream: whole.subarray(0, random.below(whole.length)), end: 'close' }),
  (whole, random) => ({ stream: whole.subarray(0, random.below(whole.length)), end: 'reset' }),
  // Lengths of nothing, and then lengths that are none.
  (whole) => ({ stream: octets([0, 0, 0, 0], whole), end: 'close' }),
  (whole) => ({ stream: octets([0], whole), end: 'close' }),
  (whole) => ({ stream: octets(whole, [0xff, 0xff, 1, 2, 3]), end: 'close' }),
  (whole, random) => ({ stream: mutate(whole, random, { other: whole }), end: 'close' }),
];
