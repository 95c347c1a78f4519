/** What a live server does with questions, beside what a policy of ours does: where rcode, or who decides, differ. */

import type { Verdict } from '../decision/verdict.ts';
import { type Exchange, NO_ANSWER } from '../diagnose/reply.ts';
import type { Policy } from '../policy/compile.ts';
import { explain } from '../policy/trace.ts';
import { Query } from '../wire/query.ts';
import { Ede, formatRcode } from '../wire/registry.ts';
import { type AskedQuestion, playQuestion } from './question.ts';

/**
 * Who decides: a rule of the server, its own data, the server's reading of the message, or those that it asks.
 * `nobody` is silence.
 */
export type Decider = 'policy' | 'own data' | 'protocol' | 'others' | 'nobody';

export interface Side {
  /** An rcode, `silence`, or `forward` where only the answer of others would show it. */
  readonly fate: string;
  readonly decider: Decider;
  /** The rule and its place, where the policy is known; or what the network says. */
  readonly rule?: string;
}

/** Questions that differ in the same way, for the same rule. */
export interface Difference {
  readonly live: Side;
  readonly ours: Side;
  /** How often they were asked. */
  count: number;
  readonly clients: Set<string>;
  readonly questions: Set<string>;
}

const PROTOCOL = ['FORMERR', 'NOTIMP', 'NOTAUTH', 'BADVERS'];
/** RFC 8914: what somebody has decided against a name or a client. */
const POLICY_ERRORS: readonly number[] = [
  ...[Ede.FORGED_ANSWER, Ede.BLOCKED, Ede.CENSORED, Ede.FILTERED, Ede.PROHIBITED],
  Ede.NOT_AUTHORITATIVE,
];

/** From an answer alone: EDE codes and AA show who made it, where the server sets them. */
export function liveSide(exchange: Exchange): Side {
  if (!('reply' in exchange)) {
    const { silence } = exchange;
    const why = silence === NO_ANSWER ? {} : { rule: silence };
    return { fate: 'silence', decider: 'nobody', ...why };
  }
  const { rcode, aa, ede } = exchange.reply;
  if (PROTOCOL.includes(rcode)) return { fate: rcode, decider: 'protocol' };
  const isPolicy = rcode === 'REFUSED' || ede.some(({ code }) => POLICY_ERRORS.includes(code));
  return { fate: rcode, decider: isPolicy ? 'policy' : aa ? 'own data' : 'others' };
}

export function policySide(policy: Policy, question: AskedQuestion, at: number): Side {
  const query = new Query();
  const length = playQuestion(query, question, at);
  query.parse(query.message, length);
  const { view, verdict = view.routes.find(query)!.forwarded } = explain(policy, query);
  const { rule } = verdict;
  const where = rule.implicit ? rule.id : `${rule.id} at ${rule.file}:${rule.line}`;
  return { fate: fateOf(verdict), decider: deciderOf(verdict), rule: where };
}

function fateOf({ action, rcode }: Verdict): string {
  if (action === 'forward') return 'forward';
  return action === 'drop' ? 'silence' : formatRcode(rcode);
}

function deciderOf({ action, layer }: Verdict): Decider {
  if (action === 'forward') return 'others';
  if (action === 'drop') return 'nobody';
  if (layer === 'protocol' || action === 'reject') return 'protocol';
  return layer === 'local' || layer === 'special-use' ? 'own data' : 'policy';
}

/** Answers of others can have any rcode: a policy that forwards says only that it does not decide. */
export function isSame(live: Side, ours: Side): boolean {
  if (live.decider !== ours.decider) return false;
  return ours.fate === 'forward' || live.fate === 'forward' || live.fate === ours.fate;
}

export class ComparisonTally {
  asked = 0;
  same = 0;
  readonly #found: Map<string, Difference> = new Map();

  add(
    question: AskedQuestion & { readonly shown: string },
    live: Side,
    ours: Side,
    count: number,
  ): void {
    this.asked += count;
    if (isSame(live, ours)) {
      this.same += count;
      return;
    }
    const key = JSON.stringify([live, ours]);
    const known = this.#found.get(key) ?? {
      ...{ live, ours, count: 0 },
      clients: new Set<string>(),
      questions: new Set<string>(),
    };
    known.count += count;
    known.clients.add(question.client);
    known.questions.add(question.shown);
    this.#found.set(key, known);
  }

  /** The most frequent first. */
  get differences(): readonly Difference[] {
    return [...this.#found.values()].sort((a, b) => b.count - a.count);
  }
}
