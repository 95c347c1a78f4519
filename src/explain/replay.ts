/** Questions of records, put to two policies: which of them would be decided otherwise. */

import type { DecisionRecord } from '../observe/decision-filter.ts';
import type { Policy } from '../policy/compile.ts';
import { formatClass, formatOpcode, Opcode, RrClass } from '../wire/registry.ts';
import { explainQuestion } from './explain.ts';
import { type AskedQuestion, askedQuestion } from './question.ts';

/** Changes that are listed one by one. */
const MOST = 100_000;

/** A question that the two policies decide differently, and how often it was asked. */
export interface Replayed {
  readonly client: string;
  readonly name: string;
  readonly type: string;
  /** What sets the question apart from an usual one: `RD=0`, `by TCP`. */
  readonly way: string;
  readonly old: Readonly<Record<string, unknown>>;
  readonly new: Readonly<Record<string, unknown>>;
  count: number;
}

export class ReplayTally {
  queries = 0;
  changed = 0;
  readonly #before: Policy;
  readonly #after: Policy;
  readonly #found: Map<string, Replayed> = new Map();
  /** Questions that were judged before: logs are full of them. */
  readonly #same: Set<string> = new Set();

  constructor(before: Policy, after: Policy) {
    this.#before = before;
    this.#after = after;
  }

  add(record: DecisionRecord): void {
    const question = toQuestion(record);
    if (record.event === 'shadow' || question === undefined) return;
    this.queries++;
    const key = JSON.stringify(question);
    if (this.#same.has(key)) return;
    let known = this.#found.get(key);
    if (known === undefined) {
      known = this.#judge(question, record);
      if (known === undefined) {
        if (this.#same.size < MOST) this.#same.add(key);
        return;
      }
      if (this.#found.size < MOST) this.#found.set(key, known);
    }
    known.count++;
    this.changed++;
  }

  #judge(question: AskedQuestion, record: DecisionRecord): Replayed | undefined {
    const at = Date.parse(record.time);
    const old = decisionOf(this.#before, question, at);
    const now = decisionOf(this.#after, question, at);
    if (JSON.stringify(old) === JSON.stringify(now)) return undefined;
    const { qname = '', qtype = '' } = record;
    const asked = { client: question.client, name: qname, type: qtype, way: wayOf(question) };
    return { ...asked, old, new: now, count: 0 };
  }

  /** What is decided otherwise, the most frequent first. */
  get changes(): readonly Replayed[] {
    return [...this.#found.values()].sort((a, b) => b.count - a.count);
  }
}

function toQuestion(record: DecisionRecord): AskedQuestion | undefined {
  const { client, qname, qtype, qclass, opcode, rd, transport } = record;
  if (qname === undefined) return undefined;
  const asked = askedQuestion({
    ...{ client, name: qname, type: qtype, class: qclass, opcode, transport },
    rd: rd === false ? '0' : '1',
  });
  return typeof asked === 'string' ? undefined : asked;
}

function wayOf({ rrClass, opcode, recursionDesired, transport }: AskedQuestion): string {
  const words = [
    rrClass === RrClass.IN ? '' : formatClass(rrClass),
    opcode === Opcode.QUERY ? '' : formatOpcode(opcode),
    recursionDesired ? '' : 'RD=0',
    transport === 'udp' ? '' : `by ${transport.toUpperCase()}`,
  ];
  return words.map((word) => (word === '' ? '' : ` ${word}`)).join('');
}

/** What a change ticket wants to know of a decision. */
function decisionOf(policy: Policy, question: AskedQuestion, at: number) {
  const { decision, upstream } = explainQuestion(policy, question, at);
  const { rcode, layer, action, rule } = decision;
  const { id } = rule as { id: string };
  return { rcode, layer, action, rule: id, ...(upstream !== undefined && { upstream }) };
}
