/** One client's connection, by TCP or by TLS over it: what has come, what waits, and when it has to go. */

import type { Socket } from 'node:net';
import type { StartTimer, Timer } from '../clock.ts';
import { FrameReader, FrameWriter } from './frames.ts';
import type { HandshakeFault } from './handshake-fault.ts';
import type { ProxyHeader } from './proxy-protocol.ts';
import { StreamEntrance } from './stream-entrance.ts';
import type { TlsHandshakes } from './tls-handshakes.ts';

/** What a listener does not let happen. */
export interface TcpLimits {
  /** Connections in all, and of one client: an IPv4 address or an IPv6 /64. */
  readonly connections: number;
  readonly perClient: number;
  /** Queries of one connection that may wait for their answers; more are read later. */
  readonly pipelined: number;
  /** Milliseconds without a whole query, or without taking an answer; and of a connection's life. */
  readonly idle: number;
  readonly total: number;
  /** Bytes of replies that a client may leave unread; and of a transfer. */
  readonly unread: number;
  readonly unreadTransfer: number;
}

export const TCP_LIMITS: TcpLimits = {
  connections: 2000,
  perClient: 200,
  pipelined: 256,
  idle: 10_000,
  total: 600_000,
  unread: 1 << 20,
  unreadTransfer: 64 << 20,
};

/** Why a connection to a listener behind proxies is closed. */
export type ProxyFault = 'proxy-source' | 'proxy-header';

/** One client's connection. */
export interface TcpClient {
  readonly number: number;
  /** The other end: the client, or a proxy. */
  readonly address: string;
  readonly port: number;
  /** What the proxy says; undefined on a listener without proxies. */
  readonly proxy: ProxyHeader | undefined;
}

export interface ConnectionEvents {
  message(octets: Buffer, connection: Connection): void;
  /** There is something for `flush` to do. */
  touched(connection: Connection): void;
  /** The proxy has said for whom it speaks; false when that client gets no connection. */
  introduced(connection: Connection): boolean;
  /** It does not begin with a header, and is closed. */
  faulty(fault: ProxyFault): void;
  /** The TLS handshake has failed. */
  unsecured(fault: HandshakeFault, connection: Connection): void;
  closed(connection: Connection): void;
}

export interface ConnectionStart {
  readonly number: number;
  readonly limits: TcpLimits;
  readonly startTimer: StartTimer;
  /** Behind proxies: what the header is read into. */
  readonly proxy: ProxyHeader | undefined;
  readonly tls: TlsHandshakes | undefined;
}

export class Connection implements TcpClient {
  readonly number: number;
  readonly address: string;
  readonly port: number;
  readonly proxy: ProxyHeader | undefined;
  /** When the last query came or the last answer was taken, in milliseconds. */
  activeAt: number = performance.now();
  readonly #entrance: StreamEntrance;
  /** What the messages come by: the TCP connection, or TLS over it. */
  #socket: Socket;
  readonly #limits: TcpLimits;
  readonly #events: ConnectionEvents;
  readonly #frames = new FrameReader();
  readonly #idle: Timer;
  readonly #total: Timer;
  /** Queries that have come and are not asked yet, from `#next` on. */
  #queries: Buffer[] = [];
  #next = 0;
  #isTaking = false;
  #waiting = 0;
  /** What `flush` sends, how many queries it settles, and what the client may leave unread. */
  readonly #replies = new FrameWriter();
  #settled = 0;
  #unread = 0;
  #isTouched = false;
  /** No more queries are taken: the client has half-closed, or its time is up. */
  #finishing = false;

  constructor(
    socket: Socket,
    { number, limits, startTimer, proxy, tls }: ConnectionStart,
    events: ConnectionEvents,
  ) {
    this.number = number;
    this.address = socket.remoteAddress ?? '';
    this.port = socket.remotePort ?? 0;
    this.proxy = proxy;
    this.#socket = socket;
    this.#limits = limits;
    this.#events = events;
    this.#idle = startTimer(() => this.#onIdle(), limits.idle);
    this.#total = startTimer(() => this.finish(), limits.total);
    // What went wrong with a client's connection is the client's to notice.
    socket.on('error', () => socket.destroy());
    socket.on('end', () => this.finish());
    socket.on('close', () => {
      this.#idle.close();
      this.#total.close();
      this.#entrance.end('closed');
      events.closed(this);
    });
    const before = { proxy, tls };
    this.#entrance = new StreamEntrance(socket, before, {
      introduced: () => events.introduced(this),
      headerless: () => events.faulty('proxy-header'),
      unsecured: (fault) => events.unsecured(fault, this),
      opened: (stream, octets) => this.#open(stream, octets),
    });
    this.#entrance.begin();
  }

  #open(stream: Socket, octets: Buffer | undefined): void {
    if (stream !== this.#socket) {
      this.#socket = stream;
      stream.on('error', () => stream.destroy());
      stream.on('end', () => this.finish());
    }
    stream.on('data', (chunk) => this.#read(chunk));
    stream.on('drain', () => this.#proceed());
    if (octets !== undefined) this.#read(octets);
  }

  /** Whether no query of it waits for an answer. */
  get isQuiet(): boolean {
    return this.#isDone();
  }

  #read(chunk: Buffer): void {
    if (this.#finishing) return;
    const before = this.#queries.length;
    this.#frames.push(chunk, (message) => this.#queries.push(message));
    if (this.#queries.length > before) this.#isActive();
    this.#proceed();
  }

  /** Asks what may be asked, and reads on when all is. */
  #proceed(): void {
    // A query may be answered before `message` returns.
    if (this.#isTaking) return;
    this.#isTaking = true;
    while (this.#next < this.#queries.length && !this.#isFull()) {
      this.#waiting++;
      this.#events.message(this.#queries[this.#next++]!, this);
    }
    this.#isTaking = false;
    if (this.#next === this.#queries.length && this.#next > 0) {
      this.#queries = [];
      this.#next = 0;
    }
    if (this.#finishing && this.#isDone()) this.#socket.end();
    else if (this.#isFull()) this.#socket.pause();
    else this.#socket.resume();
  }

  /** Whether all that was asked is answered. */
  #isDone(): boolean {
    return this.#waiting === 0 && this.#queries.length === 0;
  }

  reply(octets: Uint8Array, length: number): void {
    this.#push(octets, length, this.#limits.unread);
    this.settle();
  }

  /** One message of several. */
  more(octets: Uint8Array, length: number): void {
    this.#push(octets, length, this.#limits.unreadTransfer);
  }

  #push(octets: Uint8Array, length: number, unread: number): void {
    this.#replies.push(octets, length);
    this.#unread = Math.max(this.#unread, unread);
    this.#touch();
  }

  /** One query less is waiting. */
  settle(): void {
    this.#settled++;
    this.#touch();
  }

  #touch(): void {
    if (this.#isTouched) return;
    this.#isTouched = true;
    this.#events.touched(this);
  }

  /** Sends the replies, with one write for all, and asks what had to wait for them. */
  flush(): void {
    this.#isTouched = false;
    if (!this.#replies.isEmpty) {
      this.#socket.write(this.#replies.take(), (error) => {
        if (error == null) this.#isActive();
      });
      if (this.#socket.writableLength > this.#unread) this.#socket.destroy();
      this.#unread = 0;
    }
    this.#waiting -= this.#settled;
    this.#settled = 0;
    this.#proceed();
  }

  finish(): void {
    if (this.#finishing) return;
    this.#finishing = true;
    // Who has not come in yet has nothing to wait for.
    if (this.#entrance.isClosed) this.#socket.destroy();
    else if (this.#isDone()) this.#socket.end();
  }

  /** Like `finish`, and a client that does not go keeps no program from its end. */
  leave(): void {
    if (this.#entrance.isClosed) this.destroy();
    this.finish();
    this.#socket.unref();
    this.#idle.unref();
    this.#total.unref();
  }

  destroy(): void {
    this.#entrance.end('ours');
    this.#socket.destroy();
  }

  /** Who does not take the answers, or asks more than is answered, is not read from. */
  #isFull(): boolean {
    return this.#waiting >= this.#limits.pipelined || this.#socket.writableNeedDrain;
  }

  #isActive(): void {
    this.activeAt = performance.now();
    this.#idle.refresh();
  }

  /** A client that takes its time with a query or an answer, or does not go after its last. */
  #onIdle(): void {
    const isOurTurn = this.#waiting > 0 && this.#socket.writableLength === 0;
    if (isOurTurn && !this.#finishing) {
      this.#idle.refresh();
      return;
    }
    this.#entrance.end('timeout');
    this.#socket.destroy();
  }
}
