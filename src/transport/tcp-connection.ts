/** One client's connection, by TCP or by TLS over it: what has come, what waits, and when it has to go. */

import type { Socket } from 'node:net';
import type { StartTimer, Timer } from '../clock.ts';
import type { Dialect, HeldQuery, OnQuery } from './dialect.ts';
import type { ForwardedClient } from './forwarded.ts';
import type { HandshakeFault } from './handshake-fault.ts';
import { OctetSource } from './octet-source.ts';
import type { ProxyHeader } from './proxy-protocol.ts';
import { StreamEntrance } from './stream-entrance.ts';
import type { TcpLimits } from './tcp-limits.ts';
import type { TlsHandshakes } from './tls-handshakes.ts';

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
  /**
   * A query: `exchange` is its number in the connection, 0 where none is needed; `client` asks
   * through the proxy at the other end.
   */
  message(octets: Buffer, connection: Connection, exchange: number, client?: ForwardedClient): void;
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
  /** What is spoken on a stream that is open. */
  readonly createDialect: (stream: Socket) => Dialect;
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
  readonly #createDialect: (stream: Socket) => Dialect;
  /** Undefined as long as no message can have come. */
  #dialect: Dialect | undefined;
  #source: OctetSource | undefined;
  readonly #idle: Timer;
  readonly #total: Timer;
  /** Queries that have come and are not asked yet, from `#next` on. */
  #held: HeldQuery[] = [];
  #next = 0;
  #isTaking = false;
  #waiting = 0;
  /** How many queries `flush` settles, and what the client may leave unread of what it sends. */
  #settled = 0;
  #unread = 0;
  #isTouched = false;
  /** No more queries are taken: the client has half-closed, or its time is up. */
  #finishing = false;

  constructor(
    socket: Socket,
    { number, limits, startTimer, proxy, tls, createDialect }: ConnectionStart,
    events: ConnectionEvents,
  ) {
    this.number = number;
    this.address = socket.remoteAddress ?? '';
    this.port = socket.remotePort ?? 0;
    this.proxy = proxy;
    this.#socket = socket;
    this.#limits = limits;
    this.#events = events;
    this.#createDialect = createDialect;
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
    const dialect = this.#createDialect(stream);
    this.#dialect = dialect;
    this.#source = new OctetSource(stream, (chunk) => this.#read(dialect, chunk));
    stream.on('drain', () => this.#proceed());
    if (octets !== undefined) this.#read(dialect, octets);
  }

  /** Whether no query of it waits for an answer. */
  get isQuiet(): boolean {
    return this.#isDone();
  }

  #read(dialect: Dialect, chunk: Buffer): void {
    if (this.#finishing) return;
    dialect.push(chunk, this.#take);
    if (dialect.hasOutput) this.#touch();
    if (dialect.isEnding) this.finish();
    this.#proceed();
  }

  /** Asks at once, or as soon as it may be asked. */
  readonly #take: OnQuery = (octets, exchange, client) => {
    if (this.#held.length === 0 && !this.#isTaking && !this.#isFull()) {
      this.#isTaking = true;
      this.#waiting++;
      this.#events.message(octets, this, exchange, client);
      this.#isTaking = false;
      return;
    }
    // A copy, which keeps no whole chunk alive while it waits.
    this.#held.push({ octets: Buffer.from(octets), exchange, client });
  };

  /** Asks what may be asked, and reads on when all is. */
  #proceed(): void {
    // A query may be answered before `message` returns.
    if (this.#isTaking) return;
    this.#isTaking = true;
    while (this.#next < this.#held.length && !this.#isFull()) {
      this.#waiting++;
      const { octets, exchange, client } = this.#held[this.#next++]!;
      this.#events.message(octets, this, exchange, client);
    }
    this.#isTaking = false;
    if (this.#next === this.#held.length && this.#next > 0) {
      this.#held = [];
      this.#next = 0;
    }
    if (this.#finishing && this.#isDone()) this.#end();
    else if (this.#isFull()) this.#source?.pause();
    else this.#source?.resume();
  }

  /** Whether all that was asked is answered. */
  #isDone(): boolean {
    return this.#waiting === 0 && this.#held.length === 0;
  }

  /** `maxAge` is how many seconds others may keep the answer, where they are told. */
  reply(exchange: number, octets: Uint8Array, length: number, maxAge: number): void {
    this.#dialect?.reply(exchange, octets, length, maxAge);
    this.#allow(this.#limits.unread);
    this.#settle();
  }

  /** One message of several. */
  more(octets: Uint8Array, length: number): void {
    this.#dialect?.more(octets, length);
    this.#allow(this.#limits.unreadTransfer);
    this.#touch();
  }

  /** A query that gets no answer, or none more. */
  drop(exchange: number): void {
    this.#dialect?.drop(exchange);
    this.#settle();
  }

  #allow(unread: number): void {
    this.#unread = Math.max(this.#unread, unread);
  }

  /** One query less is waiting. */
  #settle(): void {
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
    const dialect = this.#dialect;
    if (dialect?.hasOutput === true) {
      const hasAnswers = this.#unread > 0;
      this.#socket.write(dialect.take(), (error) => {
        if (error == null && hasAnswers) this.#isActive();
      });
      const unread = Math.max(this.#unread, this.#limits.unread);
      if (this.#socket.writableLength > unread) this.#socket.destroy();
    }
    this.#unread = 0;
    if (dialect?.isEnding === true) this.finish();
    if (this.#settled > 0) this.#isActive();
    this.#waiting -= this.#settled;
    this.#settled = 0;
    this.#proceed();
  }

  finish(): void {
    if (this.#finishing) return;
    this.#finishing = true;
    // Who has not come in yet has nothing to wait for.
    if (this.#entrance.isClosed) this.#socket.destroy();
    else {
      this.#dialect?.leave();
      if (this.#isDone()) this.#end();
    }
  }

  /** As soon as what there is to say has been said. */
  #end(): void {
    if (this.#dialect?.hasOutput === true) this.#touch();
    else this.#socket.end();
  }

  /** Like `finish`, and keeps no program from its end. */
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
