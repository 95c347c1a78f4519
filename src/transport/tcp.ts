/** DNS over TCP for clients (RFC 7766, RFC 9210): pipelined, answered in any order. */

import { once } from 'node:events';
import { createServer, isIPv6, type Socket } from 'node:net';
import { FrameReader, frame } from './frames.ts';

export interface TcpLimits {
  /** Connections in all, and of one client address. */
  readonly connections: number;
  readonly perClient: number;
  /** Queries of one connection that may wait for their answers; more are read later. */
  readonly pipelined: number;
  /** Milliseconds without a whole query or an answer, and of a connection's life. */
  readonly idle: number;
  readonly total: number;
  /** Bytes of replies that a client may leave unread; transfers are for trusted clients. */
  readonly unread: number;
}

export const TCP_LIMITS: TcpLimits = {
  connections: 2000,
  perClient: 200,
  pipelined: 256,
  idle: 10_000,
  total: 600_000,
  unread: 1 << 20,
};

/** One client's connection. */
export interface TcpClient {
  readonly number: number;
  readonly address: string;
  readonly port: number;
}

export interface TcpListener {
  readonly address: string;
  readonly port: number;
  /** Connections turned away because of the limits. */
  readonly rejected: number;
  /** Answers a query; a connection that is gone is passed over. The octets may be used again. */
  reply(connection: number, octets: Uint8Array, length: number): void;
  /** One message of several that answer a query; the last is followed by `drop`. */
  more(connection: number, octets: Uint8Array, length: number): void;
  /** A query that gets no answer, or none more. */
  drop(connection: number): void;
  /** Takes no more connections and queries, and closes each connection when it is answered. */
  close(): void;
}

/**
 * Listens on an address; port 0 takes a free one; an address that is `shared` may be shared by
 * other processes. Rejects when the address cannot be had.
 */
export async function listenTcp(
  { address, port, shared }: { address: string; port: number; shared?: boolean },
  onMessage: (octets: Buffer, client: TcpClient) => void,
  limits: TcpLimits = TCP_LIMITS,
): Promise<TcpListener> {
  const connections = new Map<number, Connection>();
  const perClient = new Map<string, number>();
  let count = 0;
  let rejected = 0;

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const client = socket.remoteAddress ?? '';
    const ofClient = perClient.get(client) ?? 0;
    if (connections.size >= limits.connections || ofClient >= limits.perClient) {
      rejected++;
      socket.destroy();
      return;
    }
    const connection = new Connection(socket, ++count, limits, onMessage);
    connections.set(connection.number, connection);
    perClient.set(client, ofClient + 1);
    socket.on('close', () => {
      connections.delete(connection.number);
      const left = perClient.get(client)! - 1;
      if (left === 0) perClient.delete(client);
      else perClient.set(client, left);
    });
  });
  const alone = { exclusive: true, reusePort: shared === true };
  server.listen({ host: address, port, ipv6Only: isIPv6(address), ...alone });
  await once(server, 'listening');
  // Without a file descriptor to spare a connection is lost, and not the listener.
  server.on('error', () => rejected++);

  return {
    address,
    port: (server.address() as { port: number }).port,
    get rejected() {
      return rejected;
    },
    reply: (number, octets, length) => connections.get(number)?.reply(octets, length),
    more: (number, octets, length) => connections.get(number)?.write(octets, length),
    drop: (number) => connections.get(number)?.settle(),
    close: () => {
      server.close();
      for (const connection of connections.values()) connection.leave();
    },
  };
}

class Connection implements TcpClient {
  readonly number: number;
  readonly address: string;
  readonly port: number;
  readonly #socket: Socket;
  readonly #limits: TcpLimits;
  readonly #frames = new FrameReader();
  readonly #idle: NodeJS.Timeout;
  readonly #total: NodeJS.Timeout;
  #waiting = 0;
  /** No more queries are taken: the client has half-closed, or its time is up. */
  #finishing = false;

  constructor(
    socket: Socket,
    number: number,
    limits: TcpLimits,
    onMessage: (octets: Buffer, client: TcpClient) => void,
  ) {
    this.number = number;
    this.address = socket.remoteAddress ?? '';
    this.port = socket.remotePort ?? 0;
    this.#socket = socket;
    this.#limits = limits;
    this.#idle = setTimeout(() => this.#onIdle(), limits.idle);
    this.#total = setTimeout(() => this.finish(), limits.total);
    socket.on('data', (chunk) => this.#read(chunk, onMessage));
    socket.on('end', () => this.finish());
    // What went wrong with a client's connection is the client's to notice.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(this.#idle);
      clearTimeout(this.#total);
    });
  }

  #read(chunk: Buffer, onMessage: (octets: Buffer, client: TcpClient) => void): void {
    if (this.#finishing) return;
    this.#frames.push(chunk, (octets) => {
      this.#waiting++;
      this.#idle.refresh();
      onMessage(octets, this);
    });
    if (this.#waiting >= this.#limits.pipelined) this.#socket.pause();
  }

  reply(octets: Uint8Array, length: number): void {
    this.write(octets, length);
    if (this.#socket.writableLength > this.#limits.unread) this.#socket.destroy();
    this.settle();
  }

  write(octets: Uint8Array, length: number): void {
    this.#socket.write(frame(octets, length));
    this.#idle.refresh();
  }

  /** One query less is waiting. */
  settle(): void {
    this.#waiting--;
    if (this.#waiting < this.#limits.pipelined) this.#socket.resume();
    if (this.#finishing && this.#waiting === 0) this.#socket.end();
  }

  finish(): void {
    if (this.#finishing) return;
    this.#finishing = true;
    if (this.#waiting === 0) this.#socket.end();
  }

  /** Like `finish`, and a client that does not go keeps no program from its end. */
  leave(): void {
    this.finish();
    this.#socket.unref();
    this.#idle.unref();
    this.#total.unref();
  }

  /** A client that takes its time with a query, or does not go after its last answer. */
  #onIdle(): void {
    if (this.#waiting > 0 && !this.#finishing) this.#idle.refresh();
    else this.#socket.destroy();
  }
}
