/**
 * The core: queries and answers in, replies and questions out. It does no I/O and reads no clock,
 * so that it serves every transport, is tested without sockets, and can be asked by `explain`.
 */

import { Conclusion, type ReplyBox } from './conclusion.ts';
import type { Recorder } from './decision/outcome.ts';
import { type AnswerCache, type CacheEntry, isKeepable } from './forward/cache.ts';
import { Exchanges, type Send } from './forward/exchanges.ts';
import type { UpstreamGroup } from './forward/group.ts';
import { LoopProbes } from './forward/loop-probe.ts';
import { overrule, readRefusal } from './forward/refusal.ts';
import type { Server } from './forward/server.ts';
import type { Slot } from './forward/slot.ts';
import type { Policy } from './policy/compile.ts';
import { judge } from './policy/layer.ts';
import type { Route } from './policy/route-table.ts';
import { judgeWithTrial, type View } from './policy/view.ts';
import { Answer } from './wire/answer.ts';
import { HEADER_LENGTH } from './wire/header.ts';
import { collectOptions } from './wire/opt.ts';
import { isQuery, Query } from './wire/query.ts';
import { EdnsOption, formatRcode, Rcode } from './wire/registry.ts';

/** Octets that a buffer must have for a message to be answered in it. */
export const BUFFER_LENGTH = 0x10000;

/** Where replies and questions leave. */
export interface Outbox extends ReplyBox {
  readonly send: Send;
}

/** What a configuration brings to the engine; swapped as a whole. */
export interface Setup {
  readonly policy: Policy;
  readonly groups: ReadonlyMap<string, UpstreamGroup>;
  readonly cache: AnswerCache;
}

export class Engine {
  /** The shell fills in who asks before it calls `receive`. */
  readonly query: Query = new Query();
  readonly #outbox: Outbox;
  readonly #recorder: Recorder;
  readonly #exchanges: Exchanges;
  readonly #probes: LoopProbes;
  readonly #answer: Answer = new Answer();
  readonly #buffer: Uint8Array = new Uint8Array(BUFFER_LENGTH);
  readonly #conclusion: Conclusion;
  #setup: Setup;

  /** `refPrefix` makes this engine's refs its own. */
  constructor(
    setup: Setup,
    shell: { outbox: Outbox; recorder: Recorder; capacity: number; refPrefix: string },
  ) {
    this.#setup = setup;
    this.#outbox = shell.outbox;
    this.#recorder = shell.recorder;
    this.#exchanges = new Exchanges(shell.capacity, shell.outbox.send);
    this.#probes = new LoopProbes(shell.outbox.send);
    this.#conclusion = new Conclusion(this.query, setup.policy, { ...shell, box: shell.outbox });
  }

  get inFlight(): number {
    return this.#exchanges.inFlight;
  }

  /** Judges all that comes from now on by another configuration. */
  use(setup: Setup): void {
    this.#setup = setup;
    this.#conclusion.use(setup.policy);
    setup.cache.purgeRefusals();
  }

  /** A client's message, in a buffer of BUFFER_LENGTH octets; `now` is in milliseconds. */
  receive(message: Uint8Array, length: number, now: number): void {
    const query = this.query;
    if (!isQuery(message, length)) {
      this.#recorder.ignored(length < HEADER_LENGTH ? 'short' : 'response');
      this.#outbox.drop(query);
      return;
    }
    query.receivedAt = now;
    query.parse(message, length);
    this.#recorder.received(query);
    const { views, viewTable } = this.#setup.policy;
    const view = views[viewTable.find(query)]!;
    query.view = view.index;
    const verdict =
      view.trial === undefined
        ? judge(view.layers, query)
        : judgeWithTrial(view, query, (would) => this.#conclusion.shadow(would, now));
    if (verdict !== undefined) this.#conclusion.verdict(verdict, now);
    else this.#forward(view, now);
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
      if (!this.#probes.isAnswer(from.server, answer.id)) {
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
    if (!answer.matches(this.query)) return this.#recorder.ignored('wrong-question');
    const rttMs = now - slot.sentAt;
    from.server.answered(rttMs);
    from.server.note(this.query, answer, rttMs, now);
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
      if (reason !== undefined) server.failed(now, slot.group!.timeout);
      this.#askNext(slot, reason ?? 'connection closed', now);
    }
  }

  /** Lets time pass: timeouts, the next servers, probes. */
  tick(now: number): void {
    for (let slot = this.#exchanges.expired(now); slot; slot = this.#exchanges.expired(now)) {
      const server = slot.server!;
      this.#restore(slot);
      if (slot.isStreaming) {
        this.#endStream(slot);
        continue;
      }
      server.failed(now, slot.group!.timeout);
      this.#probes.probe(server, now);
      this.#askNext(slot, 'timeout', now);
    }
    this.#probes.recheck(now);
  }

  /** Asks every server whether it leads back here. */
  probe(now: number): void {
    for (const group of this.#setup.groups.values()) {
      for (const server of group.servers) this.#probes.probe(server, now);
    }
  }

  /** The slot's query is the one at hand again. */
  #restore(slot: Slot): void {
    slot.restore(this.query, this.#buffer);
    this.query.view = (slot.purpose as View).index;
  }

  #forward(view: View, now: number): void {
    const query = this.query;
    const { policy, groups, cache } = this.#setup;
    const route = view.routes.find(query)!;
    if (isKeepable(query)) {
      const entry = cache.find(query, view.cache, now);
      if (entry !== undefined) return this.#answerCached(entry, route, now);
    }
    if (this.#probes.match(query)) {
      return this.#conclusion.verdict(route.verdicts.looped, now);
    }
    const slot = this.#exchanges.open(query, groups.get(route.group)!);
    if (slot === undefined) return this.#conclusion.verdict(policy.overload, now);
    slot.purpose = view;
    if (!this.#exchanges.ask(slot, query, now)) this.#giveUp(slot, now);
  }

  /** An answer to the slot's question has come: is it the last word? */
  #take(slot: Slot, answer: Answer, now: number): void {
    const query = this.query;
    if (slot.edns && !query.isVerbatim && answer.isPuzzledByEdns) {
      // RFC 6891 section 7: a server that does not know EDNS is asked without it.
      slot.edns = false;
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
    const refusal = readRefusal(slot, this.query, answer, now);
    this.#exchanges.noteRefusal(slot, refusal);
    this.#recorder.upstreamRefused(refusal.address, refusal.verdict);
    if (answer.truncated && slot.upstreamTransport === 'udp' && !this.query.isVerbatim) {
      // It may be that only an address that nobody can forge is answered.
      slot.byTcp = true;
      return this.#exchanges.askAgain(slot, this.query, now);
    }
    // Nobody can go on with a transfer that another server has begun.
    if (slot.isStreaming || !this.#exchanges.ask(slot, this.query, now)) {
      this.#giveUp(slot, now, answer);
    }
  }

  #askNext(slot: Slot, reason: string, now: number): void {
    this.#exchanges.note(slot, reason, now);
    if (!this.#exchanges.ask(slot, this.query, now)) this.#giveUp(slot, now);
  }

  /** No server is left to ask; `answer` is a refusal that has just come. */
  #giveUp(slot: Slot, now: number, answer?: Answer): void {
    const { refusal, attempts } = slot;
    const view = slot.purpose as View;
    const { verdicts } = view.routes.find(this.query)!;
    const isKept = this.#isKept(slot);
    const loops = slot.group!.servers.some((server) => server.isLoop);
    this.#exchanges.close(slot);
    if (refusal !== undefined) {
      if (isKept) this.#setup.cache.storeRefusal(this.query, view.cache, refusal, now);
      return this.#conclusion.refusal(refusal, verdicts.refused, 'upstream', { now, answer });
    }
    const timedOut = attempts.some(({ result }) => result === 'timeout');
    const unreachable = loops ? verdicts.looped : verdicts.unreachable;
    this.#conclusion.verdict(timedOut ? verdicts.timedOut : unreachable, now, attempts);
  }

  #relay(slot: Slot, answer: Answer, now: number): void {
    const query = this.query;
    const view = slot.purpose as View;
    const options = collectOptions(answer.message, answer.optAt, EdnsOption.EDE);
    if (slot.refusal !== undefined) overrule(slot, now);
    if (this.#isKept(slot)) {
      const upstream = slot.server!.name;
      this.#setup.cache.store(query, view.cache, answer, { upstream, options, now });
    }
    slot.isStreaming = query.isTransfer && query.transport === 'tcp' && answer.rcode === 0;
    const { forwarded } = view.routes.find(query)!;
    this.#conclusion.answer(slot, answer, options, { verdict: forwarded, now });
    if (slot.isStreaming) this.#exchanges.wait(slot, now);
    else this.#exchanges.close(slot);
  }

  /** What the upstreams of an earlier configuration say is passed on, but not told again. */
  #isKept({ purpose }: Slot): boolean {
    return isKeepable(this.query) && this.#setup.policy.views.includes(purpose as View);
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

  #answerCached(entry: CacheEntry, route: Route, now: number): void {
    const { refused } = route.verdicts;
    if (entry.refusal !== undefined)
      this.#conclusion.refusal(entry.refusal, refused, 'cache', { now });
    else this.#conclusion.cached(entry, route.forwarded, this.#buffer, now);
  }
}
