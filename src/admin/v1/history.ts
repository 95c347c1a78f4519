/** The counts of the last hour, span by span, and since the policy in force was taken over. */

import type { ThreadNumbers } from '../../observe/thread-numbers.ts';
import type { Counts, Span } from '../api/answers.ts';
import { type Counted, countAll, countBetween } from './counted.ts';

const SPAN_SECONDS = 10;
const SPANS = 360;

export interface HistorySource {
  /** Every thread that serves or has served, with its numbers as they are now. */
  readonly threads: () => readonly ThreadNumbers[];
  /** The hash of the policy in force. */
  readonly policy: () => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export class History {
  readonly #source: HistorySource;
  readonly #timer: NodeJS.Timeout;
  readonly #spans: Span[] = [];
  #last: Counted;
  #lastAt: number;
  #policy: string;
  #policyAt: number;
  #beforePolicy: Counted;

  constructor(source: HistorySource) {
    this.#source = source;
    this.#last = countAll(source.threads());
    this.#lastAt = source.now();
    this.#policy = source.policy();
    this.#policyAt = this.#lastAt;
    this.#beforePolicy = this.#last;
    this.#timer = setInterval(() => this.look(), SPAN_SECONDS * 1000);
    this.#timer.unref();
  }

  /** A span is over. */
  look(): void {
    const { span, counted } = this.#spanUntilNow();
    this.#spans.push(span);
    if (this.#spans.length > SPANS) this.#spans.shift();
    this.#last = counted;
    this.#lastAt = span.at * 1000;
  }

  /** All spans, the last of which is still going on. */
  get spans(): readonly Span[] {
    return [...this.#spans, this.#spanUntilNow().span];
  }

  get totals(): Counted {
    return countAll(this.#source.threads());
  }

  /** What rules have refused since the policy in force was taken over, and which did not before. */
  get sincePolicy(): {
    readonly at: string;
    readonly rules: Counts;
    readonly newRules: readonly string[];
  } {
    const { totals } = this;
    this.#noticePolicy(totals);
    const { rules } = countBetween(this.#beforePolicy, totals);
    const newRules = Object.keys(rules).filter((rule) => !(rule in this.#beforePolicy.rules));
    return { at: new Date(this.#policyAt).toISOString(), rules, newRules };
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Called when a policy may have been taken over. */
  noticePolicy(): void {
    this.#noticePolicy(this.totals);
  }

  #noticePolicy(totals: Counted): void {
    const policy = this.#source.policy();
    if (policy === this.#policy) return;
    this.#policy = policy;
    this.#policyAt = this.#source.now();
    this.#beforePolicy = totals;
  }

  #spanUntilNow(): { readonly span: Span; readonly counted: Counted } {
    const now = this.#source.now();
    const counted = this.totals;
    this.#noticePolicy(counted);
    const seconds = (now - this.#lastAt) / 1000;
    return { span: { at: now / 1000, seconds, ...countBetween(this.#last, counted) }, counted };
  }
}
