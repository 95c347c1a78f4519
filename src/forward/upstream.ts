/** One upstream server, whatever groups it is in, and how it has been answering. */

import { formatServer } from '../config/server-text.ts';
import type { AttemptCause } from '../decision/upstream-refusal.ts';
import type { Endpoint } from '../net/address.ts';
import type { Answer } from '../wire/answer.ts';
import type { Query, Transport } from '../wire/query.ts';
import { Opcode, Rcode } from '../wire/registry.ts';
import { CaseKeeping } from './case-keeping.ts';
import { Health } from './health.ts';
import { Loops } from './loops.ts';
import { Refusals } from './refusals.ts';
import { UpstreamHistory } from './upstream-history.ts';

/** A new measurement's share of the smoothed round-trip time (RFC 6298 section 2). */
const SMOOTHING = 1 / 8;
/** How long a server has to answer before another is asked too: times that it usually takes. */
const USUAL_TIMES = 3;
/** Milliseconds, in steps: pending queries that wait equally long are kept in one list. */
const PATIENCE: readonly number[] = [50, 75, 100, 150, 200, 300, 400, 600, 800, 1200, 1600];

/**
 * What a server is chosen by: the lower, the sooner. Of one that is `LIMITED` the client's
 * connection gets what fits in a datagram: it does not answer by TCP.
 */
export const Rank = { GOOD: 0, LIMITED: 1, REFUSING: 2, DOWN: 3 } as const;
export type Rank = (typeof Rank)[keyof typeof Rank];

export interface UpstreamAddress {
  readonly transport: 'udp' | 'tcp';
  readonly endpoint: Endpoint;
}

export class Upstream implements UpstreamAddress {
  /** Its number for as long as the program runs. */
  readonly index: number;
  /** How records and metrics call it. */
  readonly name: string;
  readonly transport: 'udp' | 'tcp';
  readonly endpoint: Endpoint;
  /** Where it is noted that it leads back to this program. */
  readonly loops: Loops;
  /** Smoothed round-trip time in milliseconds; 0 before the first answer. Failing makes it longer. */
  rttMs = 0;
  readonly health: Readonly<Record<Transport, Health>> = { udp: new Health(), tcp: new Health() };
  readonly refusals: Refusals = new Refusals();
  readonly caseKeeping: CaseKeeping = new CaseKeeping();
  /** What it has done lately; undefined before it has done anything. */
  history: UpstreamHistory | undefined;
  /** Smoothed like `rttMs`, of answers alone. */
  #answerMs = 0;

  constructor(index: number, { transport, endpoint }: UpstreamAddress, loops: Loops = new Loops()) {
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

  /** The transport that a query wants: its client's, where the server may be asked by both. */
  wanted(query: Query): Transport {
    if (this.transport === 'tcp' || query.opcode !== Opcode.QUERY) return 'tcp';
    return query.isByStream ? 'tcp' : 'udp';
  }

  /** The transport that a query is asked by: a server without TCP is asked by large datagrams. */
  chosen(query: Query): Transport {
    const wanted = this.wanted(query);
    return wanted === 'tcp' && this.health.tcp.isDown && this.canLimit(query) ? 'udp' : wanted;
  }

  /** Whether the query of a TCP client may be asked by UDP: one that is passed on unchanged not. */
  canLimit(query: Query): boolean {
    return this.transport === 'udp' && query.isByStream && !query.isVerbatim;
  }

  rank(query: Query, now: number): Rank {
    const wanted = this.wanted(query);
    const isLimited = this.health[wanted].isDown;
    if (isLimited && (!this.canLimit(query) || this.health.udp.isDown)) return Rank.DOWN;
    if (this.refusals.comesLater(now)) return Rank.REFUSING;
    return isLimited ? Rank.LIMITED : Rank.GOOD;
  }

  /** Whether it is down for the query, and has got no question of a client for a while. */
  isTrialDue(query: Query, now: number): boolean {
    return this.health[this.wanted(query)].isTrialDue(now) && !this.isLoop;
  }

  /** Milliseconds after which another server is asked besides. */
  get patienceMs(): number {
    const wanted = USUAL_TIMES * this.#answerMs;
    for (const step of PATIENCE) if (step >= wanted) return step;
    return PATIENCE.at(-1)!;
  }

  /** It answered, with whatever rcode; true when it was down before. */
  answered(transport: Transport, rttMs: number, now: number): boolean {
    this.rttMs = smooth(this.rttMs, rttMs);
    this.#answerMs = smooth(this.#answerMs, rttMs);
    return this.health[transport].heard(now);
  }

  /** What it has done lately, to be added to. */
  get known(): UpstreamHistory {
    this.history ??= new UpstreamHistory();
    return this.history;
  }

  /** It answered this question: what it answered is remembered for a while. */
  note(query: Query, answer: Answer, rttMs: number, now: number): void {
    this.known.note(query, answer, rttMs, now);
    if (!query.recursionDesired || query.isVerbatim) return;
    if (answer.rcode === Rcode.REFUSED) this.refusals.refused(query.hashes[0]!, now);
    else if (answer.rcode !== Rcode.SERVFAIL) this.refusals.answered();
  }

  /**
   * What was sent to it at a time has not been answered: others are asked first until it
   * answers again, and the fastest are others.
   */
  failed(transport: Transport, sentAt: number, now: number, timeoutMs: number): void {
    this.health[transport].failed(sentAt, now);
    if (this.health[this.transport].isDown) this.rttMs = Math.max(this.rttMs, timeoutMs);
  }

  /** What was sent to it was never answered: why, as far as it can be inferred. */
  unanswered(transport: Transport, sentAt: number, now: number): AttemptCause | undefined {
    return transport === 'udp' ? this.history?.noteSilence(sentAt, now) : undefined;
  }

  /** Others were asked in its place: let its time decay, so that it is tried again one day. */
  passedOver(): void {
    this.rttMs *= 0.98;
  }
}

function smooth(average: number, measured: number): number {
  return average === 0 ? measured : average + SMOOTHING * (measured - average);
}

/** All servers that were ever named; a server keeps its number over reloads. */
export class UpstreamTable {
  readonly upstreams: Upstream[] = [];
  /** Those that each file has named last. */
  readonly named: Map<string, readonly Upstream[]> = new Map();
  readonly loops: Loops;

  /** `loops` is shared with the tables of other threads. */
  constructor(loops: Loops = new Loops()) {
    this.loops = loops;
  }

  /** What another thread's table is seeded with. */
  get addresses(): UpstreamAddress[] {
    return this.upstreams.map(({ transport, endpoint }) => ({ transport, endpoint }));
  }

  /** Gives the servers of another thread's table the numbers that they have there. */
  seed(upstreams: readonly UpstreamAddress[]): void {
    for (const { transport, endpoint } of upstreams) this.get(transport, endpoint);
  }

  get(transport: 'udp' | 'tcp', endpoint: Endpoint): Upstream {
    const name = formatServer(transport, endpoint);
    const known = this.upstreams.find((upstream) => upstream.name === name);
    if (known !== undefined) return known;
    const upstream = new Upstream(this.upstreams.length, { transport, endpoint }, this.loops);
    this.upstreams.push(upstream);
    return upstream;
  }
}
