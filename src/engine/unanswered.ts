/**
 * Handles questions that get no answer: they time out, wait too long, or their channel is
 * closed. Each is asked of the next server, or of the same by another channel.
 *
 * A connection that its server closes costs no attempt (RFC 7766 section 6.2.4), and neither does
 * one that is closed because it was garbled, nor a socket that cannot send any more. Both are bounded: once for a channel that has answered
 * nothing, and so often for one that has that a server that closes after each answer is asked all.
 */

import type { Recorder } from '../decision/outcome.ts';
import { AttemptResult } from '../decision/upstream-refusal.ts';
import type { ChannelEnd, Channels } from '../forward/channels.ts';
import type { Exchanges } from '../forward/exchanges.ts';
import type { LoopProbes } from '../forward/loop-probe.ts';
import type { PendingQuery } from '../forward/pending-query.ts';
import type { Upstream } from '../forward/upstream.ts';
import type { Query } from '../wire/query.ts';
import { Opcode } from '../wire/registry.ts';
import type { Conclusion } from './conclusion.ts';
import type { Delivery } from './delivery.ts';
import type { QueryPurpose } from './purpose.ts';

type Pending = PendingQuery<QueryPurpose>;

const { CLOSED, SILENT_STREAM, STREAM_CLOSED, STREAM_GARBLED, TIMEOUT } = AttemptResult;

/** How often a question is asked again because of channels that had answered others. */
const MAX_REPEATS = 64;

export interface UnansweredParts {
  /** The one query that is at hand at a time. */
  readonly query: Query;
  readonly recorder: Recorder;
  readonly conclusion: Conclusion;
  readonly channels: Channels;
  readonly exchanges: Exchanges<QueryPurpose>;
  readonly delivery: Delivery;
  readonly loops: LoopProbes;
}

export class Unanswered {
  readonly #parts: UnansweredParts;

  constructor(parts: UnansweredParts) {
    this.#parts = parts;
  }

  /** Lets time pass. */
  tick(now: number): void {
    const { exchanges, delivery } = this.#parts;
    for (let pending = exchanges.expired(now); pending; pending = exchanges.expired(now)) {
      delivery.restore(pending);
      this.#timedOut(pending, now);
    }
    for (let pending = exchanges.hedgeDue(now); pending; pending = exchanges.hedgeDue(now)) {
      delivery.restore(pending);
      this.#hedge(pending, now);
    }
    for (let pending = exchanges.staleDue(now); pending; pending = exchanges.staleDue(now)) {
      delivery.restore(pending);
      delivery.answerStale(pending, now);
    }
  }

  /** The pending query's server has not answered in a way that can be used. */
  failed(pending: Pending, result: string, now: number): void {
    const { exchanges } = this.#parts;
    const { isLate, isExtra } = pending.current!;
    if (pending.isStreaming) return this.endStream(pending);
    if (!isLate && !isExtra) pending.note(result, now);
    exchanges.drop(pending);
    if (!((isLate || isExtra) && pending.isWaiting)) this.#askNext(pending, now);
  }

  /** Nothing more will come by a channel. */
  channelEnded(upstream: Upstream, channel: number, end: ChannelEnd, now: number): void {
    const { exchanges, delivery, recorder } = this.#parts;
    const waiting = exchanges.on(upstream, channel);
    if (waiting.length > 0 && end.kind !== 'failed') {
      recorder.channelLost(upstream.name, waiting[0]!.transport, end.kind);
    }
    for (const one of waiting) {
      const { pending } = one;
      // What became of the one before it may have closed this one too.
      if (pending === undefined || one.channel !== channel) continue;
      pending.current = one;
      delivery.restore(pending);
      this.#channelEnded(pending, end, now);
    }
  }

  /** The rest of a transfer does not come, or there is none. */
  endStream(pending: Pending): void {
    const { isPerhapsWhole } = pending;
    this.#parts.exchanges.close(pending);
    this.#parts.conclusion.done(isPerhapsWhole);
  }

  #timedOut(pending: Pending, now: number): void {
    const { channels, exchanges, loops, recorder } = this.#parts;
    if (pending.isStreaming) return this.endStream(pending);
    const { upstream, sentAt } = pending;
    const { transport, channel, isExtra } = pending.current!;
    const isRetired = channels.unanswered(upstream, channel, sentAt);
    if (isRetired) recorder.channelLost(upstream.name, transport, 'silent');
    upstream.failed(transport, sentAt, now, pending.group!.timeout);
    if (isExtra) return this.failed(pending, AttemptResult.TIMEOUT, now);
    loops.probe(upstream, now);
    const isRepeated = pending.round + 1 < pending.group!.attempts;
    const isStreamLeft = isRetired && transport === 'tcp' && isRepeated;
    if (isStreamLeft) pending.note(SILENT_STREAM, now);
    else pending.note(TIMEOUT, now, upstream.unanswered(transport, sentAt, now));
    exchanges.setAside(pending);
    this.#askNext(pending, now);
  }

  /** A pending query has waited for its server longer than usual. */
  #hedge(pending: Pending, now: number): void {
    const { exchanges, query, recorder } = this.#parts;
    const moved = exchanges.hedge(pending, query, now);
    if (moved !== undefined) {
      recorder.channelLost(moved.upstream!.name, moved.transport, 'silent');
    }
  }

  #channelEnded(pending: Pending, end: ChannelEnd, now: number): void {
    const { exchanges, query } = this.#parts;
    const { upstream, sentAt } = pending;
    const { transport, isLate, isExtra, isCaseDoubted } = pending.current!;
    if (pending.isStreaming) return this.endStream(pending);
    if (!isLate && end.kind !== 'failed' && this.#mayRepeat(pending, end)) {
      pending.note(repeatOf(end), now);
      return exchanges.askAgain(pending, query, now);
    }
    upstream.failed(transport, sentAt, now, pending.group!.timeout);
    const reason = end.reason === 'closed' ? CLOSED : end.reason;
    const isLimited = transport === 'tcp' && upstream.canLimit(query);
    if (isLimited && !isLate && !isExtra && upstream.health.tcp.isDown) {
      pending.note(reason, now);
      return exchanges.askAgain(pending, query, now);
    }
    if (isCaseDoubted && !isLate && upstream.health.tcp.isDown) {
      // Without TCP it cannot be found out whether the server keeps the case of names.
      pending.note(reason, now);
      return exchanges.askAsWritten(pending, query, now);
    }
    this.failed(pending, reason, now);
  }

  /** An update may have been carried out, whether it was answered or not. */
  #mayRepeat(pending: Pending, { hasAnswered }: ChannelEnd): boolean {
    if (this.#parts.query.opcode !== Opcode.QUERY) return false;
    return pending.repeats++ < (hasAnswered ? MAX_REPEATS : 1);
  }

  #askNext(pending: Pending, now: number): void {
    const { exchanges, delivery, query } = this.#parts;
    if (!exchanges.ask(pending, query, now)) delivery.failure(pending, now);
  }
}

/** Why a question was asked again at no cost. */
function repeatOf({ kind, reason }: ChannelEnd): string {
  if (kind === 'closed') return STREAM_CLOSED;
  return kind === 'garbled' ? STREAM_GARBLED : `${reason}, new socket`;
}
