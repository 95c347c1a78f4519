/** Clients that ask as fast as they are answered, and remember what they were answered. */

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket as Stream } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Flag, message, question } from '../world/messages.ts';
import { frame, frameReader } from './sockets.ts';

const REFUSED = 5;
/** Queries that each socket keeps in flight. */
const WINDOW = 40;

/** Asks what is refused. */
export class Clients {
  asked = 0;
  #isAsking = true;
  /** Each REFUSED that was received, as `transport port id name`. */
  readonly refused: string[] = [];
  readonly #onAnswer: () => void;
  readonly #asks: (() => void)[] = [];
  readonly #udp: Socket[] = [];
  readonly #closed: Promise<unknown>[] = [];

  constructor(onAnswer: () => void) {
    this.#onAnswer = onAnswer;
  }

  /** One more socket, bound to an address of its own. */
  async udp(source: string, port: number): Promise<void> {
    const socket = createSocket('udp4');
    socket.bind(0, source);
    await once(socket, 'listening');
    socket.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const own = socket.address().port;
    const ask = () => socket.send(this.#next(), () => {});
    socket.on('message', (answer) => {
      this.#take('udp', own, answer);
      if (this.#isAsking) ask();
    });
    // ICMP says that the server is gone.
    socket.on('error', () => {});
    this.#udp.push(socket);
    this.#asks.push(ask);
  }

  /** One more connection, from an address of its own. */
  async tcp(source: string, port: number): Promise<void> {
    const socket = connect({ port, host: '127.0.0.1', localAddress: source });
    await once(socket, 'connect');
    this.#stream('tcp', socket);
  }

  /** The same by TLS, whoever the server is. */
  async dot(source: string, port: number): Promise<void> {
    const socket = connect({ port, host: '127.0.0.1', localAddress: source });
    const secured = connectTls({ socket, rejectUnauthorized: false });
    await once(secured, 'secureConnect');
    this.#stream('dot', secured);
  }

  /** The same by HTTP/2, a request for each query. */
  async doh(source: string, port: number): Promise<void> {
    const socket = connect({ port, host: '127.0.0.1', localAddress: source });
    const secured = connectTls({ socket, rejectUnauthorized: false, ALPNProtocols: ['h2'] });
    await once(secured, 'secureConnect');
    const own = secured.localPort!;
    const session = connectHttp2('https://localhost', { createConnection: () => secured });
    session.on('error', () => {});
    this.#closed.push(new Promise((resolve) => session.on('close', resolve)));
    const ask = () => {
      if (session.closed || session.destroyed) return;
      const type = { 'content-type': 'application/dns-message' };
      const stream = session.request({ ':method': 'POST', ':path': '/dns-query', ...type });
      const parts: Buffer[] = [];
      stream.on('error', () => {});
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        if (parts.length === 0) return;
        this.#take('doh', own, Buffer.concat(parts));
        if (this.#isAsking) ask();
      });
      stream.end(this.#next());
    };
    this.#asks.push(ask);
  }

  #stream(transport: string, socket: Stream): void {
    const own = socket.localPort!;
    const ask = () => socket.write(frame(this.#next()));
    const onAnswer = (answer: Buffer) => {
      this.#take(transport, own, answer);
      if (this.#isAsking && socket.writable) ask();
    };
    socket.on('data', frameReader(onAnswer));
    socket.on('error', () => {});
    this.#closed.push(new Promise((resolve) => socket.on('close', resolve)));
    this.#asks.push(ask);
  }

  /** Begins to ask, by all of them. */
  start(): void {
    for (const ask of this.#asks) for (let i = 0; i < WINDOW; i++) ask();
  }

  /** Asks no more; answers to come are taken. */
  stop(): void {
    this.#isAsking = false;
  }

  /** Reads what had arrived when the server was gone. */
  async finish(): Promise<void> {
    await Promise.all(this.#closed);
    for (let before = -1; before < this.refused.length; ) {
      before = this.refused.length;
      // Two turns of the event loop: between them it has looked at the sockets.
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    }
    for (const socket of this.#udp) socket.close();
  }

  #next(): Uint8Array {
    this.asked++;
    const name = `q${this.asked}.example.org`;
    return message({ id: this.asked & 0xffff, flags: Flag.RD, questions: [question(name)] });
  }

  #take(transport: string, port: number, answer: Buffer): void {
    if ((answer[3]! & 0x0f) !== REFUSED) throw new Error(`rcode ${answer[3]! & 0x0f}`);
    this.refused.push(`${transport} ${port} ${answer.readUInt16BE(0)} ${readName(answer)}`);
    this.#onAnswer();
  }
}

/** The name in the question: labels one after the other, behind the header. */
function readName(answer: Buffer): string {
  let name = '';
  for (let at = 12; answer[at]! > 0; at += 1 + answer[at]!) {
    name += `${answer.toString('latin1', at + 1, at + 1 + answer[at]!)}.`;
  }
  return name;
}
