/** Queries that wait for an upstream: which server is asked next, and whose answer is whose. */

import { moreTelling, type UpstreamRefusal } from '../decision/upstream-refusal.ts';
import type { Query } from '../wire/query.ts';
import { formatRcode, Opcode, Rcode } from '../wire/registry.ts';
import type { Channels } from './channels.ts';
import { Deadlines } from './deadlines.ts';
import { NO_UPSTREAM, type UpstreamGroup } from './group.ts';
import { Hedging } from './hedging.ts';
import { PendingQueries } from './pending-queries.ts';
import type { PendingQuery, Purpose, UpstreamQuery } from './pending-query.ts';
import type { Upstream } from './upstream.ts';
import { UpstreamQueries } from './upstream-queries.ts';

export type Send = Channels['send'];

export class Exchanges<P extends Purpose> {
  readonly #pending: PendingQueries<P>;
  readonly #queries: UpstreamQueries<P>;
  readonly #channels: Channels;
  readonly #hedging: Hedging<P>;
  /** When a pending query's client has waited long enough. */
  readonly #stale: Deadlines;

  /** `capacity` is at most an eighth of all IDs, so that a free one is found at once. */
  constructor(capacity: number, channels: Channels, createPurpose: () => P) {
    this.#pending = new PendingQueries(capacity, createPurpose);
    const { places } = this.#pending;
    // One for each pending query, and some for those that are asked besides.
    const most = places + Math.max(1, capacity >> 2);
    this.#queries = new UpstreamQueries(most, channels);
    this.#channels = channels;
    this.#hedging = new Hedging(places, this.#queries, channels, () => this.#hasSpare);
    this.#stale = new Deadlines(places);
  }

  get inFlight(): number {
    return this.#pending.inUse;
  }

  /** A pending query that holds the query; undefined when too many are in flight. */
  open(query: Query, group: UpstreamGroup): PendingQuery<P> | undefined {
    return this.#pending.open(query, group);
  }

  /**
   * The pending query that has to go because there are too many: the oldest of the client that
   * has most. Undefined when there is room.
   */
  get surplus(): PendingQuery<P> | undefined {
    return this.#pending.surplus;
  }

  /** What upstreams are asked for one pending query goes on for another with the same question. */
  handOver(from: PendingQuery<P>, to: PendingQuery<P>, now: number): void {
    this.#hedging.clear(from);
    to.takeOver(from);
    this.#hedging.begin(to, now);
  }

  /**
   * Asks the next server of the group; false when none is left and nobody is being asked.
   * `query` is the pending query's query. Once a server has refused, each of the others is asked at most
   * once more. An update is sent once: a server that did not answer may have carried it out.
   */
  ask(pending: PendingQuery<P>, query: Query, now: number): boolean {
    if (query.opcode !== Opcode.QUERY && pending.tried !== 0) return false;
    const group = pending.group!;
    let position = group.choose(pending.tried, pending.start, query, now);
    if (position === NO_UPSTREAM) {
      if (pending.isWaiting) return true;
      if (pending.refusal !== undefined || ++pending.round >= group.attempts) return false;
      pending.tried = 0;
      position = group.choose(0, pending.start, query, now);
      if (position === NO_UPSTREAM) return false;
    }
    return this.#hedging.ask(pending, position, query, now);
  }

  /** Asks a server that is down besides, now and then, to find out whether it is back. */
  askTrial(pending: PendingQuery<P>, query: Query, now: number): void {
    this.#hedging.askTrial(pending, query, now);
  }

  /**
   * The pending query has waited for its server longer than usual: another is asked besides, or
   * the same by another channel. Returns what is not waited for any more, if anything.
   */
  hedge(pending: PendingQuery<P>, query: Query, now: number): UpstreamQuery<P> | undefined {
    return this.#hedging.hedge(pending, query, now);
  }

  /** Asks the pending query's server again, with a new ID and from another port. */
  askAgain(pending: PendingQuery<P>, query: Query, now: number): void {
    const current = pending.current!;
    current.transport = current.isCaseDoubted ? 'tcp' : current.upstream!.chosen(query);
    this.#hedging.send(current, query, 'usual', now);
  }

  /** The same by TCP. */
  askByTcp(pending: PendingQuery<P>, query: Query, now: number): void {
    pending.current!.transport = 'tcp';
    this.#hedging.send(pending.current!, query, 'usual', now);
  }

  /** The same by TCP, to find out whether the server keeps the case of names. */
  askForCase(pending: PendingQuery<P>, query: Query, now: number): void {
    pending.current!.isCaseDoubted = true;
    this.askByTcp(pending, query, now);
  }

  /** Asks it again with the name as the client wrote it. */
  askAsWritten(pending: PendingQuery<P>, query: Query, now: number): void {
    pending.current!.isCaseDoubted = false;
    pending.current!.isAsWritten = true;
    this.askAgain(pending, query, now);
  }

  /** Whether an answer of the pending query's server has the name in the case that was sent. */
  hasKeptCase({ current }: PendingQuery<P>, query: Query, message: Uint8Array): boolean {
    return this.#queries.hasKeptCase(current!, query, message);
  }

  /**
   * The pending query that waits for this ID from this server and channel: from here on it is
   * about that server.
   */
  find(id: number, upstream: Upstream, channel: number): PendingQuery<P> | undefined {
    return about(this.#queries.find(id, upstream, channel));
  }

  /** Waits for more from the pending query's server. */
  wait({ current }: PendingQuery<P>, now: number, milliseconds: number): void {
    this.#queries.wait(current!, now, milliseconds);
  }

  /** Notes that the pending query's server has refused. */
  noteRefusal(pending: PendingQuery<P>, refusal: UpstreamRefusal): void {
    const { address, rttMs, verdict } = refusal;
    const transport = pending.upstream.shown(pending.current!.transport);
    const result = formatRcode(Rcode.REFUSED);
    pending.attempts.push({ upstream: address, transport, result, rttMs, verdict });
    pending.refusal = moreTelling(pending.refusal, refusal);
  }

  /** The pending query's server is not waited for any more. */
  drop(pending: PendingQuery<P>): void {
    this.#queries.end(pending.current!);
  }

  /** The same, and what it may yet answer is used: as long as there is room for that. */
  setAside(pending: PendingQuery<P>): void {
    if (this.#hasSpare) this.#queries.setAside(pending.current!);
    else this.#queries.end(pending.current!);
  }

  /** A pending query one of whose servers has not answered in time; undefined when there is none. */
  expired(now: number): PendingQuery<P> | undefined {
    return about(this.#queries.expired(now));
  }

  /** A pending query that has waited for its server longer than usual; undefined when there is none. */
  hedgeDue(now: number): PendingQuery<P> | undefined {
    return this.#pending.at(this.#hedging.expired(now));
  }

  /** The pending query's client will have waited long enough by then. */
  staleAfter(pending: PendingQuery<P>, now: number, milliseconds: number): void {
    this.#stale.set(pending.index, now, milliseconds);
  }

  /** A pending query whose client has waited long enough; undefined when there is none. */
  staleDue(now: number): PendingQuery<P> | undefined {
    return this.#pending.at(this.#stale.expired(now));
  }

  /** A pending query whose query an upstream was asked; undefined when there is none. */
  any(): PendingQuery<P> | undefined {
    return this.#pending.any();
  }

  /** Questions that wait for an answer by a channel. */
  on(upstream: Upstream, channel: number): UpstreamQuery<P>[] {
    return this.#queries.on(upstream, channel);
  }

  /** The pending query's server has answered: those that were asked before it have been slower. */
  overtake({ current, underWay }: PendingQuery<P>, now: number): void {
    for (const { upstream, transport, channel, sentAt } of underWay) {
      if (sentAt >= current!.sentAt) continue;
      const health = upstream!.health[transport];
      const wasDown = health.isDown;
      health.overtaken(sentAt, now);
      if (health.isDown && !wasDown) this.#channels.unanswered(upstream!, channel, sentAt);
    }
  }

  close(pending: PendingQuery<P>): void {
    const { underWay } = pending;
    while (underWay.length > 0) this.#queries.end(underWay[underWay.length - 1]!);
    this.#hedging.clear(pending);
    this.#stale.clear(pending.index);
    this.#pending.close(pending);
  }

  /** Whatever waits for an answer must be able to ask on: this is for more than that. */
  get #hasSpare(): boolean {
    return this.#queries.left > this.#pending.left;
  }
}

/** The pending query whose question it is, which is about that from here on. */
function about<P extends Purpose>(current?: UpstreamQuery<P>): PendingQuery<P> | undefined {
  if (current !== undefined) current.pending!.current = current;
  return current?.pending;
}
