/** One upstream server, whatever groups it is in, and how it has been answering. */

import { formatServer } from '../config/server-text.ts';
import type { Endpoint } from '../net/address.ts';
import type { Answer } from '../wire/answer.ts';
import type { Query } from '../wire/query.ts';
import { Conduct } from './conduct.ts';
import { Loops } from './loops.ts';

/** How long a server that failed is asked last. */
const DOWN_MS = 5000;
/** A new measurement's share of the smoothed round-trip time (RFC 6298 section 2). */
const SMOOTHING = 1 / 8;

export interface ServerAddress {
  readonly transport: 'udp' | 'tcp';
  readonly endpoint: Endpoint;
}

export class Server implements ServerAddress {
  /** Its number for as long as the program runs. */
  readonly index: number;
  /** How records and metrics call it. */
  readonly name: string;
  readonly transport: 'udp' | 'tcp';
  readonly endpoint: Endpoint;
  /** Where it is noted that it leads back to this program. */
  readonly loops: Loops;
  /** Smoothed round-trip time in milliseconds; 0 before the first answer. */
  rttMs = 0;
  /** What it has done lately; undefined before it has done anything. */
  conduct: Conduct | undefined;
  #downUntil = 0;

  constructor(index: number, { transport, endpoint }: ServerAddress, loops: Loops = new Loops()) {
    this.index = index;
    this.transport = transport;
    this.endpoint = endpoint;
    this.loops = loops;
    this.name = formatServer(transport, endpoint);
  }

  /** It leads back to this program. */
  get isLoop(): boolean {
    return this.loops.has(this.index);
  }

  set isLoop(isLoop: boolean) {
    this.loops.set(this.index, isLoop);
  }

  isUp(now: number): boolean {
    return now >= this.#downUntil && !this.isLoop;
  }

  /** It answered, with whatever rcode. */
  answered(rttMs: number): void {
    this.#downUntil = 0;
    this.rttMs = this.rttMs === 0 ? rttMs : this.rttMs + SMOOTHING * (rttMs - this.rttMs);
  }

  /** It answered this question: what it said is remembered for a while. */
  note(query: Query, answer: Answer, rttMs: number, now: number): void {
    this.conduct ??= new Conduct();
    this.conduct.note(query, answer, rttMs, now);
  }

  /** It did not answer: others are asked first for a while, and the fastest are others. */
  failed(now: number, timeoutMs: number): void {
    this.#downUntil = now + DOWN_MS;
    this.rttMs = Math.max(this.rttMs, timeoutMs);
  }

  /** Others were asked in its place: let its time decay, so that it is tried again one day. */
  passedOver(): void {
    this.rttMs *= 0.98;
  }
}

/** All servers that were ever named; a server keeps its number over reloads. */
export class ServerTable {
  readonly servers: Server[] = [];
  readonly loops: Loops;

  /** `loops` is shared with the tables of other threads. */
  constructor(loops: Loops = new Loops()) {
    this.loops = loops;
  }

  /** What another thread's table is seeded with. */
  get addresses(): ServerAddress[] {
    return this.servers.map(({ transport, endpoint }) => ({ transport, endpoint }));
  }

  /** Gives the servers of another thread's table the numbers that they have there. */
  seed(servers: readonly ServerAddress[]): void {
    for (const { transport, endpoint } of servers) this.get(transport, endpoint);
  }

  get(transport: 'udp' | 'tcp', endpoint: Endpoint): Server {
    const name = formatServer(transport, endpoint);
    const known = this.servers.find((server) => server.name === name);
    if (known !== undefined) return known;
    const server = new Server(this.servers.length, { transport, endpoint }, this.loops);
    this.servers.push(server);
    return server;
  }
}
