/** What the demo shows: query, answer and record, side by side. */

import type { Rule } from '../../decision/verdict.ts';
import type { Exchange } from '../../diagnose/reply.ts';
import { formatType } from '../../wire/registry.ts';
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
export function formatRow(type: number, exchange: Exchange, lines: readonly string[]): string {
  const records = lines.map((line): Shown => JSON.parse(line));
  const record = records.at(-1)!;
  const { rule, layer, origin } = record;
  const what = record.opcode === 'QUERY' ? formatType(type) : record.opcode;
  const where = record.qclass === 'IN' ? '' : ` ${record.qclass}`;
  const columns = [
    `${record.client.padEnd(11)} ${record.qname} ${what}${where}`.padEnd(QUERY_WIDTH),
    formatAnswer(exchange).padEnd(ANSWER_WIDTH),
    `${layer} (${origin}): ${formatRule(rule)}`,
  ];
  const margin = ' '.repeat(QUERY_WIDTH + ANSWER_WIDTH + 2);
  const notes = [...formatTexts(exchange), ...records.flatMap(formatNotes)];
  return `${columns.join(' ')}\n${notes.map((note) => `${margin}${note}\n`).join('')}`;
}

function formatAnswer(exchange: Exchange): string {
  if (!('reply' in exchange)) return 'no answer';
  const { rcode, ra, ede } = exchange.reply;
  const codes = ede.map(({ code }) => code).join(',');
  return `${rcode} RA=${+ra}${codes && ` EDE ${codes}`}`;
}

/** The texts of the Extended DNS Errors. */
function formatTexts(exchange: Exchange): string[] {
  const ede = 'reply' in exchange ? exchange.reply.ede : [];
  return ede.filter(({ text }) => text !== '').map(({ code, text }) => `EDE ${code}: ${text}`);
}

function formatNotes({ rule, would, hint, upstream, attempts }: Shown): string[] {
  const { address, verdict, confidence, evidence } = upstream ?? {};
  const shadow = `in shadow mode: ${would?.layer} would ${would?.action}: ${formatRule(rule)}`;
  return [
    ...(would === undefined ? [] : [shadow]),
    ...(hint === undefined ? [] : [hint]),
    ...(verdict === undefined ? [] : [`${address}: ${verdict}, ${confidence} (${evidence})`]),
    ...(upstream === undefined ? (attempts ?? []) : []).map((attempt) => {
      return `${attempt.address}: ${attempt.rcode}`;
    }),
  ];
}
