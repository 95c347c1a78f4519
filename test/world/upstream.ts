/** An upstream that answers as it is told, by UDP and TCP on one port of the loopback. */

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type Socket as Connection, createServer, isIPv6, type Server } from 'node:net';
import { Flag, type MessageParts, message, octets, record, TO_QUESTION, TYPE } from './messages.ts';

const HEADER_LENGTH = 12;
const NO_CONNECTION = { write() {}, hangUp() {} };

/** Of class CHAOS: by these a forwarder finds out who its upstreams are. */
const OWN_NAMES: readonly string[] = ['id.server.', 'version.bind.'];

/** What an upstream was asked. */
export interface Question {
  readonly octets: Buffer;
  /** The name in lower case, with a dot behind each label. */
  readonly name: string;
  readonly transport: 'udp' | 'tcp';
  /** Where it came from. */
  readonly port: number;
  /** Answers, now or later. */
  reply(answer: Uint8Array): void;
  /** Sends octets by the connection that it came by, as they are. */
  write(octets: Uint8Array): void;
  /** Ends the connection that it came by. */
  hangUp(): void;
}

/** The script of an upstream: an answer, or undefined for none as yet. */
export type Script = (question: Question) => Uint8Array | undefined;

/** An answer to a query: its ID and its question, and 192.0.2.1 unless `parts` say otherwise. */
export function answerTo(query: Uint8Array, parts: MessageParts = {}): Uint8Array {
  const address = record(TO_QUESTION, TYPE.A, [192, 0, 2, 1]);
  return message({
    id: query[0]! * 256 + query[1]!,
    flags: Flag.QR | Flag.RD | Flag.RA,
    questions: [query.subarray(HEADER_LENGTH, questionEnd(query))],
    answers: parts.rcode === undefined ? [address] : [],
    ...parts,
  });
}

export class Upstream {
  readonly address: string;
  readonly port: number;
  /** All that was asked, but for the probes by which a forwarder finds loops, and names. */
  readonly asked: Question[] = [];
  script: Script;
  /** What a forwarder asks by itself is not answered: `. NS`, and whether the upstream leads back. */
  ignoresSelfQueries = false;
  /** Whether questions for its own name, which a forwarder asks at start, are among what was asked. */
  notesNames = false;
  /** Whether it reads from the connections that it takes. */
  reads = true;
  readonly #udp: Socket;
  readonly #tcp: Server;
  readonly #connections: Set<Connection> = new Set();
  #wake: () => void = () => {};
  #isClosed = false;

  private constructor(udp: Socket, tcp: Server, script: Script) {
    const { address, port } = udp.address();
    this.address = address;
    this.port = port;
    this.script = script;
    this.#udp = udp;
    this.#tcp = tcp;
    udp.on('message', (query, from) => {
      const reply = (answer: Uint8Array) => {
        if (!this.#isClosed) udp.send(answer, from.port, from.address);
      };
      this.#take(query, { transport: 'udp', port: from.port, reply, ...NO_CONNECTION });
    });
    tcp.on('connection', (connection) => this.#serve(connection));
  }

  static async start(
    script: Script = ({ octets: query }) => answerTo(query),
    { address = '127.0.0.1', port = 0 } = {},
  ): Promise<Upstream> {
    for (;;) {
      const udp = createSocket(isIPv6(address) ? 'udp6' : 'udp4').bind(port, address);
      await once(udp, 'listening');
      const tcp = createServer().listen(udp.address().port, address);
      try {
        await once(tcp, 'listening');
        return new Upstream(udp, tcp, script);
      } catch (error) {
        if (port !== 0) throw error;
        // A port that is free for datagrams need not be free for connections.
        udp.close();
      }
    }
  }

  /** As a configuration writes it. */
  get server(): string {
    return `${this.address}:${this.port}`;
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Waits until so much was asked. */
  async questions(count: number): Promise<readonly Question[]> {
    while (this.asked.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.asked;
  }

  /** Takes no connections any more, like a server that has only UDP. */
  refuseTcp(): void {
    this.#tcp.close();
    for (const connection of this.#connections) connection.destroy();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#udp.close();
    this.#tcp.close();
    for (const connection of this.#connections) connection.destroy();
  }

  #serve(connection: Connection): void {
    this.#connections.add(connection);
    let stream: Buffer = Buffer.alloc(0);
    connection.on('error', () => {});
    connection.on('close', () => this.#connections.delete(connection));
    connection.on('data', (chunk) => {
      stream = Buffer.concat([stream, chunk]);
      while (stream.length >= 2 && stream.length >= 2 + stream.readUInt16BE(0)) {
        const end = 2 + stream.readUInt16BE(0);
        const reply = (answer: Uint8Array) => {
          connection.write(octets([answer.length >> 8, answer.length & 0xff], answer));
        };
        const hangUp = () => connection.end();
        const write = (part: Uint8Array) => connection.write(part);
        const port = connection.remotePort ?? 0;
        this.#take(stream.subarray(2, end), { transport: 'tcp', port, reply, write, hangUp });
        stream = stream.subarray(end);
      }
    });
    if (!this.reads) connection.pause();
  }

  #take(query: Buffer, way: Omit<Question, 'octets' | 'name'>): void {
    const question = { octets: query, name: nameOf(query), ...way };
    const isForName = OWN_NAMES.includes(question.name);
    const isOwn = isForName || question.name === '' || question.name.endsWith('.rcode5-loop.');
    if (isOwn && this.ignoresSelfQueries) return;
    if (question.name.endsWith('.rcode5-loop.')) return way.reply(answerTo(query, { rcode: 3 }));
    if (!isForName || this.notesNames) this.asked.push(question);
    const answer = this.script(question);
    if (answer !== undefined) way.reply(answer);
    this.#wake();
  }
}

function questionEnd(query: Uint8Array): number {
  let at = HEADER_LENGTH;
  while (query[at] !== 0) at += query[at]! + 1;
  return at + 5;
}

function nameOf(query: Uint8Array): string {
  let name = '';
  for (let at = HEADER_LENGTH; query[at] !== 0; at += query[at]! + 1) {
    const label = query.subarray(at + 1, at + 1 + query[at]!);
    name += `${Buffer.from(label).toString('latin1').toLowerCase()}.`;
  }
  return name;
}
