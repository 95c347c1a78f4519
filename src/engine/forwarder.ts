/** What no layer ends: answered from the cache, or asked of upstreams, by the next if need be. */

import type { Recorder } from '../decision/outcome.ts';
import { type AnswerCache, isKeepable } from '../forward/cache.ts';
import { Exchanges, type Send } from '../forward/exchanges.ts';
import type { UpstreamGroup } from '../forward/group.ts';
import { Joins } from '../forward/joins.ts';
import { readRefusal } from '../forward/refusal.ts';
import type { Server } from '../forward/server.ts';
import type { Slot } from '../forward/slot.ts';
import { Watch } from '../forward/watch.ts';
import type { Policy } from '../policy/compile.ts';
import type { View } from '../policy/view.ts';
import { Answer } from '../wire/answer.ts';
import { BUFFER_LENGTH } from '../wire/header.ts';
import type { Query } from '../wire/query.ts';
import { formatRcode, Rcode } from '../wire/registry.ts';
import { CacheHits } from './cache-hits.ts';
import type { Chase } from './chase.ts';
import type { Conclusion } from './conclusion.ts';
import { Delivery } from './delivery.ts';
import { FAILED, type PolicyEnding } from './policy-ending.ts';

/** What a configuration brings to the engine; swapped as a whole. */
export interface Setup {
  readonly policy: Policy;
  readonly groups: ReadonlyMap<string, UpstreamGroup>;
  readonly cache: AnswerCache;
}

/** What the forwarder works with. */
export interface ForwarderParts {
  readonly outbox: { readonly send: Send };
  readonly recorder: Recorder;
  /** Queries that may wait for upstreams at a time. */
  readonly capacity: number;
  /** The one query that is at hand at a time. */
  readonly query: Query;
  readonly conclusion: Conclusion;
  readonly ending: PolicyEnding;
}

/** Milliseconds that a client waits for an answer in place of a stale one (RFC 8767 section 5). */
const CLIENT_PATIENCE_MS = 1800;

export class Forwarder {
  readonly #query: Query;
  readonly #recorder: Recorder;
  readonly #exchanges: Exchanges;
  readonly #watch: Watch;
  readonly #answer: Answer = new Answer();
  readonly #buffer: Uint8Array = new Uint8Array(BUFFER_LENGTH);
  readonly #conclusion: Conclusion;
  readonly #hits: CacheHits;
  readonly #joins: Joins = new Joins();
  readonly #delivery: Delivery;
  #setup: Setup;

  constructor(setup: Setup, parts: ForwarderParts) {
    this.#setup = setup;
    this.#query = parts.query;
    this.#recorder = parts.recorder;
    this.#exchanges = new Exchanges(parts.capacity, parts.outbox.send);
    this.#watch = new Watch(parts.outbox.send, () => this.#recovered());
    this.#conclusion = parts.conclusion;
    this.#hits = new CacheHits(parts, new Uint8Array(BUFFER_LENGTH));
    this.#delivery = new Delivery(setup, {
      ...parts,
      exchanges: this.#exchanges,
      joins: this.#joins,
      hits: this.#hits,
      buffer: this.#buffer,
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

  /** An upstream's message, in a buffer of BUFFER_LENGTH octets. */
  response(
    octets: Uint8Array,
    length: number,
    from: { server: Server; channel: number },
    now: number,
  ): void {
    const answer = this.#answer;
    if (!Answer.isAnswer(octets, length)) return this.#recorder.ignored('short');
    answer.message = octets;
    const slot = this.#exchanges.find(answer.id, from.server, from.channel);
    if (slot === undefined) {
      if (!this.#watch.take({ octets, length, answer }, from, now)) {
        // Late as it may be, it shows that the server answers.
        from.server.health.heard(now);
        this.#recorder.ignored('unexpected-answer');
      }
      return;
    }
    this.#delivery.restore(slot);
    if (!answer.parse(octets, length)) {
      if (slot.isStreaming) this.#endStream(slot);
      else this.#askNext(slot, 'malformed answer', now);
      return;
    }
    if (!answer.matches(this.#query)) return this.#recorder.ignored('wrong-question');
    const rttMs = now - slot.sentAt;
    if (from.server.answered(rttMs, now)) this.#recovered();
    from.server.note(this.#query, answer, rttMs, now);
    this.#recorder.upstreamAnswered(from.server.name, answer.rcode, rttMs);
    if (slot.isStreaming && answer.rcode !== Rcode.REFUSED) this.#stream(slot, answer, now);
    else this.#take(slot, answer, now);
  }

  /**
   * Nothing more will come by a channel: whoever waits there need not wait on. Without a
   * reason it was closed in good order, which says nothing against the server.
   */
  channelFailed(server: Server, channel: number, reason: string | undefined, now: number): void {
    for (const slot of this.#exchanges.on(server, channel)) {
      this.#delivery.restore(slot);
      if (slot.isStreaming) {
        this.#endStream(slot);
        continue;
      }
      if (reason !== undefined) server.failed(slot.sentAt, now, slot.group!.timeout);
      this.#askNext(slot, reason ?? 'connection closed', now);
    }
  }

  /** Lets time pass: timeouts, the next servers, probes. */
  tick(now: number): void {
    for (let slot = this.#exchanges.expired(now); slot; slot = this.#exchanges.expired(now)) {
      const { server } = slot;
      this.#delivery.restore(slot);
      if (slot.isStreaming) {
        this.#endStream(slot);
        continue;
      }
      server.failed(slot.sentAt, now, slot.group!.timeout);
      this.#watch.loops.probe(server, now);
      this.#askNext(slot, 'timeout', now);
    }
    for (let slot = this.#exchanges.impatient(now); slot; slot = this.#exchanges.impatient(now)) {
      this.#delivery.restore(slot);
      this.#exchanges.askBesides(slot, this.#query, now);
    }
    for (let slot = this.#exchanges.hurried(now); slot; slot = this.#exchanges.hurried(now)) {
      this.#delivery.restore(slot);
      this.#delivery.hurry(slot, now);
    }
    this.#watch.tick(this.#setup.groups, now);
  }

  /** Ends all that still waits for an upstream. */
  abandon(now: number): void {
    for (let slot = this.#exchanges.any(); slot; slot = this.#exchanges.any()) {
      this.#delivery.restore(slot);
      if (slot.isStreaming) this.#endStream(slot);
      else this.#delivery.failure(slot, now);
    }
  }

  /** Asks every server whether it leads back here. */
  probe(now: number): void {
    for (const group of this.#setup.groups.values()) {
      for (const server of group.servers) this.#watch.loops.probe(server, now);
    }
  }

  /** Asks for the query's name; for that of an alias there is a `chase`. */
  forward(view: View, now: number, chase?: Chase): void {
    const query = this.#query;
    const { policy, groups, cache } = this.#setup;
    const route = view.routes.find(query);
    if (route === undefined) return this.#delivery.resume(chase!, { rcode: Rcode.NOERROR }, now);
    if (isKeepable(query)) {
      const entry = cache.find(query, view.cache, now);
      if (entry !== undefined) return this.#hits.answer(entry, view, now, chase);
    }
    if (this.#watch.loops.match(query)) {
      return this.#conclusion.verdict(route.verdicts.looped, now);
    }
    const group = groups.get(route.group)!;
    const stale = isKeepable(query) ? cache.findStale(query, view.cache, now) : undefined;
    if (stale !== undefined && group.isDown) return this.#hits.answer(stale, view, now, chase);
    const slot = this.#exchanges.open(query, group);
    if (slot === undefined) {
      if (chase !== undefined) return this.#delivery.resume(chase, FAILED, now);
      return this.#conclusion.verdict(policy.overload, now);
    }
    slot.purpose = view;
    slot.chase = chase;
    if (stale !== undefined) this.#exchanges.hurryAfter(slot, now, CLIENT_PATIENCE_MS);
    if (isKeepable(query) && this.#joins.join(slot, query, view.cache)) return;
    if (!this.#exchanges.ask(slot, query, now)) this.#delivery.failure(slot, now);
  }

  /** An answer to the slot's question has come: is it the last word? */
  #take(slot: Slot, answer: Answer, now: number): void {
    const query = this.#query;
    const leg = slot.leg!;
    if (leg.edns && !query.isVerbatim && answer.isPuzzledByEdns) {
      // RFC 6891 section 7: a server that does not know EDNS is asked without it.
      leg.edns = false;
      return this.#exchanges.askAgain(slot, query, now);
    }
    if (answer.rcode === Rcode.REFUSED) return this.#takeRefusal(slot, answer, now);
    if (answer.rcode === Rcode.SERVFAIL) {
      this.#exchanges.note(slot, formatRcode(answer.rcode), now);
      if (this.#exchanges.ask(slot, query, now)) return;
      if (slot.refusal !== undefined) return this.#delivery.failure(slot, now);
    }
    this.#delivery.answer(slot, answer, now);
  }

  /** A refusal is passed on when no other server of the group answers. */
  #takeRefusal(slot: Slot, answer: Answer, now: number): void {
    const refusal = readRefusal(slot, this.#query, answer, now);
    this.#exchanges.noteRefusal(slot, refusal);
    this.#recorder.upstreamRefused(refusal.address, refusal.verdict);
    this.#watch.refused(slot, refusal, this.#query, now);
    if (answer.truncated && slot.leg!.transport === 'udp' && !this.#query.isVerbatim) {
      // It may be that only an address that nobody can forge is answered.
      slot.leg!.byTcp = true;
      return this.#exchanges.askAgain(slot, this.#query, now);
    }
    this.#exchanges.drop(slot);
    // Nobody can go on with a transfer that another server has begun.
    if (slot.isStreaming || !this.#exchanges.ask(slot, this.#query, now)) {
      this.#delivery.failure(slot, now, answer);
    }
  }

  #askNext(slot: Slot, reason: string, now: number): void {
    this.#exchanges.note(slot, reason, now);
    if (!this.#exchanges.ask(slot, this.#query, now)) this.#delivery.failure(slot, now);
  }

  #recovered(): void {
    this.#setup.cache.forgetFailures();
  }

  /** Where a transfer ends only the zone tells: it is over when nothing more comes. */
  #stream(slot: Slot, answer: Answer, now: number): void {
    this.#conclusion.more(answer);
    this.#exchanges.wait(slot, now);
  }

  #endStream(slot: Slot): void {
    this.#exchanges.close(slot);
    this.#conclusion.done();
  }
}
