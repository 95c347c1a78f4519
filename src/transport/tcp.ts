/**
 * DNS over TCP (RFC 7766, RFC 9210) and over TLS (RFC 7858) for clients: pipelined, answered in any
 * order.
 */

import { once } from 'node:events';
import { createServer, isIPv6, type Socket } from 'node:net';
import type { StartTimer } from '../clock.ts';
import { type Dialect, NO_STORE } from './dialect.ts';
import { Exchanges } from './exchanges.ts';
import { FrameDialect } from './frame-dialect.ts';
import type { HandshakeFault } from './handshake-fault.ts';
import type { ProxyHeader } from './proxy-protocol.ts';
import { ClientTable, ownerOf, ownerOfWords } from './tcp-clients.ts';
import {
  Connection,
  type ConnectionEvents,
  type ConnectionStart,
  type ProxyFault,
  type TcpClient,
} from './tcp-connection.ts';
import { TCP_LIMITS, type TcpLimits } from './tcp-limits.ts';
import type { TlsHandshakes } from './tls-handshakes.ts';

/** For a listener behind proxies: whose headers are taken. */
export interface TcpProxies {
  trusts(address: string): boolean;
  createHeader(): ProxyHeader;
  /** A connection was closed: it is no proxy's, or does not begin with a header. */
  faulty(fault: ProxyFault): void;
}

/** For a listener that speaks TLS. */
export interface TcpSecurity {
  readonly handshakes: TlsHandshakes;
  /** A handshake with this client has failed, and the connection is closed. */
  failed(fault: HandshakeFault, client: TcpClient): void;
}

export interface TcpAddress {
  readonly address: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Whether other processes may have it too. */
  readonly shared?: boolean;
  readonly proxies?: TcpProxies | undefined;
  readonly security?: TcpSecurity | undefined;
  /** What is spoken there: without it DNS messages behind their lengths. */
  readonly createDialect?: ((stream: Socket) => Dialect) | undefined;
}

export interface TcpEvents {
  /**
   * The octets are there during the call only. `number` is what the answer goes to: the connection,
   * or of HTTP the one request.
   */
  message(octets: Buffer, client: TcpClient, number: number): void;
  /** There is something for `flush` to do, perhaps nothing but what HTTP has to say. */
  touched(): void;
}

const NO_EXCHANGE = 0;

export interface TcpListener {
  readonly address: string;
  readonly port: number;
  /** Connections turned away, or closed for others, because of the limits. */
  readonly rejected: number;
  /**
   * Answers a query, with the next `flush`. A connection that is gone is passed over; the octets
   * may be used again. `maxAge` is how many seconds others may keep the answer, by HTTP.
   */
  reply(connection: number, octets: Uint8Array, length: number, maxAge?: number): void;
  /** One message of several that answer a query; the last is followed by `drop`. */
  more(connection: number, octets: Uint8Array, length: number): void;
  /** A query that gets no answer, or none more. */
  drop(connection: number): void;
  /** The same, and the connection is closed as soon as all else that it asked is answered. */
  end(connection: number): void;
  /** Sends what has been replied, and goes on with the queries that had to wait. */
  flush(): void;
  /** Takes no more connections and queries, and closes each connection when it is answered. */
  close(): void;
}

/** Listens on an address. Rejects when it cannot be had. */
export async function listenTcp(
  { address, port, shared, ...manner }: TcpAddress,
  on: TcpEvents,
  limits: TcpLimits = TCP_LIMITS,
  startTimer: StartTimer = setTimeout,
): Promise<TcpListener> {
  const connections = new Connections({ limits, startTimer }, manner, on);
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    connections.accept(socket);
  });
  const alone = { exclusive: true, reusePort: shared === true };
  server.listen({ host: address, port, ipv6Only: isIPv6(address), ...alone });
  await once(server, 'listening');
  // Without a file descriptor to spare a connection is lost, and not the listener.
  server.on('error', () => connections.rejected++);

  return {
    address,
    port: (server.address() as { port: number }).port,
    get rejected() {
      return connections.rejected;
    },
    reply(number, octets, length, maxAge = NO_STORE) {
      if (number > 0) return connections.get(number)?.reply(NO_EXCHANGE, octets, length, maxAge);
      const request = connections.exchanges.find(number);
      if (request === undefined) return;
      request.connection.reply(request.exchange, octets, length, maxAge);
      connections.exchanges.end(request);
    },
    more: (number, octets, length) => connections.get(number)?.more(octets, length),
    drop: (number) => connections.drop(number),
    end: (number) => connections.drop(number)?.finish(),
    flush: () => connections.flush(),
    close: () => {
      server.close();
      connections.leave();
    },
  };
}

class Connections implements ConnectionEvents {
  rejected = 0;
  readonly #limits: TcpLimits;
  readonly #startTimer: StartTimer;
  readonly #proxies: TcpProxies | undefined;
  readonly #security: TcpSecurity | undefined;
  readonly #createDialect: (stream: Socket) => Dialect;
  readonly #on: TcpEvents;
  readonly #all: Map<number, Connection> = new Map();
  readonly #clients: ClientTable = new ClientTable();
  /** Requests by HTTP. */
  readonly exchanges: Exchanges<Connection> = new Exchanges();
  #touched: Connection[] = [];
  #count = 0;

  constructor(
    { limits, startTimer }: Pick<ConnectionStart, 'limits' | 'startTimer'>,
    { proxies, security, createDialect }: Omit<TcpAddress, 'address' | 'port' | 'shared'>,
    on: TcpEvents,
  ) {
    this.#limits = limits;
    this.#startTimer = startTimer;
    this.#proxies = proxies;
    this.#security = security;
    this.#createDialect = createDialect ?? (() => new FrameDialect());
    this.#on = on;
  }

  get(number: number): Connection | undefined {
    return this.#all.get(number);
  }

  /** A query that gets no answer; returns whose it was. */
  drop(number: number): Connection | undefined {
    if (number > 0) {
      const connection = this.#all.get(number);
      connection?.drop(NO_EXCHANGE);
      return connection;
    }
    const request = this.exchanges.find(number);
    if (request === undefined) return undefined;
    const { connection, exchange } = request;
    this.exchanges.end(request);
    connection.drop(exchange);
    return connection;
  }

  message(octets: Buffer, connection: Connection, exchange: number): void {
    const isLone = exchange === NO_EXCHANGE;
    const number = isLone ? connection.number : this.exchanges.add(connection, exchange);
    this.#on.message(octets, connection, number);
  }

  accept(socket: Socket): void {
    const address = socket.remoteAddress ?? '';
    if (this.#proxies?.trusts(address) === false) {
      this.faulty('proxy-source');
      socket.destroy();
      return;
    }
    // Behind a proxy it is not known yet whose connection it is.
    const owner = this.#proxies === undefined ? ownerOf(address) : undefined;
    if (!this.#hasRoom(owner)) {
      this.rejected++;
      socket.destroy();
      return;
    }
    const number = ++this.#count;
    const proxy = this.#proxies?.createHeader();
    const tls = this.#security?.handshakes;
    const createDialect = this.#createDialect;
    const timing = { limits: this.#limits, startTimer: this.#startTimer };
    const start = { number, ...timing, proxy, tls, createDialect };
    const connection = new Connection(socket, start, this);
    this.#all.set(number, connection);
    this.#clients.add(owner ?? ownerOf(''), connection);
  }

  introduced(connection: Connection): boolean {
    const { proxy, address } = connection;
    const owner = proxy!.isLocal ? ownerOf(address) : ownerOfWords(proxy!.family, proxy!.address);
    if (this.#clients.count(owner) >= this.#limits.perClient) {
      this.rejected++;
      return false;
    }
    this.#clients.add(owner, connection);
    return true;
  }

  faulty(fault: ProxyFault): void {
    this.#proxies?.faulty(fault);
  }

  unsecured(fault: HandshakeFault, connection: Connection): void {
    this.#security?.failed(fault, connection);
  }

  touched(connection: Connection): void {
    this.#touched.push(connection);
    this.#on.touched();
  }

  flush(): void {
    // What these go on to ask may be answered at once: that is for the next time.
    const touched = this.#touched;
    this.#touched = [];
    for (const connection of touched) connection.flush();
  }

  closed(connection: Connection): void {
    this.#all.delete(connection.number);
    this.#clients.remove(connection);
  }

  leave(): void {
    for (const connection of this.#all.values()) connection.leave();
  }

  /** Room for one more of this client: when there is none, whoever has most of it makes some. */
  #hasRoom(owner: string | undefined): boolean {
    const own = owner === undefined ? 0 : this.#clients.count(owner);
    if (own >= this.#limits.perClient) return false;
    if (this.#all.size < this.#limits.connections) return true;
    const evicted = this.#clients.leastActiveOf(own);
    if (evicted === undefined) return false;
    this.rejected++;
    this.closed(evicted);
    evicted.destroy();
    return true;
  }
}
