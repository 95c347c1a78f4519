/**
 * UDP sockets to upstreams. Each is connected, so that only the upstream's datagrams and its
 * ICMP errors arrive; each query leaves by a random one of several random ports, and every port
 * is given up after a while (RFC 5452 section 9.2).
 */

import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { type ChannelEvents, type Channels, type Remote, reasonOf } from './channels.ts';

/** Ports open to one server at a time. */
const PORTS = 8;
/** Queries that leave by one port. */
const QUERIES_PER_PORT = 1000;
/** Milliseconds for which a port that was given up still takes answers. */
const LINGER_MS = 15_000;

export function openUdpChannels(events: ChannelEvents): Channels {
  const ports = new Map<number, Channel[]>();
  const open = new Set<Channel>();
  let count = 0;
  let isClosed = false;

  const create = (upstream: number, remote: Remote): Channel => {
    const channel: Channel = new Channel(++count, remote, {
      answered: (octets) => events.answered(upstream, channel.number, octets),
      failed: (reason) => {
        if (!isClosed) events.failed(upstream, channel.number, reason);
      },
      closed: () => open.delete(channel),
    });
    open.add(channel);
    return channel;
  };

  return {
    send(upstream, remote, octets, length) {
      const pool = ports.get(upstream) ?? [];
      ports.set(upstream, pool);
      const position = randomInt(PORTS);
      const known = pool[position];
      const channel = known === undefined || known.isUsedUp ? create(upstream, remote) : known;
      pool[position] = channel;
      channel.send(octets, length);
      if (channel.isUsedUp) channel.linger();
      return channel.number;
    },
    close() {
      isClosed = true;
      for (const channel of open) channel.close();
    },
  };
}

interface Events {
  answered(octets: Buffer): void;
  failed(reason: string): void;
  closed(): void;
}

class Channel {
  readonly number: number;
  readonly #socket: Socket;
  readonly #on: Events;
  /** Queries that wait for the socket to be connected. */
  #waiting: Buffer[] | undefined = [];
  #sent = 0;

  constructor(number: number, { address, port }: Remote, on: Events) {
    this.number = number;
    this.#on = on;
    this.#socket = createSocket(isIPv6(address.replace(/%.*/, '')) ? 'udp6' : 'udp4');
    this.#socket.on('message', on.answered);
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', on.closed);
    this.#socket.connect(port, address, (error?: Error) => {
      if (error === undefined) this.#flush();
      else this.#fail(error);
    });
    this.#socket.unref();
  }

  get isUsedUp(): boolean {
    return this.#sent >= QUERIES_PER_PORT;
  }

  send(octets: Uint8Array, length: number): void {
    this.#sent++;
    const copy = Buffer.from(octets.subarray(0, length));
    if (this.#waiting === undefined) this.#write(copy);
    else this.#waiting.push(copy);
  }

  /** Takes answers for a while yet. */
  linger(): void {
    setTimeout(() => this.close(), LINGER_MS).unref();
  }

  close(): void {
    try {
      this.#socket.close();
    } catch {
      // It is closed already.
    }
  }

  #flush(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const octets of waiting) this.#write(octets);
  }

  /** An ICMP error may be told to whoever sends next, and that query does not leave. */
  #write(octets: Buffer): void {
    this.#socket.send(octets, (error) => {
      if (error !== null) this.#fail(error);
    });
  }

  /** A socket that was never connected is of no use; one that was goes on. */
  #fail(error: Error): void {
    if (this.#waiting !== undefined) {
      this.#sent = QUERIES_PER_PORT;
      this.close();
    }
    this.#on.failed(reasonOf(error));
  }
}
