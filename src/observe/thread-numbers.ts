/** What one thread lets the others see, in shared memory: counts, gauges, recent decisions. */

import { type Announcement, CellStore } from './cells.ts';
import type { DecisionLog } from './decision-log.ts';
import { FrameQueue } from './frame-queue.ts';
import { RecentDecisions } from './recent.ts';
import { Statistics } from './statistics.ts';

/** Positions of the gauges. */
export const Gauge = {
  IN_FLIGHT: 0,
  CACHE_HITS: 1,
  CACHE_MISSES: 2,
  CACHE_EVICTIONS: 3,
  CACHE_ENTRIES: 4,
  LOG_RECORDS: 5,
  LOG_BYTES: 6,
  LOG_ERRORS: 7,
  RECEIVE_DROPS: 8,
  SEND_DROPS: 9,
} as const;
export type Gauge = (typeof Gauge)[keyof typeof Gauge];

/** What is counted of an answer cache. */
interface CacheCounts {
  readonly hits: number;
  readonly misses: number;
  readonly evictions: number;
  readonly size: number;
}

/** An upstream, by its number. */
interface NumberedUpstream {
  readonly index: number;
}

/** The same with the transport that it is configured with: one of `tcp` is asked by nothing else. */
interface ConfiguredUpstream extends NumberedUpstream {
  readonly transport: 'udp' | 'tcp';
}

/** How one thread finds an upstream; `rttMs` is 0 before it has asked. */
interface MeasuredUpstream {
  readonly transport: 'udp' | 'tcp';
  readonly health: Readonly<
    Record<'udp' | 'tcp', { readonly isDown: boolean; heardAt: number; downAt: number }>
  >;
  readonly refusals: { readonly isRefusing: boolean };
  readonly isLoop: boolean;
  readonly rttMs: number;
}

/** What a thread has found of an upstream, as the bits of a gauge. */
const UDP_DOWN = 1;
const TCP_DOWN = 2;
/** It has answered by TCP since it was found to be down by UDP. */
const TCP_HEARD = 4;
/** It refuses whatever it is asked, or leads back here. */
const USELESS = 8;

function stateOf({ health: { udp, tcp }, refusals, isLoop }: MeasuredUpstream): number {
  const isHeard = !tcp.isDown && tcp.heardAt > udp.downAt;
  return (
    (udp.isDown ? UDP_DOWN : 0) |
    (tcp.isDown ? TCP_DOWN : 0) |
    (isHeard ? TCP_HEARD : 0) |
    (refusals.isRefusing || isLoop ? USELESS : 0)
  );
}

const GAUGES = 16;
/** Upstreams whose state is kept, by their numbers. */
export const MAX_UPSTREAMS = 512;

/** Datagrams lost between the kernel and a thread. */
export interface Losses {
  readonly receive: number;
  readonly send: number;
}

const NO_LOSSES = { losses: { receive: 0, send: 0 } };

/** The memory itself: what a thread is given when it starts. */
export interface SharedNumbers {
  readonly cells: SharedArrayBuffer;
  readonly gauges: SharedArrayBuffer;
  readonly recent: SharedArrayBuffer;
  /** Records on their way to sinks. */
  readonly syslog: SharedArrayBuffer;
  readonly dnstap: SharedArrayBuffer;
  readonly shipped: SharedArrayBuffer;
}

export class ThreadNumbers {
  readonly statistics: Statistics;
  readonly recent: RecentDecisions;
  readonly gauges: Float64Array;
  readonly syslog: FrameQueue;
  readonly dnstap: FrameQueue;
  readonly shipped: FrameQueue;
  readonly #store: CellStore;

  /** New numbers, or those of another thread. */
  constructor(shared?: SharedNumbers) {
    this.#store = new CellStore(shared?.cells);
    this.statistics = new Statistics(this.#store);
    this.recent = new RecentDecisions(shared?.recent);
    this.syslog = new FrameQueue(shared?.syslog);
    this.dnstap = new FrameQueue(shared?.dnstap);
    this.shipped = new FrameQueue(shared?.shipped);
    const length = (GAUGES + 2 * MAX_UPSTREAMS) * 8;
    this.gauges = new Float64Array(shared?.gauges ?? new SharedArrayBuffer(length));
  }

  get shared(): SharedNumbers {
    return {
      cells: this.#store.buffer,
      gauges: this.gauges.buffer as SharedArrayBuffer,
      recent: this.recent.buffer,
      syslog: this.syslog.buffer,
      dnstap: this.dnstap.buffer,
      shipped: this.shipped.buffer,
    };
  }

  /** Calls `announce` for each series that this thread begins to count. */
  set announce(announce: (announcement: Announcement) => void) {
    this.#store.announce = announce;
  }

  /** Writes the present state. */
  update(
    state: { readonly inFlight: number; readonly cache: CacheCounts; readonly log: DecisionLog },
    upstreams: readonly MeasuredUpstream[],
    { losses }: { readonly losses: Losses } = NO_LOSSES,
  ): void {
    const { gauges } = this;
    gauges[Gauge.IN_FLIGHT] = state.inFlight;
    gauges[Gauge.CACHE_HITS] = state.cache.hits;
    gauges[Gauge.CACHE_MISSES] = state.cache.misses;
    gauges[Gauge.CACHE_EVICTIONS] = state.cache.evictions;
    gauges[Gauge.CACHE_ENTRIES] = state.cache.size;
    gauges[Gauge.LOG_RECORDS] = state.log.records;
    gauges[Gauge.LOG_BYTES] = state.log.bytes;
    gauges[Gauge.LOG_ERRORS] = state.log.errors;
    gauges[Gauge.RECEIVE_DROPS] = losses.receive;
    gauges[Gauge.SEND_DROPS] = losses.send;
    for (let i = 0; i < upstreams.length && i < MAX_UPSTREAMS; i++) {
      gauges[GAUGES + i] = stateOf(upstreams[i]!);
      gauges[GAUGES + MAX_UPSTREAMS + i] = upstreams[i]!.rttMs;
    }
  }

  readonly stateOf = ({ index }: NumberedUpstream): number => this.gauges[GAUGES + index] ?? 0;

  /** Smoothed round-trip time in milliseconds; 0 for a server that the thread has not asked. */
  readonly rttMs = ({ index }: NumberedUpstream): number =>
    this.gauges[GAUGES + MAX_UPSTREAMS + index] ?? 0;

  /** The thread has ended: what it had in hand is gone, what it has counted stays. */
  retire(): void {
    this.gauges[Gauge.IN_FLIGHT] = 0;
    this.gauges[Gauge.CACHE_ENTRIES] = 0;
    this.gauges.fill(0, GAUGES);
  }
}

/** An upstream is up when it answers by any transport, as far as the threads have found. */
export function isUp(threads: readonly ThreadNumbers[], upstream: ConfiguredUpstream): boolean {
  const found = findings(threads, upstream);
  if ((found & USELESS) !== 0) return false;
  const own = upstream.transport === 'udp' ? UDP_DOWN : TCP_DOWN;
  return (found & own) === 0 || (found & (TCP_HEARD | TCP_DOWN)) === TCP_HEARD;
}

/** Whether no thread has found that the upstream does not answer by the transport. */
export function isUpBy(
  threads: readonly ThreadNumbers[],
  upstream: NumberedUpstream,
  transport: 'udp' | 'tcp',
): boolean {
  return (findings(threads, upstream) & (transport === 'udp' ? UDP_DOWN : TCP_DOWN)) === 0;
}

/** What any of the threads has found. */
function findings(threads: readonly ThreadNumbers[], upstream: NumberedUpstream): number {
  return threads.reduce((found, { stateOf }) => found | stateOf(upstream), 0);
}

/** The mean round-trip time in milliseconds over the threads that have asked the upstream. */
export function meanRttMs(threads: readonly ThreadNumbers[], upstream: NumberedUpstream): number {
  const times = threads.map(({ rttMs }) => rttMs(upstream)).filter((time) => time > 0);
  return times.length === 0 ? 0 : times.reduce((sum, time) => sum + time) / times.length;
}
