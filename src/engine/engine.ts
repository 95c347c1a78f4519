/**
 * The core: queries and answers in, replies and questions out. It does no I/O and reads no clock,
 * so that it serves every transport, is tested without sockets, and can be asked by `explain`.
 */

import type { Ignored, Recorder } from '../decision/outcome.ts';
import type { Verdict } from '../decision/verdict.ts';
import type { ChannelEnd, Channels } from '../forward/channels.ts';
import type { Upstream } from '../forward/upstream.ts';
import { AnswerJudge } from '../policy/answer-judge.ts';
import type { Policy } from '../policy/compile.ts';
import { judge } from '../policy/layer.ts';
import { judgeWithShadow, type View } from '../policy/view.ts';
import { HEADER_LENGTH, isQuery } from '../wire/header.ts';
import { Query } from '../wire/query.ts';
import { PolicyAnswers } from './alias-resolution.ts';
import { Conclusion, type ReplyBox } from './conclusion.ts';
import { Forwarder, type Setup } from './forwarder.ts';

/** Where replies and questions leave. */
export interface Outbox extends ReplyBox {
  readonly channels: Channels;
}

/** What an engine works in. */
export interface EngineOptions {
  readonly outbox: Outbox;
  readonly recorder: Recorder;
  /** Queries that may wait for upstreams at a time. */
  readonly capacity: number;
  /** Makes this engine's refs its own. */
  readonly refPrefix: string;
  /** A primary has something new for a policy. */
  readonly notified?: (policy: string) => void;
}

export class Engine {
  /** The shell fills in who asks before it calls `receive`. */
  readonly query: Query = new Query();
  readonly #outbox: Outbox;
  readonly #recorder: Recorder;
  readonly #conclusion: Conclusion;
  readonly #notified: (policy: string) => void;
  readonly #policyAnswers: PolicyAnswers;
  readonly #forwarder: Forwarder;
  #policy: Policy;

  constructor(setup: Setup, shell: EngineOptions) {
    const { outbox, recorder, notified = () => {} } = shell;
    this.#notified = notified;
    this.#policy = setup.policy;
    this.#outbox = outbox;
    this.#recorder = recorder;
    this.#conclusion = new Conclusion(this.query, setup.policy, { ...shell, box: outbox });
    this.#policyAnswers = new PolicyAnswers(this.query, this.#conclusion, (view, time, alias) =>
      this.#forwarder.forward(view, time, alias),
    );
    this.#forwarder = new Forwarder(setup, {
      ...shell,
      query: this.query,
      conclusion: this.#conclusion,
      judge: new AnswerJudge((shadow, time) => this.#conclusion.shadow(shadow, time)),
      policyAnswers: this.#policyAnswers,
    });
  }

  get inFlight(): number {
    return this.#forwarder.inFlight;
  }

  /** Judges all that comes from now on by another configuration. */
  use(setup: Setup): void {
    this.#policy = setup.policy;
    this.#conclusion.use(setup.policy);
    this.#forwarder.use(setup);
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
    const view = this.#policy.viewOf(query);
    query.view = view.index;
    const verdict =
      view.shadow === undefined ? judge(view.layers, query) : this.#judgeWithShadow(view, now);
    if (verdict === undefined) this.#forwarder.forward(view, now);
    else if (verdict.recordsOf !== undefined) this.#policyAnswers.answer(verdict, view, now);
    else this.#conclusion.verdict(verdict, now);
    if (verdict?.notified !== undefined) this.#notified(verdict.notified);
    this.#forwarder.shed(now);
  }

  /** In a method of its own: what a closure captures costs memory whenever its method is called. */
  #judgeWithShadow(view: View, now: number): Verdict | undefined {
    return judgeWithShadow(view, this.query, (would) => this.#conclusion.shadow(would, now));
  }

  /** What was sent to a listener and is no client's message. */
  ignore(reason: Ignored): void {
    this.#recorder.ignored(reason);
  }

  /** An upstream's message, in a buffer of BUFFER_LENGTH octets. Returns whether it fits. */
  response(
    octets: Uint8Array,
    length: number,
    from: { upstream: Upstream; channel: number },
    now: number,
  ): boolean {
    return this.#forwarder.response(octets, length, from, now);
  }

  /** Nothing more will come by a channel: what waits there need not wait on. */
  channelEnded(upstream: Upstream, channel: number, end: ChannelEnd, now: number): void {
    this.#forwarder.channelEnded(upstream, channel, end, now);
  }

  /** Lets time pass: timeouts, the next servers, probes. */
  tick(now: number): void {
    this.#forwarder.tick(now);
  }

  /** Ends all that still waits for an upstream: nobody will be here for the answer. */
  abandon(now: number): void {
    this.#forwarder.abandon(now);
  }

  /** Asks every server whether it leads back here, and what it calls itself. */
  probe(now: number): void {
    this.#forwarder.probe(now);
  }
}
