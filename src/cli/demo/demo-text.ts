/** What the demo shows: query, answer and record, side by side. */

import type { Rule } from '../../decision/verdict.ts';
import { formatRcode, formatType } from '../../wire/registry.ts';
import type { Asked } from '../ask.ts';
import { formatRule } from '../explain-text.ts';

/** The fields of a record that the table shows. */
interface Shown {
  readonly client: string;
  readonly opcode: string;
  readonly qname: string;
  readonly qtype: string;
  readonly qclass: string;
  readonly layer: string;
  readonly origin: string;
  readonly rule: Rule;
  readonly would?: { readonly layer: string; readonly action: string };
  readonly hint?: string;
  readonly upstream?: Readonly<Record<string, unknown>>;
  readonly attempts?: readonly { readonly address: string; readonly rcode: string }[];
}

const QUERY_WIDTH = 46;
const ANSWER_WIDTH = 22;

export const HEADING: string = `${'QUERY'.padEnd(QUERY_WIDTH)} ${'ANSWER'.padEnd(ANSWER_WIDTH)} RECORD`;

/** Query, answer and record in three columns. */
export function formatRow(
  type: number,
  answer: Asked | undefined,
  lines: readonly string[],
): string {
  const records = lines.map((line): Shown => JSON.parse(line));
  const record = records.at(-1)!;
  const { rule, layer, origin } = record;
  const what = record.opcode === 'QUERY' ? formatType(type) : record.opcode;
  const where = record.qclass === 'IN' ? '' : ` ${record.qclass}`;
  const columns = [
    `${record.client.padEnd(11)} ${record.qname} ${what}${where}`.padEnd(QUERY_WIDTH),
    formatAnswer(answer).padEnd(ANSWER_WIDTH),
    `${layer} (${origin}): ${formatRule(rule)}`,
  ];
  const margin = ' '.repeat(QUERY_WIDTH + ANSWER_WIDTH + 2);
  const notes = [...formatTexts(answer), ...records.flatMap(formatNotes)];
  return `${columns.join(' ')}\n${notes.map((note) => `${margin}${note}\n`).join('')}`;
}

function formatAnswer(answer: Asked | undefined): string {
  if (answer === undefined) return 'no answer';
  const codes = answer.ede.map(({ code }) => code).join(',');
  return `${formatRcode(answer.rcode)} RA=${+answer.recursionAvailable}${codes && ` EDE ${codes}`}`;
}

/** What the client is told beside the codes. */
function formatTexts(answer: Asked | undefined): string[] {
  const told = answer?.ede.filter(({ text }) => text !== '') ?? [];
  return told.map(({ code, text }) => `EDE ${code}: ${text}`);
}

function formatNotes({ rule, would, hint, upstream, attempts }: Shown): string[] {
  const { address, verdict, confidence, evidence } = upstream ?? {};
  const trial = `in shadow mode: ${would?.layer} would ${would?.action}: ${formatRule(rule)}`;
  return [
    ...(would === undefined ? [] : [trial]),
    ...(hint === undefined ? [] : [hint]),
    ...(verdict === undefined ? [] : [`${address}: ${verdict}, ${confidence} (${evidence})`]),
    ...(upstream === undefined ? (attempts ?? []) : []).map((attempt) => {
      return `${attempt.address}: ${attempt.rcode}`;
    }),
  ];
}
