/** One decision record in full, for people: who asked, who decided, where that stands, what next. */

import type { DecisionRecord } from '../../observe/decision-filter.ts';
import { formatPlace, formatVerdict, printable } from './log-table.ts';
import type { ShownTime } from './shown-time.ts';

/** Fields that only this looks at: whatever a log has in them. */
type Fields = Readonly<Record<string, unknown>>;

const LABEL_WIDTH = 9;

/** Its sentence, and below it a line for each subject. */
export function formatRecord(record: DecisionRecord, times: ShownTime): string {
  const fields: Fields = { ...record };
  const lines: readonly (readonly [label: string, text: string])[] = [
    ['when', joined(times.exact(record.time), unit(fields['elapsedMs'], 'ms after the query'))],
    ['client', formatAsker(record, fields)],
    ['node', joined(record.node, named('policy', record.policy))],
    ['decided', formatDecided(record)],
    ['owner', formatOwner(record)],
    ['matched', joined(record.match, named('by', record.trigger))],
    ['hint', textOf(fields['hint'])],
    ['upstream', formatUpstream(record)],
    ...(record.attempts ?? []).map((attempt) => ['asked', formatAttempt(attempt)] as const),
    ['again', formatCommand(record)],
  ];
  const shown = lines.filter(([, text]) => text !== '');
  const rows = shown.map(([label, text]) => `  ${label.padEnd(LABEL_WIDTH)} ${printable(text)}\n`);
  return `${printable(textOf(fields['msg']), record.event)}\n${rows.join('')}`;
}

function formatAsker({ client, group, transport, view }: DecisionRecord, fields: Fields): string {
  return joined(
    client === undefined || group === undefined ? client : `${client} (${group})`,
    named('port', textOf(fields['port'])),
    named('through', textOf(fields['peer'])),
    joined(transport, textOf(fields['listener'])).replace(', ', ' to '),
    named('view', view),
  );
}

function formatDecided(record: DecisionRecord): string {
  const { layer = '', origin, rule } = record;
  const who = origin === 'cache' ? `${layer}, from the cache` : layer;
  const place = formatPlace(record);
  const at = place === undefined ? '' : ` at ${place}`;
  return rule?.id === undefined ? who : `by ${who}: ${rule.id}${at}`;
}

function formatOwner({ rule }: DecisionRecord): string {
  const { owner, reason, expires } = { ...rule } as Fields;
  return joined(textOf(owner), textOf(reason), named('expires', textOf(expires)));
}

function formatUpstream(record: DecisionRecord): string {
  const verdict = formatVerdict(record) ?? '';
  const evidence = textOf(({ ...record.upstream } as Fields)['evidence']);
  return evidence === '' ? verdict : `${verdict}: ${evidence}`;
}

function formatAttempt(attempt: Fields): string {
  const { address, transport, rcode, rttMs, verdict } = attempt;
  const by = transport === 'udp' || transport === undefined ? [] : [`by ${transport}`];
  const result = [address, ...by, rcode].map(textOf).join(' ');
  return joined(result, unit(rttMs, 'ms'), textOf(verdict));
}

/** What asks the same question of the policy as it is now. */
function formatCommand(record: DecisionRecord): string {
  const { client, qname, qtype, qclass, opcode, rd, transport } = record;
  if (client === undefined || qname === undefined || record.count !== undefined) return '';
  const words = [`-c ${quoted(configurationOf(record))}`, option('client', client)];
  words.push(option('name', qname));
  if (qtype !== undefined && qtype !== 'A') words.push(option('type', qtype));
  if (qclass !== undefined && qclass !== 'IN') words.push(option('class', qclass));
  if (opcode !== undefined && opcode !== 'QUERY') words.push(option('opcode', opcode));
  if (rd === false) words.push('--no-rd');
  if (transport !== undefined && transport !== 'udp') words.push(option('transport', transport));
  return `rcode5 explain ${words.join(' ')}`;
}

/**
 * The file of the rule, where that is a configuration and not a list or a zone; else the reader has
 * to fill it in: another configuration would decide otherwise, and without a word.
 */
function configurationOf({ rule }: DecisionRecord): string {
  const file = rule?.file ?? '';
  if (!/\.ya?ml$/.test(file)) return 'FILE';
  return file.startsWith('-') ? `./${file}` : file;
}

/** A value that begins like an option has to stand in one word with its option. */
function option(name: string, value: string): string {
  return `--${name}${value.startsWith('-') ? '=' : ' '}${quoted(value)}`;
}

/** A text as a shell takes it as one word: it may have any characters. */
function quoted(text: string): string {
  return /^[\w.,:/%-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function joined(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(', ');
}

function named(name: string, text: string | undefined): string {
  return text === undefined || text === '' ? '' : `${name} ${text}`;
}

function unit(value: unknown, what: string): string {
  return typeof value === 'number' ? `${value} ${what}` : '';
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
