/** All sockets of one thread to its upstreams: UDP by several random ports, TCP by one connection. */

import { now } from '../clock.ts';
import { random16 } from '../forward/random.ts';
import type { Upstream } from '../forward/upstream.ts';
import { parseAddress } from '../net/address.ts';
import { errorName, SystemError } from '../transport/batch-socket.ts';
import type { Libc, Memory } from '../transport/libc.ts';
import { POLLIN, revents } from '../transport/libc.ts';
import { ReceiveBatch } from '../transport/receive-batch.ts';
import type { SocketAddress } from '../transport/socket-address.ts';
import { BatchStream } from '../transport/tcp-batch-channel.ts';
import { BATCH, DATAGRAM } from '../transport/udp-batch.ts';
import { BatchChannel } from '../transport/udp-batch-channel.ts';
import type { Transport } from '../wire/query.ts';

/** UDP ports open to one server at a time. */
const PORTS = 16;
/** Queries that leave by one port before it is given up for another (RFC 5452 section 9.2). */
const QUERIES_PER_PORT = 20_000;
/** Milliseconds for which a port that was given up still takes answers. */
const LINGER_MS = 15_000;
/** What `send` returns when there is no channel: no answer will come by it. */
const NO_CHANNEL = 0;

export interface BatchChannelEvents {
  answered(upstream: number, channel: number, octets: Uint8Array, length: number): void;
  failed(upstream: number, channel: number, reason: string | undefined): void;
}

interface UdpEntry {
  readonly upstream: number;
  readonly channel: BatchChannel;
  closeAt: number;
}

interface TcpEntry {
  readonly upstream: number;
  readonly stream: BatchStream;
}

export class BatchChannels {
  /** Whether `descriptors` would say something else than the last time. */
  hasChanged = true;
  readonly #libc: Libc;
  readonly #events: BatchChannelEvents;
  readonly #incoming: ReceiveBatch;
  readonly #buffer: Uint8Array = new Uint8Array(0x10000);
  readonly #pools: Map<Upstream, (UdpEntry | undefined)[]> = new Map();
  readonly #streams: Map<Upstream, TcpEntry> = new Map();
  #udp: UdpEntry[] = [];
  #tcp: TcpEntry[] = [];
  #count = 0;
  /** The port that the queries of this turn leave by: one of many, drawn anew each turn. */
  #turn = random16();

  constructor(libc: Libc, events: BatchChannelEvents) {
    this.#libc = libc;
    this.#events = events;
    this.#incoming = new ReceiveBatch(libc, {
      count: BATCH,
      size: DATAGRAM,
      nameLength: 0,
      controlLength: 0,
    });
  }

  send(upstream: Upstream, octets: Uint8Array, length: number, transport: Transport): number {
    try {
      if (transport === 'tcp') return this.#sendByTcp(upstream, octets, length);
      return this.#sendByUdp(upstream, octets, length);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      // As good as lost: the timeout finds the next server.
      return NO_CHANNEL;
    }
  }

  #sendByUdp(upstream: Upstream, octets: Uint8Array, length: number): number {
    let pool = this.#pools.get(upstream);
    if (pool === undefined) {
      pool = new Array(PORTS).fill(undefined);
      this.#pools.set(upstream, pool);
    }
    const position = this.#turn % PORTS;
    const entry = pool[position] ?? this.#openUdp(upstream);
    pool[position] = entry;
    entry.channel.send(octets, length);
    if (entry.channel.sent >= QUERIES_PER_PORT) {
      entry.closeAt = now() + LINGER_MS;
      pool[position] = undefined;
    }
    return entry.channel.number;
  }

  #openUdp(upstream: Upstream): UdpEntry {
    const address = socketAddress(upstream);
    const channel = new BatchChannel(this.#libc, ++this.#count, address, this.#incoming);
    const entry = { upstream: upstream.index, channel, closeAt: Number.POSITIVE_INFINITY };
    this.#udp.push(entry);
    this.hasChanged = true;
    return entry;
  }

  #sendByTcp(upstream: Upstream, octets: Uint8Array, length: number): number {
    let entry = this.#streams.get(upstream);
    if (entry === undefined) {
      const stream = new BatchStream(this.#libc, -++this.#count, socketAddress(upstream));
      entry = { upstream: upstream.index, stream };
      this.#streams.set(upstream, entry);
      this.#tcp.push(entry);
    }
    entry.stream.send(octets, length);
    this.hasChanged = true;
    return entry.stream.number;
  }

  /** Sends what has been put on its way in this turn. */
  flush(): void {
    for (const { channel } of this.#udp) channel.flush();
    this.#turn = random16();
  }

  /** What to poll, in the order in which `handle` takes it. */
  descriptors(): { fd: number; events: number }[] {
    this.#closeUsedUp();
    this.hasChanged = false;
    return [
      ...this.#udp.map(({ channel }) => ({ fd: channel.fd, events: POLLIN })),
      ...this.#tcp.map(({ stream }) => ({ fd: stream.fd, events: stream.events })),
    ];
  }

  /** Takes what has come, as the descriptors from number `first` on tell. */
  handle(descriptors: Memory, first: number): void {
    const udp = this.#udp;
    const tcp = this.#tcp;
    for (let i = 0; i < udp.length; i++) {
      if (revents(descriptors, first + i) !== 0) this.#receiveUdp(udp[i]!);
    }
    for (let i = 0; i < tcp.length; i++) {
      const events = revents(descriptors, first + udp.length + i);
      if (events !== 0) this.#receiveTcp(tcp[i]!, events);
    }
  }

  #receiveUdp({ upstream, channel }: UdpEntry): void {
    let count: number;
    do {
      count = channel.receive((octets, length) =>
        this.#events.answered(upstream, channel.number, octets, length),
      );
    } while (count === BATCH);
    if (count < 0) this.#events.failed(upstream, channel.number, errorName(-count));
  }

  #receiveTcp(entry: TcpEntry, events: number): void {
    const { upstream, stream } = entry;
    const state = stream.handle(events, (octets) => {
      // Whoever takes it makes it a reply in place, which takes room.
      this.#buffer.set(octets);
      this.#events.answered(upstream, stream.number, this.#buffer, octets.length);
    });
    this.hasChanged = true;
    if (state === 'open') return;
    stream.close();
    this.#tcp = this.#tcp.filter((one) => one !== entry);
    for (const [key, one] of this.#streams) if (one === entry) this.#streams.delete(key);
    this.#events.failed(
      upstream,
      stream.number,
      state === 'closed' ? undefined : errorName(state.errno),
    );
  }

  #closeUsedUp(): void {
    const time = now();
    const used = this.#udp.filter(({ closeAt }) => closeAt <= time);
    for (const { channel } of used) channel.close();
    if (used.length > 0) this.#udp = this.#udp.filter(({ closeAt }) => closeAt > time);
  }

  close(): void {
    for (const { channel } of this.#udp) channel.close();
    for (const { stream } of this.#tcp) stream.close();
  }
}

function socketAddress({ endpoint }: Upstream): SocketAddress {
  const [address = '', zone = ''] = endpoint.address.split('%');
  const { family, words } = parseAddress(address)!;
  return { family, words, port: endpoint.port, scope: Number(zone) || 0 };
}
