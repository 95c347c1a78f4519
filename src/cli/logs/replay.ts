/** `diff --replay`: which of the queries in decision logs would be decided otherwise. */

import type { Writable } from 'node:stream';
import { explainQuestion } from '../../explain/explain.ts';
import { type AskedQuestion, askedQuestion } from '../../explain/question.ts';
import { DecisionReader, formatSkipped } from '../../logs/log-lines.ts';
import type { DecisionRecord } from '../../observe/decision-filter.ts';
import type { Policy } from '../../policy/compile.ts';
import { Exit, UsageError } from '../command.ts';
import { Output } from '../output.ts';
import { escapeControls } from '../printable.ts';
import { type LogInput, LogReader } from './log-source.ts';

export interface ReplayRequest {
  readonly before: Policy;
  readonly after: Policy;
  readonly logs: readonly string[];
  readonly json: boolean;
}

/** Changes that are listed one by one. */
const MOST = 100_000;

/** A question that the two policies decide differently, and how often it was asked. */
interface Replayed {
  readonly client: string;
  readonly name: string;
  readonly type: string;
  readonly old: Readonly<Record<string, unknown>>;
  readonly new: Readonly<Record<string, unknown>>;
  count: number;
}

export async function replay(
  { before, after, logs, json }: ReplayRequest,
  streams: LogInput & { readonly stdout: Writable & { readonly isTTY?: boolean } },
): Promise<Exit> {
  if (logs.length === 0 && process.stdin.isTTY) {
    throw new UsageError('nothing to replay; expect decision logs, or records on stdin');
  }
  const reader = new DecisionReader();
  const source = new LogReader({ files: logs, follow: false }, streams);
  const tally = new ReplayTally(before, after);
  for await (const lines of source.lines(new AbortController().signal)) {
    for (const line of lines) {
      const record = reader.read(line);
      if (record !== undefined) tally.add(record);
    }
  }
  const output = new Output(streams.stdout);
  await output.write(json ? tally.json(reader.skipped) : tally.text());
  if (reader.skipped > 0) streams.stderr.write(`${formatSkipped(reader.skipped)}\n`);
  if (source.failed) return Exit.UNUSABLE;
  return tally.changed > 0 ? Exit.NEGATIVE : Exit.OK;
}

class ReplayTally {
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
    return { client: question.client, name: qname, type: qtype, old, new: now, count: 0 };
  }

  json(skipped: number): string {
    const { queries, changed } = this;
    const changes = [...this.#found.values()];
    return `${JSON.stringify({ changed: changed > 0, queries, queriesChanged: changed, skipped, changes })}\n`;
  }

  text(): string {
    const rows = [...this.#found.values()]
      .sort((a, b) => b.count - a.count)
      .map(
        ({ client, name, type, old, new: now, count }) =>
          `${String(count).padStart(8)}  ${client}  ${escapeControls(`${name} ${type}`)}  ${told(old)} -> ${told(now)}\n`,
      );
    return `${this.changed} of ${this.queries} queries would be decided otherwise\n${rows.join('')}`;
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

/** What a change ticket wants to know of a decision. */
function decisionOf(policy: Policy, question: AskedQuestion, at: number) {
  const { decision, upstream } = explainQuestion(policy, question, at);
  const { rcode, layer, action, rule } = decision;
  const { id } = rule as { id: string };
  return { rcode, layer, action, rule: id, ...(upstream !== undefined && { upstream }) };
}

function told({ rcode, action, rule, upstream }: Readonly<Record<string, unknown>>): string {
  return upstream === undefined ? `${rcode ?? action} (${rule})` : `forwarded to ${upstream}`;
}
