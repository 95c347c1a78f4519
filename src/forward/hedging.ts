/**
 * Asking more than one at a time: another server when one takes longer than usual, the same by
 * another channel when its own is silent, and one that is down to find out whether it is back.
 */

import { AttemptResult } from '../decision/upstream-refusal.ts';
import type { Query } from '../wire/query.ts';
import type { Channels, Manner } from './channels.ts';
import { Deadlines } from './deadlines.ts';
import { NO_UPSTREAM } from './group.ts';
import type { PendingQuery, Purpose, UpstreamQuery } from './pending-query.ts';
import type { UpstreamQueries } from './upstream-queries.ts';

/** Questions of one query that wait for their answers at a time. */
const MAX_UNDER_WAY = 3;
/**
 * Milliseconds without a word from a server after which it is asked once more, by a new socket or
 * connection: the host's address or route may have changed.
 */
const MOVE_MS = 500;

export class Hedging<P extends Purpose> {
  /** When a pending query has waited long enough for one server. */
  readonly #hedges: Deadlines;
  readonly #queries: UpstreamQueries<P>;
  readonly #channels: Channels;
  readonly #hasSpare: () => boolean;

  /** `hasSpare` returns whether more may be asked than one question for each pending query. */
  constructor(
    capacity: number,
    queries: UpstreamQueries<P>,
    channels: Channels,
    hasSpare: () => boolean,
  ) {
    this.#hedges = new Deadlines(capacity);
    this.#queries = queries;
    this.#channels = channels;
    this.#hasSpare = hasSpare;
  }

  /** Index of a pending query that has waited for its server longer than usual; -1 for none. */
  expired(now: number): number {
    return this.#hedges.expired(now);
  }

  /** The pending query waits from here on for what another was asked. */
  begin({ index }: PendingQuery<P>, now: number): void {
    this.#hedges.set(index, now, MOVE_MS);
  }

  clear({ index }: PendingQuery<P>): void {
    this.#hedges.clear(index);
  }

  /** Asks a server that is down besides, now and then, to find out whether it is back. */
  askTrial(pending: PendingQuery<P>, query: Query, now: number): void {
    const position = pending.group!.chooseTrial(query, now);
    if (position === NO_UPSTREAM || query.isVerbatim || !this.#hasSpare()) return;
    const upstream = pending.group!.upstreams[position]!;
    const asked = pending.current;
    const trial = this.#queries.take(pending, upstream);
    trial.isExtra = true;
    trial.transport = upstream.wanted(query);
    this.#queries.send(trial, query, 'fresh', now);
    pending.current = asked;
  }

  /**
   * The pending query has waited for its server longer than usual: another is asked besides, or
   * the same by another channel. Returns what is not waited for any more, if anything.
   */
  hedge(pending: PendingQuery<P>, query: Query, now: number): UpstreamQuery<P> | undefined {
    const current = pending.underWay.findLast(({ isLate, isExtra }) => !isLate && !isExtra);
    if (current === undefined) return undefined;
    pending.current = current;
    const { transport, channel, id, sentAt } = current;
    const upstream = current.upstream!;
    if (this.#channels.isStuck(upstream, channel, id, sentAt)) {
      return this.#move(current, query, 'usual', now);
    }
    if (this.#askBesides(pending, query, now)) return undefined;
    if (pending.isMoved) return undefined;
    const isHeard = upstream.health[transport].heardAt >= sentAt;
    if (isHeard && !this.#channels.isOutlived(upstream, channel, sentAt)) return undefined;
    if (now - sentAt < MOVE_MS) this.#hedges.set(pending.index, now, MOVE_MS);
    else if (this.#channels.unanswered(upstream, channel, sentAt)) {
      return this.#move(current, query, transport === 'udp' ? 'usual' : 'fresh', now);
    }
    return undefined;
  }

  /**
   * Asks the server at a position of the pending query's group; false when too much is being asked
   * already.
   */
  ask(pending: PendingQuery<P>, position: number, query: Query, now: number): boolean {
    if (this.#queries.left === 0) return false;
    pending.tried |= 1 << position;
    const upstream = pending.group!.upstreams[position]!;
    const current = this.#queries.take(pending, upstream);
    current.transport = upstream.chosen(query);
    this.send(current, query, mannerOf(current, query), now);
    return true;
  }

  /** Sends a question; the pending query then waits for its server as long as is usual. */
  send(current: UpstreamQuery<P>, query: Query, manner: Manner, now: number): void {
    this.#queries.send(current, query, manner, now);
    const pending = current.pending!;
    const { timeout, upstreams } = pending.group!;
    const isAlone = upstreams.length < 2 && current.transport === 'udp';
    const patience = isAlone ? MOVE_MS : current.upstream!.patienceMs;
    this.#hedges.clear(pending.index);
    // What is passed on as it is may not be asked twice: an update, a transfer.
    if (query.isVerbatim || patience > timeout / 2) return;
    this.#hedges.set(pending.index, now, patience);
  }

  /** Asks one more server besides those that are being asked, if one is likely to answer. */
  #askBesides(pending: PendingQuery<P>, query: Query, now: number): boolean {
    const { group, tried, start, underWay } = pending;
    if (underWay.length >= MAX_UNDER_WAY || !this.#hasSpare()) return false;
    const position = group!.chooseBesides(tried, start, query, now);
    if (position === NO_UPSTREAM) return false;
    return this.ask(pending, position, query, now);
  }

  /** Asks a server once more by another channel; an answer by the first is used if it comes. */
  #move(
    current: UpstreamQuery<P>,
    query: Query,
    manner: Manner,
    now: number,
  ): UpstreamQuery<P> | undefined {
    const pending = current.pending!;
    if (pending.isMoved || !this.#hasSpare()) return undefined;
    pending.isMoved = true;
    const isUdp = current.transport === 'udp';
    const { SILENT_SOCKET, SILENT_STREAM } = AttemptResult;
    pending.note(isUdp ? SILENT_SOCKET : SILENT_STREAM, now);
    this.#queries.setAside(current);
    const again = this.#queries.take(pending, current.upstream!);
    again.edns = current.edns;
    again.isCaseDoubted = current.isCaseDoubted;
    again.isAsWritten = current.isAsWritten;
    again.transport = current.transport;
    this.send(again, query, manner, now);
    return current;
  }
}

/**
 * A server may work off the questions of a connection one by one: a transfer keeps it busy, and so
 * does a question that was not answered the first time.
 */
function mannerOf({ transport, pending }: UpstreamQuery<Purpose>, query: Query): Manner {
  if (transport === 'udp') return 'usual';
  if (query.isTransfer) return 'alone';
  return pending!.round > 0 ? 'fresh' : 'usual';
}
