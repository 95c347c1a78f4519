/** Queries that wait for an upstream: which server is asked next, and whose answer is whose. */

import { moreTelling, type UpstreamRefusal } from '../decision/upstream-refusal.ts';
import { setId } from '../wire/header.ts';
import type { Query, Transport } from '../wire/query.ts';
import { formatRcode, Opcode, Rcode } from '../wire/registry.ts';
import { writeForwarded, writeVerbatim } from '../wire/request.ts';
import { Deadlines } from './deadlines.ts';
import { FairShare } from './fair-share.ts';
import { NO_UPSTREAM, type UpstreamGroup } from './group.ts';
import { PendingQuery, type Purpose, UpstreamQuery } from './pending-query.ts';
import { Pool } from './pool.ts';
import { random16 } from './random.ts';
import type { Upstream } from './upstream.ts';

/**
 * Hands a query to a shell; returns the number of the channel it left by, of which an answer
 * must come back. The octets are valid during the call only.
 */
export type Send = (
  upstream: Upstream,
  octets: Uint8Array,
  length: number,
  transport: Transport,
) => number;

/** Servers that are asked the same question at a time. */
const MAX_UNDER_WAY = 3;

export class Exchanges<P extends Purpose> {
  readonly #pending: Pool<PendingQuery<P>>;
  readonly #upstreamQueries: Pool<UpstreamQuery<P>>;
  /** The upstream query, plus one, by the ID that an upstream was sent. */
  readonly #byId: Uint16Array = new Uint16Array(0x10000);
  /** When an upstream query has taken too long, and when a pending query has waited long enough for one server. */
  readonly #timeouts: Deadlines;
  readonly #hedges: Deadlines;
  /** When a pending query's client has waited long enough. */
  readonly #stale: Deadlines;
  readonly #out: Uint8Array = new Uint8Array(0x10000);
  readonly #send: Send;
  readonly #capacity: number;
  readonly #shares: FairShare;

  /** `capacity` is at most an eighth of all IDs, so that a free one is found at once. */
  constructor(capacity: number, send: Send, createPurpose: () => P) {
    this.#capacity = capacity;
    // One more than may stay: who has to go is known when the last one has come.
    const places = capacity + 1;
    this.#pending = new Pool(places, (i) => new PendingQuery(i, createPurpose()));
    this.#shares = new FairShare(places);
    // One for each pending query, and some for those that are asked besides.
    const most = places + Math.max(1, capacity >> 2);
    this.#upstreamQueries = new Pool(most, (i) => new UpstreamQuery(i));
    this.#timeouts = new Deadlines(most);
    this.#hedges = new Deadlines(places);
    this.#stale = new Deadlines(places);
    this.#send = send;
  }

  get inFlight(): number {
    return this.#pending.inUse;
  }

  /** A pending query that holds the query; undefined when too many are in flight. */
  open(query: Query, group: UpstreamGroup): PendingQuery<P> | undefined {
    const pending = this.#pending.take();
    if (pending === undefined) return undefined;
    pending.keep(query, group);
    this.#shares.enter(pending.index, query);
    return pending;
  }

  /**
   * The pending query that has to go because there are too many: the oldest of the client that
   * has most. Undefined when there is room.
   */
  get surplus(): PendingQuery<P> | undefined {
    if (this.inFlight <= this.#capacity) return undefined;
    return this.#pending.made[this.#shares.oldestOfMost()];
  }

  /** What upstreams are asked for one pending query goes on for another with the same question. */
  handOver(from: PendingQuery<P>, to: PendingQuery<P>): void {
    this.#hedges.clear(from.index);
    to.takeOver(from);
  }

  /**
   * Asks the next server of the group; false when none is left and nobody is being asked.
   * `query` is the pending query's query. Once a server has refused, each of the others is asked at most
   * once more. An update is sent once: a server that did not answer may have carried it out.
   */
  ask(pending: PendingQuery<P>, query: Query, now: number): boolean {
    if (query.opcode !== Opcode.QUERY && pending.tried !== 0) return false;
    const group = pending.group!;
    let position = group.choose(pending.tried, pending.start, now);
    if (position === NO_UPSTREAM) {
      if (pending.underWay.length > 0) return true;
      if (pending.refusal !== undefined || ++pending.round >= group.attempts) return false;
      pending.tried = 0;
      position = group.choose(0, pending.start, now);
      if (position === NO_UPSTREAM) return false;
    }
    this.#askUpstream(pending, position, query, now);
    return true;
  }

  /** Asks one more server besides those that are being asked, if one is likely to answer. */
  askBesides(pending: PendingQuery<P>, query: Query, now: number): void {
    const position = pending.group!.chooseBesides(pending.tried, pending.start, now);
    if (position === NO_UPSTREAM || pending.underWay.length === MAX_UNDER_WAY) return;
    // Whatever waits for an answer must be able to ask on.
    if (this.#upstreamQueries.left > this.#pending.left)
      this.#askUpstream(pending, position, query, now);
  }

  /** Asks the pending query's server again, with a new ID and from another port. */
  askAgain(pending: PendingQuery<P>, query: Query, now: number): void {
    const current = pending.current!;
    this.#forgetId(current);
    this.#timeouts.clear(current.index);
    this.#ask(current, query, now);
  }

  /**
   * The pending query that waits for this ID from this server and channel (RFC 5452 section 9.1): from
   * here on it is about that server.
   */
  find(id: number, upstream: Upstream, channel: number): PendingQuery<P> | undefined {
    const current = this.#upstreamQueries.made[this.#byId[id]! - 1];
    if (current?.upstream !== upstream || current.channel !== channel) return undefined;
    current.pending!.current = current;
    return current.pending;
  }

  /** Waits for more from the pending query's server. */
  wait({ current, group }: PendingQuery<P>, now: number): void {
    this.#timeouts.clear(current!.index);
    this.#timeouts.set(current!.index, now, group!.timeout);
  }

  /** Notes what came of asking the pending query's server, which need not answer any more. */
  note(pending: PendingQuery<P>, result: string, now: number): void {
    pending.attempts.push({ upstream: pending.upstream.name, result, rttMs: now - pending.sentAt });
    this.#end(pending.current!);
  }

  /** Notes that the pending query's server has refused. */
  noteRefusal(pending: PendingQuery<P>, refusal: UpstreamRefusal): void {
    const { address, rttMs, verdict } = refusal;
    const result = formatRcode(Rcode.REFUSED);
    pending.attempts.push({ upstream: address, result, rttMs, verdict });
    pending.refusal = moreTelling(pending.refusal, refusal);
  }

  /** The pending query's server is not waited for any more. */
  drop(pending: PendingQuery<P>): void {
    this.#end(pending.current!);
  }

  /** A pending query one of whose servers has not answered in time; undefined when there is none. */
  expired(now: number): PendingQuery<P> | undefined {
    const index = this.#timeouts.expired(now);
    if (index < 0) return undefined;
    const current = this.#upstreamQueries.made[index]!;
    current.pending!.current = current;
    return current.pending;
  }

  /** A pending query that has waited for its server longer than usual; undefined when there is none. */
  hedgeDue(now: number): PendingQuery<P> | undefined {
    const index = this.#hedges.expired(now);
    return index < 0 ? undefined : this.#pending.made[index];
  }

  /** The pending query's client will have waited long enough by then. */
  staleAfter(pending: PendingQuery<P>, now: number, milliseconds: number): void {
    this.#stale.set(pending.index, now, milliseconds);
  }

  /** A pending query whose client has waited long enough; undefined when there is none. */
  staleDue(now: number): PendingQuery<P> | undefined {
    const index = this.#stale.expired(now);
    return index < 0 ? undefined : this.#pending.made[index];
  }

  /** A pending query whose query an upstream was asked; undefined when there is none. */
  any(): PendingQuery<P> | undefined {
    if (this.inFlight === 0) return undefined;
    return this.#pending.made.find(({ group, tried }) => group !== undefined && tried !== 0);
  }

  /** Slots that wait for an answer on a channel that is gone: from here on they are about it. */
  on(upstream: Upstream, channel: number): PendingQuery<P>[] {
    const gone = this.#upstreamQueries.made.filter((current) => {
      return (
        current.pending !== undefined &&
        current.upstream === upstream &&
        current.channel === channel
      );
    });
    return gone.map((current) => {
      current.pending!.current = current;
      return current.pending!;
    });
  }

  /** The pending query's server has answered: those that were asked before it have been slower. */
  overtake({ current, underWay }: PendingQuery<P>, now: number): void {
    for (const { upstream, sentAt } of underWay) {
      if (sentAt < current!.sentAt) upstream!.health.overtaken(sentAt, now);
    }
  }

  close(pending: PendingQuery<P>): void {
    while (pending.underWay.length > 0) this.#end(pending.underWay[pending.underWay.length - 1]!);
    this.#hedges.clear(pending.index);
    this.#stale.clear(pending.index);
    pending.clear();
    this.#shares.leave(pending.index);
    this.#pending.give(pending);
  }

  #askUpstream(pending: PendingQuery<P>, position: number, query: Query, now: number): void {
    const current = this.#upstreamQueries.take()!;
    pending.tried |= 1 << position;
    pending.underWay.push(current);
    pending.current = current;
    current.pending = pending;
    current.upstream = pending.group!.upstreams[position]!;
    current.edns = true;
    current.byTcp = false;
    this.#ask(current, query, now);
  }

  #ask(current: UpstreamQuery<P>, query: Query, now: number): void {
    const upstream = current.upstream!;
    const pending = current.pending!;
    const length = query.isVerbatim
      ? writeVerbatim(this.#out, query)
      : writeForwarded(this.#out, query, current.edns);
    current.id = this.#freeId();
    this.#byId[current.id] = current.index + 1;
    setId(this.#out, current.id);
    current.sentAt = now;
    const isTcp = upstream.transport === 'tcp' || current.byTcp || query.opcode !== Opcode.QUERY;
    current.transport = isTcp ? 'tcp' : query.transport;
    current.channel = this.#send(upstream, this.#out, length, current.transport);
    const { timeout, upstreams } = pending.group!;
    this.#timeouts.set(current.index, now, timeout);
    this.#hedges.clear(pending.index);
    // What is passed on as it is may not be asked twice: an update, a transfer.
    const patience = upstream.patienceMs;
    if (upstreams.length < 2 || query.isVerbatim || patience > timeout / 2) return;
    this.#hedges.set(pending.index, now, patience);
  }

  #end(current: UpstreamQuery<P>): void {
    this.#forgetId(current);
    this.#timeouts.clear(current.index);
    const { underWay } = current.pending!;
    const last = underWay.pop()!;
    if (last !== current) underWay[underWay.indexOf(current)] = last;
    current.pending = undefined;
    this.#upstreamQueries.give(current);
  }

  #forgetId(current: UpstreamQuery<P>): void {
    if (this.#byId[current.id] === current.index + 1) this.#byId[current.id] = 0;
  }

  #freeId(): number {
    let id = random16();
    while (this.#byId[id] !== 0) id = random16();
    return id;
  }
}
