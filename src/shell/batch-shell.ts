/**
 * The engine's shell over batched system calls: a thread that blocks in poll on its sockets,
 * takes datagrams many at a time, writes the records of all of them, and then sends the replies.
 */

import { now } from '../clock.ts';
import type { ListenAddress } from '../config/listen.ts';
import type { Engine, Outbox } from '../engine/engine.ts';
import type { Upstream } from '../forward/upstream.ts';
import { SystemError } from '../transport/batch-socket.ts';
import { UPKEEP_MS } from '../transport/channel-limits.ts';
import {
  allocate,
  type Libc,
  type Memory,
  POLLFD_LENGTH,
  POLLIN,
  revents,
} from '../transport/libc.ts';
import { steerByName } from '../transport/steering.ts';
import { BATCH, BatchListener } from '../transport/udp-batch.ts';
import type { Query } from '../wire/query.ts';
import { BatchChannels } from './batch-channels.ts';
import { ProxyGate } from './proxy-gate.ts';
import { socketAddressOf } from './socket-address-of.ts';

/** Milliseconds between two looks at what has timed out, while something may. */
const TICK_MS = 10;
/** Milliseconds to sleep at most. */
const IDLE_MS = 1000;
/** Batches of one listener before the others get their turn. */
const TURNS = 4;
/**
 * When a turn has brought so many datagrams, the next are let come together for some microseconds,
 * to which the kernel adds its timer slack of 50: batches are fuller, and each costs less.
 */
const GATHER_FROM = 16;
const GATHER_US = 20;
/** How often a listener that is left gets its turn: as many datagrams as the kernel may hold. */
const LAST_ROUNDS = 64;

export class BatchShell implements Outbox {
  readonly #libc: Libc;
  readonly #listeners: BatchListener[] = [];
  /** For each listener; undefined for one that is not behind proxies. */
  readonly #gates: (ProxyGate | undefined)[] = [];
  readonly channels: BatchChannels;
  readonly #flushRecords: () => void;
  readonly #wakeFd: number;
  readonly #wakeValue: Memory = allocate(8);
  #descriptors: Memory = allocate(0);
  #engine: Engine | undefined;
  #isAccepting = true;
  #isRunning = true;
  /** Something has happened since `turned` was called. */
  #hasNews = false;
  /** Datagrams of clients in this turn. */
  #received = 0;

  /** `wakeFd` is an eventfd: whoever writes to it makes `run` call `woken`. */
  constructor(
    libc: Libc,
    {
      upstreams,
      flushRecords,
      wakeFd,
    }: {
      readonly upstreams: readonly Upstream[];
      readonly flushRecords: () => void;
      readonly wakeFd: number;
    },
  ) {
    this.#libc = libc;
    this.#flushRecords = flushRecords;
    this.#wakeFd = wakeFd;
    this.channels = new BatchChannels(libc, {
      answered: (upstream, channel, octets, length, time) => {
        return this.#engine!.response(
          octets,
          length,
          { upstream: upstreams[upstream]!, channel },
          time,
        );
      },
      ended: (upstream, channel, end) => {
        this.#engine!.channelEnded(upstreams[upstream]!, channel, end, now());
      },
    });
  }

  /**
   * Opens a socket for an address, which `threads` share, and before them `others` of another
   * process. Throws a SystemError.
   */
  listen({ address, port, proxies }: ListenAddress, threads: number, others: number): void {
    const listener = new BatchListener(this.#libc, socketAddressOf(this.#libc, { address, port }));
    this.#gates.push(proxies === undefined ? undefined : new ProxyGate(proxies));
    this.#listeners.push(listener);
    this.steer(this.#listeners.length - 1, threads, others);
  }

  /** Has the kernel send the datagrams of a listener's address to the `threads` of this process. */
  steer(listener: number, threads: number, others: number): void {
    try {
      steerByName(this.#libc, this.#listeners[listener]!.fd, threads, others);
    } catch (error) {
      // A sandbox may forbid it; the kernel then spreads clients over the threads by itself.
      if (!(error instanceof SystemError)) throw error;
    }
  }

  /**
   * Serves until `stop`. `woken` is called when somebody has written to the eventfd, `turned`
   * now and then, and after each sleep.
   */
  run(engine: Engine, on: { woken(): void; turned(time: number): void }): void {
    this.#engine = engine;
    let lastTick = 0;
    let lastUpkeep = 0;
    while (this.#isRunning) {
      // A thread that is about to stop does not sleep, nor one that has something to report.
      const isBusy = engine.inFlight > 0 || !this.#isAccepting || this.#hasNews;
      this.#poll(isBusy ? TICK_MS : IDLE_MS, on.woken);
      const time = now();
      const isDue = time - lastTick >= TICK_MS;
      if (isDue) engine.tick(time);
      if (time - lastUpkeep >= UPKEEP_MS) {
        this.channels.tick(time);
        lastUpkeep = time;
      }
      this.#deliver();
      if (this.#received >= GATHER_FROM && this.#received < BATCH) this.#libc.usleep(GATHER_US);
      if (!isDue) continue;
      on.turned(time);
      this.#hasNews = false;
      lastTick = time;
    }
    // What was replied when it was stopped.
    this.#deliver();
  }

  /** Takes no more queries than those that have come. */
  refuseNew(): void {
    for (const listener of this.#listeners) listener.leave();
    for (let i = 0; i < this.#listeners.length; i++) {
      for (let round = 0; round < LAST_ROUNDS && this.#receive(i); round++);
    }
    this.#isAccepting = false;
  }

  /** Makes `run` return. */
  stop(): void {
    this.#isRunning = false;
  }

  close(): void {
    for (const listener of this.#listeners) listener.close();
    this.channels.close();
  }

  /** Datagrams that the kernel had no room for, and replies that it did not take. */
  get losses(): { readonly receive: number; readonly send: number } {
    let receive = 0;
    let send = 0;
    for (const listener of this.#listeners) {
      receive += listener.overflowed;
      send += listener.lost;
    }
    return { receive, send };
  }

  reply(query: Query, octets: Uint8Array, length: number): void {
    this.#listeners[query.listener]!.send(query.sender, query, octets, length);
  }

  /** Transfers in several messages are for TCP clients, whom this shell does not serve. */
  more(query: Query, octets: Uint8Array, length: number): void {
    this.reply(query, octets, length);
  }

  drop(): void {}

  end(): void {}

  #poll(milliseconds: number, onWake: () => void): void {
    this.#received = 0;
    const descriptors = this.#pollDescriptors();
    const count = descriptors.length / POLLFD_LENGTH;
    if (this.#libc.poll(descriptors, count, milliseconds) <= 0) return;
    this.#hasNews = true;
    const first = this.#listeners.length;
    if (revents(descriptors, first) !== 0) {
      this.#libc.read(this.#wakeFd, this.#wakeValue, this.#wakeValue.length);
      onWake();
    }
    this.channels.handle(descriptors, first + 1);
    if (!this.#isAccepting) return;
    for (let i = 0; i < first; i++) {
      if (revents(descriptors, i) !== 0) this.#receive(i);
    }
  }

  /** Takes some batches of a listener; returns whether there may be more. */
  #receive(index: number): boolean {
    const engine = this.#engine!;
    const listener = this.#listeners[index]!;
    const gate = this.#gates[index];
    const { query } = engine;
    query.transport = 'udp';
    query.connection = 0;
    for (let turn = 0; turn < TURNS; turn++) {
      const time = now();
      query.listener = index;
      const count = listener.receive(query, (octets, length) => {
        query.listener = index;
        query.isProxied = false;
        if (gate === undefined) engine.receive(octets, length, time);
        else this.#receiveBehind(gate, octets, length, time);
      });
      if (count > 0) this.#received += count;
      this.#deliver();
      if (!listener.isFull(count)) return false;
    }
    return true;
  }

  /** A datagram that has a header in front, or ought to. */
  #receiveBehind(gate: ProxyGate, octets: Uint8Array, length: number, time: number): void {
    const engine = this.#engine!;
    const start = gate.admit(engine.query, octets, length);
    if (typeof start === 'string') return engine.ignore(start);
    // Messages are answered where they stand, and that is at the beginning of their memory.
    octets.copyWithin(0, start, length);
    engine.receive(octets, length - start, time);
  }

  /** The records first, then the replies: whoever was refused has a record. */
  #deliver(): void {
    do {
      this.#flushRecords();
      for (const listener of this.#listeners) listener.flush();
      // A query that could not leave may be asked again at once, or answered.
    } while (this.channels.flush());
  }

  /** Listeners, the eventfd, channels; made anew only when the channels have changed. */
  #pollDescriptors(): Memory {
    if (this.#descriptors.length > 0 && !this.channels.hasChanged) return this.#descriptors;
    const fixed = [...this.#listeners.map(({ fd }) => fd), this.#wakeFd];
    const wanted = [...fixed.map((fd) => ({ fd, events: POLLIN })), ...this.channels.descriptors()];
    this.#descriptors = allocate(wanted.length * POLLFD_LENGTH);
    for (const [i, { fd, events }] of wanted.entries()) {
      this.#descriptors.writeInt32LE(fd, i * POLLFD_LENGTH);
      this.#descriptors.writeInt16LE(events, i * POLLFD_LENGTH + 4);
    }
    return this.#descriptors;
  }
}
