/** All sockets of one thread to its upstreams, polled together. */

import { now } from '../clock.ts';
import { random16 } from '../forward/random.ts';
import type { Upstream } from '../forward/upstream.ts';
import { errorName, SystemError } from '../transport/batch-socket.ts';
import { type ChannelEnd, idOf, type Manner } from '../transport/channels.ts';
import type { Libc, Memory } from '../transport/libc.ts';
import { ECONNREFUSED, POLLIN, revents } from '../transport/libc.ts';
import { PortPool } from '../transport/port-pool.ts';
import { ReceiveBatch } from '../transport/receive-batch.ts';
import { StreamPool } from '../transport/stream-pool.ts';
import { BatchStream } from '../transport/tcp-batch-channel.ts';
import { BATCH } from '../transport/udp-batch.ts';
import { BatchChannel } from '../transport/udp-batch-channel.ts';
import { BUFFER_LENGTH } from '../wire/header.ts';
import type { Transport } from '../wire/query.ts';
import { socketAddressOf } from './socket-address-of.ts';

/** What `send` returns when there is no channel: no answer will come by it. */
const NO_CHANNEL = 0;

export interface BatchChannelEvents {
  /**
   * `now` is when it was found to have come, with others. Returns whether it fits what was
   * asked: by a connection nothing does that comes after what does not.
   */
  answered(
    upstream: number,
    channel: number,
    octets: Uint8Array,
    length: number,
    now: number,
  ): boolean;
  ended(upstream: number, channel: number, end: ChannelEnd): void;
}

/** A socket that is polled. */
interface Polled<C> {
  readonly upstream: number;
  readonly channel: C;
  isClosed: boolean;
}

interface Ended {
  readonly upstream: number;
  readonly channel: number;
  readonly end: ChannelEnd;
}

export class BatchChannels {
  /** Whether `descriptors` would return something else than the last time. */
  hasChanged = true;
  readonly #libc: Libc;
  readonly #events: BatchChannelEvents;
  readonly #incoming: ReceiveBatch;
  readonly #buffer: Uint8Array = new Uint8Array(BUFFER_LENGTH);
  /** By the number of the upstream. */
  readonly #ports: (PortPool<BatchChannel> | undefined)[] = [];
  readonly #streams: (StreamPool<BatchStream> | undefined)[] = [];
  #udp: Polled<BatchChannel>[] = [];
  #tcp: Polled<BatchStream>[] = [];
  /** What is being polled, in the order of the descriptors. */
  #polled: { udp: readonly Polled<BatchChannel>[]; tcp: readonly Polled<BatchStream>[] } = {
    udp: [],
    tcp: [],
  };
  /** Those that could not be opened, or not be sent by, and that have not been reported. */
  #ended: Ended[] = [];
  #count = 0;
  /** The port that the queries of this turn leave by: one of many, drawn anew each turn. */
  #turn = random16();

  constructor(libc: Libc, events: BatchChannelEvents) {
    this.#libc = libc;
    this.#events = events;
    this.#incoming = new ReceiveBatch(libc, {
      count: BATCH,
      size: BUFFER_LENGTH,
      nameLength: 0,
      controlLength: 0,
    });
  }

  send(
    upstream: Upstream,
    octets: Uint8Array,
    length: number,
    transport: Transport,
    manner: Manner = 'usual',
  ): number {
    try {
      if (transport === 'tcp') return this.#sendByTcp(upstream, octets, length, manner);
      return this.#sendByUdp(upstream, octets, length, manner);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      const channel = transport === 'tcp' ? -++this.#count : ++this.#count;
      const end = { kind: 'failed', reason: error.code, hasAnswered: false } as const;
      this.#ended.push({ upstream: upstream.index, channel, end });
      return channel;
    }
  }

  #sendByUdp(upstream: Upstream, octets: Uint8Array, length: number, manner: Manner): number {
    const pool = this.#ports[upstream.index] ?? this.#createPorts(upstream);
    const open = manner === 'usual' ? pool.open(this.#turn) : undefined;
    const port = open ?? pool.fresh(this.#turn, now());
    port.send(octets, length);
    return port.number;
  }

  #createPorts(upstream: Upstream): PortPool<BatchChannel> {
    const pool = new PortPool((openedAt) => {
      const number = ++this.#count;
      const closed = () => {
        this.#udp = this.#without(this.#udp, number);
      };
      const socket = { number, openedAt, closed };
      const address = socketAddressOf(this.#libc, upstream.endpoint);
      const channel = new BatchChannel(this.#libc, socket, address, this.#incoming);
      this.#udp.push({ upstream: upstream.index, channel, isClosed: false });
      this.hasChanged = true;
      return channel;
    });
    this.#ports[upstream.index] = pool;
    return pool;
  }

  #sendByTcp(upstream: Upstream, octets: Uint8Array, length: number, manner: Manner): number {
    const pool = this.#streams[upstream.index] ?? this.#createStreams(upstream);
    const stream = pool.pick(idOf(octets), manner, now());
    if (stream === undefined) return NO_CHANNEL;
    stream.send(octets, length);
    this.hasChanged = true;
    return stream.number;
  }

  #createStreams(upstream: Upstream): StreamPool<BatchStream> {
    const pool = new StreamPool(() => {
      const number = -++this.#count;
      const closed = () => {
        this.#tcp = this.#without(this.#tcp, number);
      };
      const address = socketAddressOf(this.#libc, upstream.endpoint);
      const channel = new BatchStream(this.#libc, { number, closed }, address);
      this.#tcp.push({ upstream: upstream.index, channel, isClosed: false });
      return channel;
    });
    this.#streams[upstream.index] = pool;
    return pool;
  }

  #without<C extends { readonly number: number }>(all: Polled<C>[], number: number): Polled<C>[] {
    this.hasChanged = true;
    for (const one of all) if (one.channel.number === number) one.isClosed = true;
    return all.filter(({ isClosed }) => !isClosed);
  }

  isStuck({ index }: Upstream, channel: number, id: number, sentAt: number): boolean {
    if (channel >= 0) return this.#ports[index]?.isStuck(channel, sentAt) ?? false;
    return this.#streams[index]?.isStuck(channel, id, sentAt) ?? false;
  }

  isOutlived({ index }: Upstream, channel: number, sentAt: number): boolean {
    return channel >= 0 && (this.#ports[index]?.isOutlived(channel, sentAt) ?? false);
  }

  unanswered({ index }: Upstream, channel: number, sentAt: number): boolean {
    const pool = channel < 0 ? this.#streams[index] : this.#ports[index];
    return pool?.unanswered(channel, sentAt, now()) ?? false;
  }

  /** Sends what has been put on its way in this turn. Returns whether a channel has failed. */
  flush(): boolean {
    for (const { upstream, channel } of this.#udp) {
      const errno = channel.flush();
      if (errno !== 0) this.#cannotSend(upstream, channel, errno);
    }
    this.#turn = random16();
    if (this.#ended.length === 0) return false;
    const ended = this.#ended;
    this.#ended = [];
    for (const { upstream, channel, end } of ended) this.#events.ended(upstream, channel, end);
    return true;
  }

  /** An ICMP error may be reported to whoever sends next; any other is of the socket itself. */
  #cannotSend(upstream: number, channel: BatchChannel, errno: number): void {
    const isRefused = errno === ECONNREFUSED;
    const hasAnswered = channel.heardAt > channel.openedAt;
    const kind = isRefused ? 'failed' : 'unsent';
    const end = { kind, reason: errorName(errno), hasAnswered } as const;
    this.#ended.push({ upstream, channel: channel.number, end });
    if (!isRefused) this.#ports[upstream]!.unsent(channel, now());
  }

  /** What to poll, in the order in which `handle` takes it. */
  descriptors(): { fd: number; events: number }[] {
    this.hasChanged = false;
    this.#polled = { udp: [...this.#udp], tcp: [...this.#tcp] };
    return [
      ...this.#udp.map(({ channel }) => ({ fd: channel.fd, events: POLLIN })),
      ...this.#tcp.map(({ channel }) => ({ fd: channel.fd, events: channel.events })),
    ];
  }

  /** Takes what has come, as the descriptors from number `first` on show. */
  handle(descriptors: Memory, first: number): void {
    const { udp, tcp } = this.#polled;
    // One time for all of them: a look at the clock costs as much as a part of an answer.
    const time = now();
    for (let i = 0; i < udp.length; i++) {
      if (revents(descriptors, first + i) === 0 || udp[i]!.isClosed) continue;
      this.#receiveUdp(udp[i]!, time);
    }
    for (let i = 0; i < tcp.length; i++) {
      const events = revents(descriptors, first + udp.length + i);
      if (events !== 0 && !tcp[i]!.isClosed) this.#receiveTcp(tcp[i]!, events, time);
    }
  }

  #receiveUdp({ upstream, channel }: Polled<BatchChannel>, time: number): void {
    let count: number;
    do {
      count = channel.receive(time, (octets, length) =>
        this.#events.answered(upstream, channel.number, octets, length, time),
      );
    } while (count === BATCH);
    if (count >= 0) return;
    const hasAnswered = channel.heardAt > channel.openedAt;
    const end = { kind: 'failed', reason: errorName(-count), hasAnswered } as const;
    this.#events.ended(upstream, channel.number, end);
  }

  #receiveTcp(entry: Polled<BatchStream>, events: number, time: number): void {
    const { upstream, channel } = entry;
    const pool = this.#streams[upstream]!;
    const { number } = channel;
    const state = channel.handle(events, (octets) => {
      if (entry.isClosed) return;
      const wasAsked = pool.heard(number, idOf(octets), time);
      // Whoever takes it makes it a reply in place, which takes room.
      this.#buffer.set(octets);
      const isSound = this.#events.answered(upstream, number, this.#buffer, octets.length, time);
      if ((isSound && wasAsked) || entry.isClosed) return;
      const hasAnswered = pool.garbled(number, wasAsked);
      this.#events.ended(upstream, number, { kind: 'garbled', reason: 'garbled', hasAnswered });
    });
    this.hasChanged = true;
    if (state === 'open' || entry.isClosed) return;
    const reason = state === 'closed' ? 'closed' : errorName(state.errno);
    const hasAnswered = pool.ended(channel.number, channel.isConnected, time);
    const kind = channel.isConnected ? 'closed' : 'failed';
    this.#events.ended(upstream, channel.number, { kind, reason, hasAnswered });
  }

  /** Replaces and closes what is due. */
  tick(time: number): void {
    for (const pool of this.#ports) pool?.tick(time);
    for (const pool of this.#streams) pool?.tick(time);
  }

  close(): void {
    for (const pool of this.#ports) pool?.close();
    for (const pool of this.#streams) pool?.close();
  }
}
