/** The connections of one thread to its upstreams, by TCP, TLS and HTTPS, polled with its sockets. */

import { now } from '../clock.ts';
import type { Upstream } from '../forward/upstream.ts';
import { errorName } from '../transport/batch-socket.ts';
import { type ChannelEnd, idOf, type Manner, NO_CHANNEL } from '../transport/channels.ts';
import type { Libc } from '../transport/libc.ts';
import { loadOpenSsl } from '../transport/openssl.ts';
import { RecentFault } from '../transport/recent-fault.ts';
import { type Stream, StreamPool } from '../transport/stream-pool.ts';
import { BatchStream, type PolledStream } from '../transport/tcp-batch-channel.ts';
import type { StreamState } from '../transport/tcp-batch-connection.ts';
import { TlsBatchStream } from '../transport/tls-batch-channel.ts';
import { PROTOCOLS, TLS_LIMITS } from '../transport/tls-dialects.ts';
import { TlsContext } from '../transport/tls-engine.ts';
import type {
  ChannelSecurity,
  SecuredPeer,
  TlsFault,
  TlsFaultReason,
} from '../transport/tls-fault.ts';
import { socketAddressOf } from './socket-address-of.ts';

export interface BatchStreamEvents {
  answered(upstream: number, channel: number, octets: Buffer, now: number): boolean;
  failed(upstream: number, channel: number, id: number, reason: string): void;
  secured(upstream: number, peer: SecuredPeer): void;
  unsecured(upstream: number, reason: TlsFaultReason): void;
  ended(upstream: number, channel: number, end: ChannelEnd): void;
}

/** A connection that is polled. */
interface Polled {
  readonly upstream: number;
  readonly stream: PolledStream;
  /** What it was last polled for. */
  events: number;
  isClosed: boolean;
}

interface Pooled {
  readonly security: ChannelSecurity | undefined;
  readonly pool: StreamPool<PolledStream & Stream>;
  readonly context: TlsContext | undefined;
  readonly fault: RecentFault;
}

export class BatchStreams {
  /** Whether `descriptors` would return something else than the last time. */
  hasChanged = true;
  readonly #libc: Libc;
  readonly #events: BatchStreamEvents;
  readonly #createNumber: () => number;
  /** By the number of the upstream. */
  readonly #pools: (Pooled | undefined)[] = [];
  #streams: Polled[] = [];
  /** What is being polled, in the order of the descriptors. */
  #polled: readonly Polled[] = [];
  /** Those that have been given something to send in this turn. */
  #unflushed: PolledStream[] = [];

  constructor(libc: Libc, events: BatchStreamEvents, createNumber: () => number) {
    this.#libc = libc;
    this.#events = events;
    this.#createNumber = createNumber;
  }

  /** Throws a SystemError or a RecentFaultError when it cannot be connected to. */
  send(upstream: Upstream, octets: Uint8Array, length: number, manner: Manner): number {
    let pooled = this.#pools[upstream.index] ?? this.#createPool(upstream);
    if (pooled.security !== upstream.security) pooled = this.#replace(upstream, pooled);
    const stream = pooled.pool.pick(idOf(octets), manner, now());
    if (stream === undefined) return NO_CHANNEL;
    stream.send(octets, length);
    this.#unflushed.push(stream);
    return stream.number;
  }

  isStuck(upstream: number, channel: number, id: number, sentAt: number): boolean {
    return this.#pools[upstream]?.pool.isStuck(channel, id, sentAt) ?? false;
  }

  unanswered(upstream: number, channel: number, sentAt: number): boolean {
    return this.#pools[upstream]?.pool.unanswered(channel, sentAt, now()) ?? false;
  }

  isSecuring(upstream: number, channel: number): boolean {
    const stream = this.#pools[upstream]?.pool.find(channel);
    return stream instanceof TlsBatchStream && stream.isSecuring;
  }

  /** Sends what was put on its way in this turn. */
  flush(): void {
    if (this.#unflushed.length === 0) return;
    for (const stream of this.#unflushed) stream.flush();
    this.#unflushed.length = 0;
    this.#look();
  }

  /** What to poll, in the order in which `handle` takes it. */
  descriptors(): { fd: number; events: number }[] {
    this.hasChanged = false;
    this.#polled = [...this.#streams];
    return this.#polled.map((one) => {
      one.events = one.stream.events;
      return { fd: one.stream.fd, events: one.events };
    });
  }

  /** Takes what has come by now: `revents` is for the number of a descriptor. */
  handle(revents: (index: number) => number, time: number): void {
    for (let i = 0; i < this.#polled.length; i++) {
      const events = revents(i);
      if (events !== 0 && !this.#polled[i]!.isClosed) this.#receive(this.#polled[i]!, events, time);
    }
    this.#look();
  }

  /** Closes what is due. */
  tick(time: number): void {
    for (const one of this.#streams) {
      if (!(one.stream instanceof TlsBatchStream)) continue;
      const fault = one.stream.lateness(time);
      if (fault !== undefined) this.#end(one, fault);
    }
    for (const pooled of this.#pools) pooled?.pool.tick(time);
  }

  close(): void {
    for (const pooled of this.#pools) {
      pooled?.pool.close();
      pooled?.context?.close();
    }
  }

  #createPool(upstream: Upstream): Pooled {
    const { index, security } = upstream;
    const context = security && createContext(security);
    const limits = security && TLS_LIMITS;
    const fault = new RecentFault();
    const pool = new StreamPool((time) => {
      fault.check(time);
      return this.#open(upstream, context);
    }, limits);
    const pooled = { security, pool, context, fault };
    this.#pools[index] = pooled;
    return pooled;
  }

  #open(upstream: Upstream, context: TlsContext | undefined): PolledStream {
    const number = this.#createNumber();
    const closed = () => this.#remove(number);
    const stream = this.#connect(upstream, { number, closed }, context);
    this.#streams.push({ upstream: upstream.index, stream, events: 0, isClosed: false });
    this.hasChanged = true;
    return stream;
  }

  #connect(
    { index, endpoint, security }: Upstream,
    socket: { readonly number: number; readonly closed: () => void },
    context: TlsContext | undefined,
  ): PolledStream {
    const address = socketAddressOf(this.#libc, endpoint);
    if (context === undefined) return new BatchStream(this.#libc, socket, address);
    const remote = { ...endpoint, security: security! };
    return new TlsBatchStream(
      this.#libc,
      socket,
      { address, remote, context },
      {
        failed: (id, reason) => {
          this.#pools[index]!.pool.heard(socket.number, id, now());
          this.#events.failed(index, socket.number, id, reason);
        },
        secured: (peer) => {
          this.#pools[index]!.fault.secured();
          this.#events.secured(index, peer);
        },
        unsecured: (reason) => this.#events.unsecured(index, reason),
      },
    );
  }

  /** What was connected by another's word is over: what waits there is asked again. */
  #replace(upstream: Upstream, { pool, context }: Pooled): Pooled {
    const lost = pool.numbers;
    pool.close();
    context?.close();
    const replaced = this.#createPool(upstream);
    const end = { kind: 'closed', reason: 'closed', hasAnswered: true } as const;
    for (const number of lost) this.#events.ended(upstream.index, number, end);
    return replaced;
  }

  #remove(number: number): void {
    this.hasChanged = true;
    for (const one of this.#streams) if (one.stream.number === number) one.isClosed = true;
    this.#streams = this.#streams.filter(({ isClosed }) => !isClosed);
  }

  #receive(one: Polled, events: number, time: number): void {
    const { upstream, stream } = one;
    const { pool } = this.#pools[upstream]!;
    const state = stream.handle(events, (octets) => {
      if (one.isClosed) return;
      const wasAsked = pool.heard(stream.number, idOf(octets), time);
      const isSound = this.#events.answered(upstream, stream.number, octets, time);
      if ((isSound && wasAsked) || one.isClosed) return;
      const hasAnswered = pool.garbled(stream.number, wasAsked);
      const end = { kind: 'garbled', reason: 'garbled', hasAnswered } as const;
      this.#events.ended(upstream, stream.number, end);
    });
    if (state !== 'open' && !one.isClosed) this.#end(one, state);
  }

  #end({ upstream, stream }: Polled, state: StreamState | TlsFault): void {
    const { isConnected, number } = stream;
    const { pool, fault } = this.#pools[upstream]!;
    if (typeof state === 'object' && 'reason' in state) fault.failed(state, now());
    const hasAnswered = pool.ended(number, isConnected, now());
    const kind = isConnected ? 'closed' : 'failed';
    this.#events.ended(upstream, number, { kind, reason: reasonOf(state), hasAnswered });
  }

  /** Whether one is to be polled for something else. */
  #look(): void {
    for (const { stream, events } of this.#streams) {
      if (stream.events !== events) this.hasChanged = true;
    }
  }
}

function reasonOf(state: StreamState | TlsFault): string {
  if (typeof state !== 'object') return 'closed';
  return 'errno' in state ? errorName(state.errno) : state.evidence;
}

function createContext(security: ChannelSecurity): TlsContext {
  const openSsl = loadOpenSsl();
  if (typeof openSsl === 'string') throw new Error(openSsl);
  return new TlsContext(openSsl, security, PROTOCOLS[security.protocol]);
}
