/**
 * Queries that every layer passes: answered from the cache, or forwarded to upstreams.
 *
 *     open ──▶ asked ──▶ answered ──────────────────────────────────▶ closed     Delivery.answer
 *              ▲ ▲ ├───▶ refused, failed, timed out: is a server left? ─ no ─▶ closed     Delivery.failure
 *              │ └─┼───────────────────────────────── yes ─┘
 *              └───┴───▶ its channel has ended or is silent: the same server, by another channel
 *
 * A pending query is opened by `forward`, asked by `Exchanges.ask`, and closed by `Delivery`, together
 * with those that wait for the same answer. A question that timed out stays open as long as its query:
 * its answer is used if it comes. What becomes of answers is in `Answers`, and of questions without
 * one in `Unanswered`. A transfer (AXFR, IXFR) is streaming between its first answer and its last.
 */

import type { Recorder } from '../decision/outcome.ts';
import { AttemptResult } from '../decision/upstream-refusal.ts';
import { type AnswerCache, isKeepable } from '../forward/cache.ts';
import type { CacheEntry } from '../forward/cache-entry.ts';
import { type ChannelEnd, type Channels, transportOf } from '../forward/channels.ts';
import { Coalescing } from '../forward/coalescing.ts';
import { Exchanges } from '../forward/exchanges.ts';
import { NO_UPSTREAM, type UpstreamGroup } from '../forward/group.ts';
import type { PendingQuery } from '../forward/pending-query.ts';
import { SelfQueries } from '../forward/self-queries.ts';
import { restOf } from '../forward/transfer.ts';
import type { Upstream } from '../forward/upstream.ts';
import type { Policy } from '../policy/compile.ts';
import type { View } from '../policy/view.ts';
import { Answer } from '../wire/answer.ts';
import { BUFFER_LENGTH } from '../wire/header.ts';
import type { Query } from '../wire/query.ts';
import { Rcode } from '../wire/registry.ts';
import { type AliasResolution, FAILED } from './alias-resolution.ts';
import { Answers } from './answers.ts';
import { CacheHits, type HitParts } from './cache-hits.ts';
import { CaseCheck } from './case-check.ts';
import type { Conclusion } from './conclusion.ts';
import { Delivery } from './delivery.ts';
import { QueryPurpose } from './purpose.ts';
import { Unanswered } from './unanswered.ts';

/** What a configuration brings to the engine; swapped as a whole. */
export interface Setup {
  readonly policy: Policy;
  readonly groups: ReadonlyMap<string, UpstreamGroup>;
  readonly cache: AnswerCache;
}

/** What the forwarder works with. */
export interface ForwarderParts extends HitParts {
  readonly outbox: { readonly channels: Channels };
  readonly recorder: Recorder;
  /** Queries that may wait for upstreams at a time. */
  readonly capacity: number;
}

type Pending = PendingQuery<QueryPurpose>;

/** Milliseconds until a client gets a stale answer (RFC 8767 section 5, client response timer). */
const CLIENT_RESPONSE_MS = 1800;

export class Forwarder {
  readonly #query: Query;
  readonly #recorder: Recorder;
  readonly #exchanges: Exchanges<QueryPurpose>;
  readonly #selfQueries: SelfQueries;
  readonly #answer: Answer = new Answer();
  readonly #buffer: Uint8Array = new Uint8Array(BUFFER_LENGTH);
  readonly #conclusion: Conclusion;
  readonly #hits: CacheHits;
  readonly #coalescing: Coalescing<QueryPurpose> = new Coalescing();
  readonly #delivery: Delivery;
  readonly #unanswered: Unanswered;
  readonly #answers: Answers;
  readonly #caseCheck: CaseCheck;
  #setup: Setup;

  constructor(setup: Setup, parts: ForwarderParts) {
    this.#setup = setup;
    this.#query = parts.query;
    this.#recorder = parts.recorder;
    const { channels } = parts.outbox;
    this.#exchanges = new Exchanges(parts.capacity, channels, () => new QueryPurpose());
    this.#selfQueries = new SelfQueries(channels, () => this.#recovered());
    this.#conclusion = parts.conclusion;
    this.#hits = new CacheHits(parts, new Uint8Array(BUFFER_LENGTH));
    this.#delivery = new Delivery(setup, {
      ...parts,
      exchanges: this.#exchanges,
      coalescing: this.#coalescing,
      hits: this.#hits,
      buffer: this.#buffer,
    });
    this.#unanswered = new Unanswered({
      ...parts,
      channels,
      exchanges: this.#exchanges,
      delivery: this.#delivery,
      loops: this.#selfQueries.loops,
    });
    this.#caseCheck = new CaseCheck({ ...parts, exchanges: this.#exchanges });
    this.#answers = new Answers({
      ...parts,
      exchanges: this.#exchanges,
      selfQueries: this.#selfQueries,
      delivery: this.#delivery,
      unanswered: this.#unanswered,
    });
  }

  get inFlight(): number {
    return this.#exchanges.inFlight;
  }

  use(setup: Setup): void {
    this.#setup = setup;
    this.#delivery.use(setup);
    setup.cache.purgeRefusals();
  }

  /**
   * An upstream's message, in a buffer of BUFFER_LENGTH octets. Returns whether it is an answer
   * to what was asked, as far as somebody still waits for it.
   */
  response(
    octets: Uint8Array,
    length: number,
    from: { upstream: Upstream; channel: number },
    now: number,
  ): boolean {
    const answer = this.#answer;
    if (!Answer.isAnswer(octets, length)) {
      this.#recorder.ignored('short');
      return false;
    }
    answer.message = octets;
    const pending = this.#exchanges.find(answer.id, from.upstream, from.channel);
    if (pending === undefined) {
      if (!this.#selfQueries.take({ octets, length, answer }, from, now)) {
        // Late as it may be, it shows that the server answers.
        from.upstream.health[transportOf(from.channel)].heard(now);
        this.#recorder.ignored('unexpected-answer');
      }
      return true;
    }
    this.#delivery.restore(pending);
    if (!answer.parse(octets, length)) {
      this.#unanswered.failed(pending, AttemptResult.MALFORMED, now);
      return false;
    }
    if (!answer.matches(this.#query)) {
      this.#recorder.ignored('wrong-question');
      return false;
    }
    if (this.#caseCheck.accepts(pending, answer, now)) this.#accept(pending, answer, now);
    return true;
  }

  /** An answer to the pending query's question, by whoever was asked. */
  #accept(pending: Pending, answer: Answer, now: number): void {
    this.#note(pending, answer, now);
    if (pending.isStreaming && answer.rcode !== Rcode.REFUSED) this.#stream(pending, answer, now);
    else this.#answers.judge(pending, answer, now);
  }

  /** Nothing more will come by a channel: what waits there need not wait on. */
  channelEnded(upstream: Upstream, channel: number, end: ChannelEnd, now: number): void {
    this.#unanswered.channelEnded(upstream, channel, end, now);
  }

  /** Lets time pass: timeouts, the next servers, probes. */
  tick(now: number): void {
    this.#unanswered.tick(now);
    this.#selfQueries.tick(this.#setup.groups, now);
  }

  /** Ends all that still waits for an upstream. */
  abandon(now: number): void {
    for (let pending = this.#exchanges.any(); pending; pending = this.#exchanges.any()) {
      this.#delivery.restore(pending);
      if (pending.isStreaming) this.#unanswered.endStream(pending);
      else this.#delivery.failure(pending, now);
    }
  }

  /** Lets the client wait no longer that has most under way, when there is too much. */
  shed(now: number): void {
    for (let pending = this.#exchanges.surplus; pending; pending = this.#exchanges.surplus) {
      this.#delivery.restore(pending);
      if (pending.isStreaming) this.#unanswered.endStream(pending);
      else this.#delivery.shed(pending, now);
    }
  }

  /** Asks every server whether it leads back here, and what it calls itself. */
  probe(now: number): void {
    this.#selfQueries.introduce(this.#setup.groups, now);
  }

  /** Asks for the query's name; for that of an alias there is a `resolution`. */
  forward(view: View, now: number, resolution?: AliasResolution): void {
    const query = this.#query;
    const route = view.routes.find(query);
    if (route === undefined)
      return this.#delivery.resume(resolution!, { rcode: Rcode.NOERROR }, now);
    const group = this.#setup.groups.get(route.group)!;
    const entry = isKeepable(query) ? this.#findAnswer(view, group, now) : undefined;
    if (entry !== undefined) return this.#hits.answer(entry, view, now, resolution);
    if (this.#selfQueries.loops.match(query)) {
      return this.#conclusion.verdict(route.verdicts.looped, now);
    }
    const pending = this.#exchanges.open(query, group);
    if (pending === undefined) {
      if (resolution !== undefined) return this.#delivery.resume(resolution, FAILED, now);
      return this.#conclusion.verdict(this.#setup.policy.overload, now);
    }
    pending.purpose.view = view;
    pending.purpose.resolution = resolution;
    if (isKeepable(query) && this.#joins(pending, view, now)) return;
    if (!this.#exchanges.ask(pending, query, now)) return this.#delivery.failure(pending, now);
    this.#exchanges.askTrial(pending, query, now);
  }

  /**
   * What the cache has for the query. One that failed, or is stale, is not taken while a server
   * that is down should be asked, to find out whether it is back.
   */
  #findAnswer(view: View, group: UpstreamGroup, now: number): CacheEntry | undefined {
    const query = this.#query;
    const { cache } = this.#setup;
    const entry = cache.find(query, view.cache, now);
    if (entry !== undefined && entry.failure === undefined && now < entry.expiresAt) return entry;
    if (group.chooseTrial(query, now) !== NO_UPSTREAM) return undefined;
    return (
      entry ?? (group.isDownFor(query, now) ? cache.findStale(query, view.cache, now) : undefined)
    );
  }

  /** Whether the pending query waits for an answer that somebody else has asked for. */
  #joins(pending: Pending, view: View, now: number): boolean {
    const query = this.#query;
    if (this.#setup.cache.findStale(query, view.cache, now) !== undefined) {
      // While all are down it is asked for the next client: this one does not wait.
      const isDown = pending.group!.isDownFor(query, now);
      this.#exchanges.staleAfter(pending, now, isDown ? 0 : CLIENT_RESPONSE_MS);
    }
    return this.#coalescing.join(pending, query, view.cache);
  }

  #note(pending: Pending, answer: Answer, now: number): void {
    const { upstream, sentAt } = pending;
    const { transport } = pending.current!;
    const rttMs = now - sentAt;
    if (upstream.answered(transport, rttMs, now)) this.#recovered();
    upstream.note(this.#query, answer, rttMs, now);
    this.#recorder.upstreamAnswered(upstream.name, answer.rcode, rttMs);
  }

  #recovered(): void {
    this.#setup.cache.forgetFailures();
  }

  #stream(pending: Pending, answer: Answer, now: number): void {
    this.#conclusion.more(answer);
    this.#delivery.await(pending, restOf(pending, this.#query, answer), now);
  }
}
