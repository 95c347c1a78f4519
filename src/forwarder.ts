/** What no layer ends: answered from the cache, or asked of upstreams, by the next if need be. */

import { CacheHits } from './cache-hits.ts';
import type { Chase } from './chase.ts';
import type { Conclusion } from './conclusion.ts';
import type { Recorder } from './decision/outcome.ts';
import { type AnswerCache, isKeepable } from './forward/cache.ts';
import { Exchanges, type Send } from './forward/exchanges.ts';
import type { UpstreamGroup } from './forward/group.ts';
import { overrule, readRefusal } from './forward/refusal.ts';
import type { Server } from './forward/server.ts';
import type { Slot } from './forward/slot.ts';
import { Watch } from './forward/watch.ts';
import type { Policy } from './policy/compile.ts';
import type { View } from './policy/view.ts';
import { type Chased, FAILED, type PolicyEnding } from './policy-ending.ts';
import { Answer } from './wire/answer.ts';
import { BUFFER_LENGTH } from './wire/header.ts';
import { collectOptions } from './wire/opt.ts';
import type { Query } from './wire/query.ts';
import { EdnsOption, formatRcode, Rcode } from './wire/registry.ts';

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

export class Forwarder {
  readonly #query: Query;
  readonly #recorder: Recorder;
  readonly #exchanges: Exchanges;
  readonly #watch: Watch;
  readonly #answer: Answer = new Answer();
  readonly #buffer: Uint8Array = new Uint8Array(BUFFER_LENGTH);
  readonly #conclusion: Conclusion;
  readonly #ending: PolicyEnding;
  readonly #hits: CacheHits;
  #setup: Setup;

  constructor(setup: Setup, parts: ForwarderParts) {
    this.#setup = setup;
    this.#query = parts.query;
    this.#recorder = parts.recorder;
    this.#exchanges = new Exchanges(parts.capacity, parts.outbox.send);
    this.#watch = new Watch(parts.outbox.send, () => {});
    this.#conclusion = parts.conclusion;
    this.#ending = parts.ending;
    this.#hits = new CacheHits(parts, this.#buffer);
  }

  get inFlight(): number {
    return this.#exchanges.inFlight;
  }

  use(setup: Setup): void {
    this.#setup = setup;
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
    this.#restore(slot);
    if (!answer.parse(octets, length)) {
      if (slot.isStreaming) this.#endStream(slot);
      else this.#askNext(slot, 'malformed answer', now);
      return;
    }
    if (!answer.matches(this.#query)) return this.#recorder.ignored('wrong-question');
    const rttMs = now - slot.sentAt;
    from.server.answered(rttMs, now);
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
      this.#restore(slot);
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
      this.#restore(slot);
      if (slot.isStreaming) {
        this.#endStream(slot);
        continue;
      }
      server.failed(slot.sentAt, now, slot.group!.timeout);
      this.#watch.loops.probe(server, now);
      this.#askNext(slot, 'timeout', now);
    }
    for (let slot = this.#exchanges.impatient(now); slot; slot = this.#exchanges.impatient(now)) {
      this.#restore(slot);
      this.#exchanges.askBesides(slot, this.#query, now);
    }
    this.#watch.tick(this.#setup.groups, now);
  }

  /** Asks every server whether it leads back here. */
  probe(now: number): void {
    for (const group of this.#setup.groups.values()) {
      for (const server of group.servers) this.#watch.loops.probe(server, now);
    }
  }

  /** The slot's query is the one at hand again. */
  #restore(slot: Slot): void {
    slot.restore(this.#query, this.#buffer);
    this.#query.view = (slot.purpose as View).index;
  }

  /** Asks for the query's name; for that of an alias there is a `chase`. */
  forward(view: View, now: number, chase?: Chase): void {
    const query = this.#query;
    const { policy, groups, cache } = this.#setup;
    const route = view.routes.find(query);
    if (route === undefined) return this.#resume(chase!, { rcode: Rcode.NOERROR }, now);
    if (isKeepable(query)) {
      const entry = cache.find(query, view.cache, now);
      if (entry !== undefined) return this.#hits.answer(entry, view, now, chase);
    }
    if (this.#watch.loops.match(query)) {
      return this.#conclusion.verdict(route.verdicts.looped, now);
    }
    const slot = this.#exchanges.open(query, groups.get(route.group)!);
    if (slot === undefined) {
      if (chase !== undefined) return this.#resume(chase, FAILED, now);
      return this.#conclusion.verdict(policy.overload, now);
    }
    slot.purpose = view;
    slot.chase = chase;
    if (!this.#exchanges.ask(slot, query, now)) this.#giveUp(slot, now);
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
      if (slot.refusal !== undefined) return this.#giveUp(slot, now);
    }
    this.#relay(slot, answer, now);
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
      this.#giveUp(slot, now, answer);
    }
  }

  #askNext(slot: Slot, reason: string, now: number): void {
    this.#exchanges.note(slot, reason, now);
    if (!this.#exchanges.ask(slot, this.#query, now)) this.#giveUp(slot, now);
  }

  /** No server is left to ask; `answer` is a refusal that has just come. */
  #giveUp(slot: Slot, now: number, answer?: Answer): void {
    const { refusal, attempts } = slot;
    const view = slot.purpose as View;
    const { verdicts } = view.routes.find(this.#query)!;
    const isKept = this.#isKept(slot);
    const loops = slot.group!.servers.some((server) => server.isLoop);
    const chase = slot.chase as Chase | undefined;
    this.#exchanges.close(slot);
    if (chase !== undefined) return this.#resume(chase, FAILED, now);
    if (this.#ending.settles(view, now)) return;
    if (refusal !== undefined) {
      if (isKept) this.#setup.cache.storeRefusal(this.#query, view.cache, refusal, now);
      return this.#conclusion.refusal(refusal, verdicts.refused, 'upstream', { now, answer });
    }
    const timedOut = attempts.some(({ result }) => result === 'timeout');
    const unreachable = loops ? verdicts.looped : verdicts.unreachable;
    this.#conclusion.verdict(timedOut ? verdicts.timedOut : unreachable, now, attempts);
  }

  #relay(slot: Slot, answer: Answer, now: number): void {
    const query = this.#query;
    const view = slot.purpose as View;
    const options = collectOptions(answer.message, answer.optAt, EdnsOption.EDE);
    if (slot.refusal !== undefined) overrule(slot, now);
    this.#exchanges.overtake(slot, now);
    if (this.#isKept(slot)) {
      const upstream = slot.server.name;
      this.#setup.cache.store(query, view.cache, answer, { upstream, options, now });
    }
    if (this.#isEnded(slot, answer, now)) return;
    slot.isStreaming = query.isTransfer && query.transport === 'tcp' && answer.rcode === 0;
    const { forwarded } = view.routes.find(query)!;
    this.#conclusion.answer(slot, answer, options, { verdict: forwarded, now });
    if (slot.isStreaming) this.#exchanges.wait(slot, now);
    else this.#exchanges.close(slot);
  }

  /** The answer is not for the client itself, or policy says something else in its place. */
  #isEnded(slot: Slot, answer: Answer, now: number): boolean {
    const view = slot.purpose as View;
    if (slot.chase !== undefined) {
      const chase = slot.chase as Chase;
      this.#exchanges.close(slot);
      const { rcode, message } = answer;
      this.#resume(chase, { rcode, answer: message.slice(0, answer.withoutOpt()) }, now);
      return true;
    }
    if (!this.#ending.watches(view, answer.hasAlias)) return false;
    const { message: octets, hasAlias, isSigned } = answer;
    const judged = { octets, length: answer.withoutOpt(), hasAlias, isSigned };
    const verdict = this.#ending.judge(view, judged, now);
    if (verdict === undefined) return false;
    this.#exchanges.close(slot);
    this.#ending.overrule(verdict, view, now);
    return true;
  }

  #resume(chase: Chase, chased: Chased, now: number): void {
    this.#ending.resume(chase, chased, this.#buffer, now);
  }

  /** What the upstreams of an earlier configuration say is passed on, but not told again. */
  #isKept({ purpose }: Slot): boolean {
    return isKeepable(this.#query) && this.#setup.policy.views.includes(purpose as View);
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
