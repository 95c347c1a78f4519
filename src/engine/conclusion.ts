/** Concludes a query: makes the outcome, writes the reply, records it, sends the reply. */

import type { Origin, Outcome, Recorder, Reply } from '../decision/outcome.ts';
import type { StructuredErrors } from '../decision/structured-error.ts';
import type { Attempt, SecuredUpstream, UpstreamRefusal } from '../decision/upstream-refusal.ts';
import type { OwnedRecord, Verdict } from '../decision/verdict.ts';
import type { CacheEntry } from '../forward/cache-entry.ts';
import type { Policy } from '../policy/compile.ts';
import type { Answer } from '../wire/answer.ts';
import type { Query } from '../wire/query.ts';
import type { Aliases } from '../wire/response.ts';
import { clampRcode, Replies } from './reply.ts';

/** Where replies leave. */
export interface ReplyBox {
  /**
   * `query` has where the reply goes: address and port, or connection. The octets are valid
   * during the call only.
   */
  reply(query: Query, octets: Uint8Array, length: number): void;
  /** A message of several: the last is followed by `drop`. */
  more(query: Query, octets: Uint8Array, length: number): void;
  /** Nothing (more) is sent: by policy, because the packet is no query, after `more`. */
  drop(query: Query): void;
  /**
   * What should have followed a `more` does not come: the connection is closed, so that nobody
   * waits for it.
   */
  end(query: Query): void;
}

/** What clients that ask for structured errors are sent. */
function structureOf({ structuredErrors }: Policy['replies']): StructuredErrors {
  const { contacts, organization, language, option } = structuredErrors;
  return { contacts: contacts.map(({ value }) => value), organization, language, option };
}

/** What a policy's answer is made of besides its records. */
export interface PolicyReply {
  readonly rcode?: number;
  readonly aliases?: Aliases | undefined;
  readonly resolved?: Uint8Array | undefined;
  readonly inside?: readonly OwnedRecord[] | undefined;
}

/** Who has answered: a pending query, or what one was. */
export interface Answered {
  readonly upstream: { readonly name: string; readonly secured: SecuredUpstream | undefined };
  readonly sentAt: number;
  readonly attempts: readonly Attempt[];
  readonly isStreaming: boolean;
}

const NO_ATTEMPTS: readonly Attempt[] = [];
const NO_RECORDS: readonly OwnedRecord[] = [];

export class Conclusion {
  readonly #query: Query;
  readonly #box: ReplyBox;
  readonly #recorder: Recorder;
  readonly #replies: Replies = new Replies();
  readonly #outcome: Outcome;
  readonly #refPrefix: string;
  #refCount = 0;
  #policy: Policy;

  /** For the one query that is in `query` at a time. */
  constructor(
    query: Query,
    policy: Policy,
    { box, recorder, refPrefix }: { box: ReplyBox; recorder: Recorder; refPrefix: string },
  ) {
    this.#query = query;
    this.#box = box;
    this.#recorder = recorder;
    this.#refPrefix = `${refPrefix}-`;
    this.#policy = policy;
    this.#outcome = {
      verdict: policy.overload,
      origin: 'local',
      rcode: 0,
      ref: '',
      group: -1,
      upstream: undefined,
      secured: undefined,
      rttMs: 0,
      refusal: undefined,
      attempts: NO_ATTEMPTS,
      aliases: undefined,
      resolved: undefined,
      inside: NO_RECORDS,
    };
    this.use(policy);
  }

  use(policy: Policy): void {
    this.#policy = policy;
    // The last verdict of the old policy would keep all of it in memory.
    this.#outcome.verdict = policy.overload;
    this.#replies.ede = policy.replies.ede;
    this.#replies.structured = structureOf(policy.replies);
    this.#replies.identify(policy.replies.node, policy.hash);
    this.#replies.cookies = policy.cookies;
  }

  /** By a verdict; `attempts` has the upstreams that were asked in vain. */
  verdict(
    verdict: Verdict,
    now: number,
    attempts: readonly Attempt[] = NO_ATTEMPTS,
    origin: Origin = 'local',
  ): void {
    this.#begin(verdict, origin).attempts = attempts;
    if (verdict.action !== 'drop') this.#replies.writeVerdict(this.#query, this.#outcome);
    this.#finish(now);
  }

  /** By a policy's verdict on a name that aliases lead to, or with an alias that was asked for. */
  policy(
    verdict: Verdict,
    { rcode = verdict.rcode, aliases, resolved, inside }: PolicyReply,
    now: number,
  ): void {
    const outcome = this.#begin(verdict, 'local');
    outcome.rcode = clampRcode(this.#query, rcode);
    outcome.aliases = aliases;
    outcome.resolved = resolved;
    outcome.inside = inside ?? NO_RECORDS;
    if (verdict.action !== 'drop') this.#replies.writeVerdict(this.#query, outcome);
    this.#finish(now);
  }

  /** What a rule in shadow mode would do, recorded and not done. */
  shadow(verdict: Verdict, now: number): void {
    this.#recorder.shadowed(this.#query, this.#begin(verdict, 'local'), now);
  }

  /** An upstream's refusal, passed on; `answer` is the message that it came in, if at hand. */
  refusal(
    refusal: UpstreamRefusal,
    verdict: Verdict,
    origin: Origin,
    { now, answer }: { now: number; answer?: Answer | undefined },
  ): void {
    const outcome = this.#begin(verdict, origin);
    outcome.upstream = refusal.address;
    outcome.secured = refusal.secured;
    outcome.rttMs = refusal.rttMs;
    outcome.refusal = refusal;
    outcome.attempts = refusal.attempts;
    if (answer !== undefined && this.#query.isVerbatim) {
      this.#replies.writeVerbatim(this.#query, answer);
    } else {
      this.#replies.writeVerdict(this.#query, outcome);
    }
    this.#finish(now);
  }

  /** An upstream's answer, passed on; `options` are the EDE options that came with it. */
  answer(
    { upstream, sentAt, attempts, isStreaming }: Answered,
    answer: Answer,
    options: Uint8Array,
    { verdict, now }: { verdict: Verdict; now: number },
  ): void {
    const outcome = this.#begin(verdict, 'upstream');
    outcome.upstream = upstream.name;
    outcome.secured = upstream.secured;
    outcome.rttMs = now - sentAt;
    outcome.attempts = attempts;
    outcome.rcode = clampRcode(this.#query, answer.rcode);
    if (this.#query.isVerbatim) {
      this.#replies.writeVerbatim(this.#query, answer);
    } else {
      this.#replies.writeAnswer(this.#query, answer.message, answer.withoutOpt(), outcome);
      this.#replies.passErrors(this.#query, options);
    }
    this.#finish(now, isStreaming);
  }

  /** One more message of a transfer whose first was an `answer`. */
  more(answer: Answer): void {
    this.#replies.writeVerbatim(this.#query, answer);
    this.#box.more(this.#query, this.#replies.octets, this.#replies.length);
  }

  /** No message of the transfer is left; or what is left does not come. */
  done(isWhole: boolean): void {
    if (isWhole) this.#box.drop(this.#query);
    else this.#box.end(this.#query);
  }

  /** An answer from the cache; `aged` is as it is by now. */
  cached(entry: CacheEntry, verdict: Verdict, aged: Reply, now: number): void {
    const outcome = this.#begin(verdict, 'cache');
    outcome.upstream = entry.upstream;
    outcome.rcode = entry.rcode;
    this.#replies.writeAnswer(this.#query, aged.octets, aged.length, outcome);
    this.#replies.passErrors(this.#query, entry.options);
    this.#replies.passErrors(this.#query, verdict.edeOption);
    this.#finish(now);
  }

  #begin(verdict: Verdict, origin: Origin): Outcome {
    const outcome = this.#outcome;
    outcome.verdict = verdict;
    outcome.origin = origin;
    outcome.rcode = clampRcode(this.#query, verdict.rcode);
    const isTold = verdict.action !== 'forward' || verdict.isShadow === true;
    outcome.ref = isTold ? this.#nextRef() : '';
    outcome.group = this.#policy.groups.find(this.#query);
    outcome.upstream = undefined;
    outcome.secured = undefined;
    outcome.rttMs = 0;
    outcome.refusal = undefined;
    outcome.attempts = NO_ATTEMPTS;
    outcome.aliases = undefined;
    outcome.resolved = undefined;
    outcome.inside = NO_RECORDS;
    return outcome;
  }

  #nextRef(): string {
    return this.#refPrefix + (++this.#refCount).toString(36);
  }

  /** The record first, then the reply: whoever was refused has a record. */
  #finish(now: number, isMoreToCome = false): void {
    const isDrop = this.#outcome.verdict.action === 'drop';
    const reply = isDrop ? undefined : this.#replies;
    const { isPadded, isEncrypted, isVerbatim } = this.#query;
    if (isPadded && isEncrypted && !isVerbatim && !isDrop) this.#replies.pad();
    this.#recorder.decided(this.#query, this.#outcome, now, reply);
    const { octets, length } = this.#replies;
    if (isDrop) this.#box.drop(this.#query);
    else if (isMoreToCome) this.#box.more(this.#query, octets, length);
    else this.#box.reply(this.#query, octets, length);
  }
}
