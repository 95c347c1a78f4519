/**
 * UDP sockets to upstreams. Each is connected, so that only the upstream's datagrams and its
 * ICMP errors arrive; each query leaves by a random one of several random ports (RFC 5452
 * section 9.2).
 */

import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { now } from '../clock.ts';
import type { Remote } from './channels.ts';
import { type ChannelEnd, type ChannelEvents, type Channels, reasonOf } from './channels.ts';
import { type Port, PortPool } from './port-pool.ts';

const RANDOM = 0x10000;

export function openUdpChannels(events: ChannelEvents): Channels {
  const pools = new Map<number, PortPool<Channel>>();
  let count = 0;

  const createPool = (upstream: number, remote: Remote): PortPool<Channel> => {
    const pool: PortPool<Channel> = new PortPool((time) => {
      const channel: Channel = new Channel(++count, remote, time, {
        answered: (octets) => events.answered(upstream, channel.number, octets),
        ended(end, isOver) {
          if (isOver) pool.unsent(channel, now());
          events.ended(upstream, channel.number, end);
        },
      });
      return channel;
    });
    pools.set(upstream, pool);
    return pool;
  };

  return {
    send(upstream, remote, octets, length, manner) {
      const pool = pools.get(upstream) ?? createPool(upstream, remote);
      const random = randomInt(RANDOM);
      const channel = manner === 'fresh' ? pool.fresh(random, now()) : pool.pick(random, now());
      channel.send(octets, length);
      return channel.number;
    },
    isStuck: (upstream, channel, _id, sentAt) =>
      pools.get(upstream)?.isStuck(channel, sentAt) ?? false,
    isOutlived: (upstream, channel, sentAt) =>
      pools.get(upstream)?.isOutlived(channel, sentAt) ?? false,
    unanswered: (upstream, channel, sentAt) =>
      pools.get(upstream)?.unanswered(channel, sentAt, now()) ?? false,
    tick() {
      for (const pool of pools.values()) pool.tick(now());
    },
    close() {
      for (const pool of pools.values()) pool.close();
    },
  };
}

interface Events {
  answered(octets: Buffer): void;
  /** It is over with the channel too when it `isOver`; an ICMP error leaves it as it was. */
  ended(end: ChannelEnd, isOver: boolean): void;
}

class Channel implements Port {
  readonly number: number;
  readonly openedAt: number;
  heardAt: number;
  sent = 0;
  readonly #socket: Socket;
  readonly #on: Events;
  /** Queries that wait for the socket to be connected. */
  #waiting: Buffer[] | undefined = [];
  #isClosed = false;

  constructor(number: number, { address, port }: Remote, time: number, on: Events) {
    this.number = number;
    this.openedAt = time;
    this.heardAt = time;
    this.#on = on;
    this.#socket = createSocket(isIPv6(address.replace(/%.*/, '')) ? 'udp6' : 'udp4');
    this.#socket.on('message', (octets) => {
      this.heardAt = now();
      on.answered(octets);
    });
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.connect(port, address, (error?: Error) => {
      if (error === undefined) this.#flush();
      else this.#fail(error);
    });
    this.#socket.unref();
  }

  send(octets: Uint8Array, length: number): void {
    this.sent++;
    const copy = Buffer.from(octets.subarray(0, length));
    if (this.#waiting === undefined) this.#write(copy);
    else this.#waiting.push(copy);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }

  #flush(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const octets of waiting) this.#write(octets);
  }

  #write(octets: Buffer): void {
    if (this.#isClosed) return;
    this.#socket.send(octets, (error) => {
      if (error !== null) this.#fail(error);
    });
  }

  /** An ICMP error is reported to whoever sends or reads next; any other is of the socket itself. */
  #fail(error: Error): void {
    if (this.#isClosed) return;
    const reason = reasonOf(error);
    const isConnected = this.#waiting === undefined;
    const isRefused = reason === 'ECONNREFUSED';
    const kind = isConnected && !isRefused ? 'unsent' : 'failed';
    this.#on.ended(
      { kind, reason, hasAnswered: this.heardAt > this.openedAt },
      !isConnected || !isRefused,
    );
  }
}
