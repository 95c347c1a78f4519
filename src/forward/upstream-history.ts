/**
 * What one server has done in the last minute: what it answered, what it refused, how quickly.
 * Memory of a fixed size, written by every answer and read by refusals.
 */

import { inferSilence } from '../decision/load-evidence.ts';
import type { FateByTcp, History } from '../decision/refusal-facts.ts';
import type { AttemptCause } from '../decision/upstream-refusal.ts';
import type { Answer } from '../wire/answer.ts';
import { readExtendedErrors } from '../wire/opt.ts';
import type { Query } from '../wire/query.ts';
import { Rcode } from '../wire/registry.ts';
import { RecentLoad } from './recent-load.ts';
import { RecentQuestions } from './recent-questions.ts';

/** Milliseconds for which things count. */
const WINDOW_MS = 60_000;
/** Milliseconds for which its names count: programs are changed less often than rules. */
const NAMES_MS = 3_600_000;
/** Round-trip times that are remembered, and how many it takes to know the quickest. */
const TIMES = 64;
const ENOUGH_TIMES = 8;
/** Names whose refusal's code is remembered, and what stands for none. */
const CODES = 4;
const NO_CODE = -1;

interface ByTcp {
  readonly name: number;
  readonly type: number;
  readonly fate: FateByTcp;
  readonly at: number;
}

interface RefusedCode {
  readonly name: number;
  readonly code: number;
  readonly at: number;
}

export class UpstreamHistory {
  readonly #questions: RecentQuestions = new RecentQuestions(WINDOW_MS);
  readonly #load: RecentLoad = new RecentLoad();
  readonly #rtts: Float32Array = new Float32Array(TIMES);
  #rttCount = 0;
  #recanted = 0;
  #recantedAt = 0;
  #overruled = 0;
  #overruledAt = 0;
  #recursedAt = 0;
  #answeredRecursivelyAt = 0;
  #authoritativeAt = 0;
  /** The codes of the last refusals, a name each. */
  readonly #codes: RefusedCode[] = [];
  #identity: string | undefined;
  #identityAt = Number.NEGATIVE_INFINITY;
  #program: string | undefined;
  #programAt = Number.NEGATIVE_INFINITY;
  #localAnswered = false;
  #localAt = Number.NEGATIVE_INFINITY;
  #neutralRefusedAt = Number.NEGATIVE_INFINITY;
  #identityByTcpAt = Number.NEGATIVE_INFINITY;
  /** The last question that it refused by UDP and was asked by TCP. */
  #byTcp: ByTcp | undefined;

  /** It has answered a client's question, with whatever rcode. */
  note(query: Query, answer: Answer, rttMs: number, now: number): void {
    const { rcode } = answer;
    const isRefusal = rcode === Rcode.REFUSED;
    if (!isRefusal && rcode !== Rcode.NOERROR && rcode !== Rcode.NXDOMAIN) return;
    // It refuses datagrams, not the question.
    if (isRefusal && answer.truncated) return;
    this.#load.note(isRefusal, now);
    this.#noteRole(answer, now);
    if (!isRefusal) this.#rtts[this.#rttCount++ % TIMES] = rttMs;
    // Who is asked without RD, for a transfer or an update refuses something else.
    if (!query.recursionDesired || query.isVerbatim) return;
    if (isRefusal) this.#noteCodes(query, answer, now);
    if (this.#questions.note(query, isRefusal, now)) this.#recant(now);
  }

  /** A question was sent to it and never answered. */
  noteSilence(sentAt: number, now: number): AttemptCause | undefined {
    this.#load.noteLost(sentAt);
    return inferSilence(this.#load.recallLost(now));
  }

  /** A server beside it has answered what it refused. */
  overrule(now: number): void {
    this.#overruled = now - this.#overruledAt < WINDOW_MS ? this.#overruled + 1 : 1;
    this.#overruledAt = now;
  }

  /** It was asked for its own name; an empty one is a refusal. */
  identify(identity: string, now: number): void {
    this.#identity = identity;
    this.#identityAt = now;
  }

  /** It was asked for its program: `dnsmasq`. */
  nameProgram(program: string | undefined, now: number): void {
    this.#program = program;
    this.#programAt = now;
  }

  /** Whether it has refused a name that no rule is about. */
  noteNeutral(isRefusal: boolean, now: number): void {
    this.#neutralRefusedAt = isRefusal ? now : Number.NEGATIVE_INFINITY;
  }

  /** Whether it has answered for localhost. */
  noteLocal(isAnswered: boolean, now: number): void {
    this.#localAnswered = isAnswered;
    this.#localAt = now;
  }

  /** It did not refuse its own name by TCP, as it had by UDP. */
  identifyByTcp(now: number): void {
    this.#identityByTcpAt = now;
  }

  /** Whether it was asked for its names so long ago that it may be another server by now. */
  isStranger(now: number): boolean {
    return this.#identityAt <= now - NAMES_MS && this.#programAt <= now - NAMES_MS;
  }

  /** It was asked by TCP what it refused by UDP. */
  noteByTcp(query: Query, fate: FateByTcp, now: number): void {
    this.#byTcp = { name: query.hashes[0]!, type: query.qtype, fate, at: now };
  }

  #noteCodes(query: Query, answer: Answer, now: number): void {
    const ede = answer.optAt === 0 ? [] : readExtendedErrors(answer.message, answer.optAt);
    const name = query.hashes[0]!;
    const at = this.#codes.findIndex((one) => one.name === name);
    if (at >= 0) this.#codes.splice(at, 1);
    else if (this.#codes.length === CODES) this.#codes.shift();
    this.#codes.push({ name, code: ede[0]?.code ?? NO_CODE, at: now });
  }

  /** The last minute, as far as it bears on a refusal of this question. Allocates. */
  recall(query: Query, now: number): History {
    const since = now - WINDOW_MS;
    return {
      ...this.#questions.recall(query, now),
      recanted: this.#recantedAt > since ? this.#recanted : 0,
      overruled: this.#overruledAt > since ? this.#overruled : 0,
      recurses: this.#recursedAt > since,
      answersRecursively: this.#answeredRecursivelyAt > since,
      codesElsewhere: this.#codes
        .filter(({ name, at }) => at > since && name !== query.hashes[0])
        .map(({ code }) => code),
      isAuthoritative: this.#authoritativeAt > since,
      quickestMs: this.#quickest(),
      load: this.#load.recall(now),
      identity: this.#identityAt > now - NAMES_MS ? this.#identity : undefined,
      program: this.#programAt > now - NAMES_MS ? this.#program : undefined,
      localAnswered: this.#recallLocal(now),
      neutralRefused: this.#neutralRefusedAt > since,
      byTcp: this.#fateByTcp(query, since),
      identityByTcp: this.#identityByTcpAt > now - NAMES_MS,
    };
  }

  #noteRole({ recursionAvailable, authoritative, rcode }: Answer, now: number): void {
    if (recursionAvailable) {
      this.#recursedAt = now;
      if (rcode !== Rcode.REFUSED) this.#answeredRecursivelyAt = now;
    } else if (authoritative && rcode !== Rcode.REFUSED) this.#authoritativeAt = now;
  }

  /** That it answers shows for as long as its names what it is; a refusal may end with a rule. */
  #recallLocal(now: number): boolean | undefined {
    const age = now - this.#localAt;
    return age < (this.#localAnswered ? NAMES_MS : WINDOW_MS) ? this.#localAnswered : undefined;
  }

  #fateByTcp({ hashes, qtype }: Query, since: number): FateByTcp | undefined {
    const last = this.#byTcp;
    if (last === undefined || last.at <= since) return undefined;
    return last.name === hashes[0] && last.type === qtype ? last.fate : undefined;
  }

  #recant(now: number): void {
    this.#recanted = now - this.#recantedAt < WINDOW_MS ? this.#recanted + 1 : 1;
    this.#recantedAt = now;
  }

  #quickest(): number | undefined {
    if (this.#rttCount < ENOUGH_TIMES) return undefined;
    return Math.min(...this.#rtts.subarray(0, Math.min(this.#rttCount, TIMES)));
  }
}
