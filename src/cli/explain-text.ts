/** The output of `explain` for people. */

import { styleText } from 'node:util';
import { BUILT_IN, type Rule } from '../decision/verdict.ts';
import type { Probe } from '../diagnose/probe.ts';
import type { ExplainedDecision } from '../explain/explain.ts';
import type { LiveDecision } from '../explain/live.ts';
import type { UpstreamAccount } from '../explain/live-upstreams.ts';
import type { DecisionRecord } from '../observe/decision-filter.ts';
import type { TraceStep } from '../policy/trace.ts';
import { escapeControls } from './printable.ts';

const LAYER_WIDTH = 12;
const VERDICT_WIDTH = 9;

type Paint = (color: 'red' | 'green' | 'yellow' | 'dim' | 'bold', text: string) => string;

/** Colours for a terminal, if `stream` is one that wants them: no meaning depends on colour alone. */
const paint: Paint = (color, text) => styleText(color, text, { stream: process.stdout });

/** The question, each layer, and the decision; `views` are the names of all views. */
export function formatExplained(
  explained: ExplainedDecision | LiveDecision,
  views: readonly string[],
): string {
  const { decision, trace, shadow = [] } = explained;
  const parts = [
    formatQuestion(decision, views),
    trace.flatMap(formatStep).join('\n'),
    ...(shadow.length === 0 ? [] : [shadow.map(formatShadow).join('\n')]),
    ...('live' in explained ? [formatLive(explained)] : []),
    conclude(decision),
  ];
  return `${parts.join('\n\n')}\n`;
}

function formatQuestion(decision: DecisionRecord, views: readonly string[]): string {
  const { qname, qtype, client, group, transport, rd, view } = decision;
  const who = group === undefined ? client : `${client} (${group})`;
  const inView = views.length > 1 ? `, view ${view}` : '';
  const question = paint('bold', `${qname} ${qtype}`);
  return question + escapeControls(` from ${who} by ${transport}, RD=${rd ? 1 : 0}${inView}`);
}

function formatStep({ layer, verdict, rule, nearest, why }: TraceStep): string[] {
  const name = `  ${layer.padEnd(LAYER_WIDTH)} `;
  const word = verdict.padEnd(VERDICT_WIDTH);
  const indent = ' '.repeat(name.length + word.length);
  const notes = [
    ...(rule === undefined ? [] : [formatRule(rule)]),
    ...(why === undefined ? [] : [why]),
    ...(nearest === undefined
      ? []
      : [`${layer === 'policy' ? 'nearest' : 'nearest allow'}: ${formatRule(nearest)}`]),
  ].map(escapeControls);
  const [first = '', ...rest] = notes;
  const head = `${name}${word} ${first}`.trimEnd();
  return [head.replace(verdict, colored(verdict)), ...rest.map((note) => `${indent} ${note}`)];
}

/** A verdict in its colour; letting pass is nothing to look at. */
function colored(verdict: string): string {
  if (verdict === 'pass') return paint('dim', verdict);
  return paint(verdict === 'forward' || verdict === 'answer' ? 'green' : 'red', verdict);
}

/** A rule, where it stands, and who answers for it. */
export function formatRule({ id, file, line, owner, reason }: Rule): string {
  const origin = [owner, reason].filter((part) => part !== undefined).join(', ');
  // What came by transfer has no lines.
  const at = line === 0 ? `at ${file}` : `at ${file}:${line}`;
  const place = file === BUILT_IN ? '(built in)' : at;
  return `${id} ${place}${origin === '' ? '' : ` (${origin})`}`;
}

function formatShadow({ rule, would }: DecisionRecord): string {
  const { layer, action } = would as { layer: string; action: string };
  const what = `in shadow mode: ${layer} would ${action}: ${formatRule(rule as Rule)}`;
  return `  ${paint('yellow', escapeControls(what))}`;
}

function formatLive({ live, meaning }: LiveDecision): string {
  const lines = live.flatMap(formatUpstream);
  return [...lines, '', `  ${meaning}`].map(escapeControls).join('\n');
}

function formatUpstream({ address, role, question, soa, identity }: UpstreamAccount): string[] {
  const probes = [question, soa, identity].map((probe) => `    ${formatProbe(probe)}`);
  return [`  ${address}: ${role}`, ...probes];
}

function formatProbe(probe: Probe): string {
  const { name, type, rcode, silence, aa, ra, tc, answers, ms, ede, texts, soa } = probe;
  const rrClass = probe.class === 'IN' ? '' : `${probe.class} `;
  const asked = `${name} ${rrClass}${type} RD=${probe.rd ? 1 : 0}`;
  if (rcode === undefined) return `${asked}: ${silence}`;
  const said = [
    `${rcode} AA=${aa ? 1 : 0} RA=${ra ? 1 : 0}${tc ? ' TC=1' : ''}`,
    answers === 1 ? '1 record' : `${answers} records`,
    ...(soa === undefined ? [] : [`SOA ${soa}`]),
    ...texts.map((text) => `"${text}"`),
    ...ede.map(({ code, text }) => (text === '' ? `EDE ${code}` : `EDE ${code} "${text}"`)),
    `${ms.toFixed(1)} ms`,
  ];
  return `${asked}: ${said.join(', ')}`;
}

function conclude(decision: DecisionRecord): string {
  const { action, rcode, layer, rule, ede, hint, upstream } = decision;
  const at = escapeControls(formatRule(rule as Rule));
  const more =
    typeof hint !== 'string' || hint.startsWith('nearest') ? '' : `\nhint: ${escapeControls(hint)}`;
  // Without having asked nobody knows the rcode.
  const answer = upstream === undefined ? 'forwarded' : `${rcode} by ${layer} (${action})`;
  if (action === 'forward') return paint('green', `${answer}: ${at}`) + more;
  if (action === 'drop') return paint('red', `dropped by ${layer}: ${at}`) + more;
  const codes = Array.isArray(ede) ? `, EDE ${ede.join(', ')}` : '';
  return paint('bold', `${rcode} by ${layer} (${action})${codes}: ${at}`) + more;
}
