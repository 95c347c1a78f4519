/**
 * TCP connections to upstreams. Their numbers are negative, so that they are never a UDP
 * channel's.
 */

import { connect, type Socket } from 'node:net';
import { now } from '../clock.ts';
import { type ChannelEvents, type Channels, idOf, type Remote, reasonOf } from './channels.ts';
import { FrameReader, frame, MAX_FRAME } from './frames.ts';
import { type Stream, StreamPool } from './stream-pool.ts';

/** What `send` returns when there is no connection to send by. */
const NO_CHANNEL = 0;

export function openTcpChannels(events: ChannelEvents): Channels {
  const pools = new Map<number, StreamPool<Connection>>();
  let count = 0;

  const createPool = (upstream: number, remote: Remote): StreamPool<Connection> => {
    const pool: StreamPool<Connection> = new StreamPool(() => {
      const number = --count;
      return new Connection(number, remote, {
        answered(octets) {
          const wasAsked = pool.heard(number, idOf(octets), now());
          if (events.answered(upstream, number, octets) && wasAsked) return;
          const hasAnswered = pool.garbled(number, wasAsked);
          events.ended(upstream, number, { kind: 'garbled', reason: 'garbled', hasAnswered });
        },
        ended(reason, wasConnected) {
          const hasAnswered = pool.ended(number, wasConnected, now());
          const kind = wasConnected ? 'closed' : 'failed';
          events.ended(upstream, number, { kind, reason, hasAnswered });
        },
      });
    });
    pools.set(upstream, pool);
    return pool;
  };

  return {
    send(upstream, remote, octets, length, manner = 'usual') {
      const pool = pools.get(upstream) ?? createPool(upstream, remote);
      const connection = pool.pick(idOf(octets), manner, now());
      if (connection === undefined) return NO_CHANNEL;
      connection.send(octets, length);
      return connection.number;
    },
    isStuck: (upstream, channel, id, sentAt) =>
      pools.get(upstream)?.isStuck(channel, id, sentAt) ?? false,
    isOutlived: () => false,
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
  ended(reason: string, wasConnected: boolean): void;
}

class Connection implements Stream {
  readonly number: number;
  isConnected = false;
  readonly #socket: Socket;
  readonly #frames: FrameReader = new FrameReader(MAX_FRAME);
  readonly #on: Events;
  #isClosed = false;

  constructor(number: number, { address, port }: Remote, on: Events) {
    this.number = number;
    this.#on = on;
    const socket = connect({ host: address, port, noDelay: true });
    this.#socket = socket;
    let reason = 'closed';
    socket.on('connect', () => {
      this.isConnected = true;
    });
    socket.on('data', (chunk) => this.#frames.push(chunk, (octets) => this.#answer(octets)));
    socket.on('error', (error) => {
      reason = reasonOf(error);
    });
    // A server that has closed its side takes no more questions.
    socket.on('end', () => this.#end(reason));
    socket.on('close', () => this.#end(reason));
  }

  get unsent(): number {
    return this.#socket.writableLength;
  }

  send(octets: Uint8Array, length: number): void {
    this.#socket.write(frame(octets, length));
  }

  close(): void {
    this.#isClosed = true;
    this.#socket.destroy();
  }

  #answer(octets: Buffer): void {
    if (!this.#isClosed) this.#on.answered(octets);
  }

  #end(reason: string): void {
    if (!this.#isClosed) this.#on.ended(reason, this.isConnected);
  }
}
