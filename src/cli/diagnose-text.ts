/** Probes and findings as text for people. */

import { SCOPES } from '../decision/upstream-refusal.ts';
import { isEmpty } from '../diagnose/plan.ts';
import type { Probe } from '../diagnose/probe.ts';
import type { Visit } from '../diagnose/situation.ts';
import { type ConfiguredFinding, formatConfigured } from './diagnose-configured.ts';
import { escapeControls } from './printable.ts';
import { alignColumns } from './text-table.ts';

interface Column {
  readonly title: string;
  text(probe: Probe): string;
}

const COLUMNS: readonly Column[] = [
  { title: 'PROBE', text: ({ probe, again }) => (again ? `${probe} again` : probe) },
  { title: 'QUESTION', text: formatAsked },
  { title: 'BY', text: ({ transport }) => transport },
  { title: 'RD', text: ({ rd }) => (rd ? '1' : '0') },
  { title: 'EDNS', text: ({ edns }) => (edns ? 'yes' : 'no') },
  { title: 'RESULT', text: ({ rcode, silence = '' }) => rcode ?? silence },
  { title: 'FLAGS', text: formatFlags },
  { title: 'ANSWERS', text: ({ rcode, answers }) => (rcode === undefined ? '-' : String(answers)) },
  { title: 'MS', text: ({ ms }) => ms.toFixed(1) },
  { title: 'SAYS', text: formatWords },
];
const INDENT = '  ';

/** What was asked of one server from one source, a line each. */
export function formatVisit(visit: Visit): string {
  const { server, source } = visit[0]!;
  const rows = [
    COLUMNS.map(({ title }) => title),
    ...visit.map((probe) => COLUMNS.map(({ text }) => escapeControls(text(probe)))),
  ];
  const lines = alignColumns(rows).map((line) => INDENT + line);
  return `${server} from ${source}\n${lines.join('\n')}\n`;
}

/** What was found at one server, why, and what to do. */
export function formatFinding(finding: ConfiguredFinding): string {
  const { server, verdict, scope, confidence, summary, evidence, next, sources, configured } =
    finding;
  const others = sources.filter(({ source }) => source !== finding.source);
  const lines = [
    `${verdict} (${confidence} confidence): ${server} ${summary}`,
    ...section('scope', scope === null ? [] : [`${scope}: ${SCOPES[scope]}`]),
    ...section('evidence', evidence),
    ...section(
      'other sources',
      others.map((one) => `${one.source}: ${one.verdict} (${one.confidence}): it ${one.summary}`),
    ),
    ...section('configured', configured === undefined ? [] : [formatConfigured(configured)]),
    ...section('next', next),
  ];
  return `${lines.map(escapeControls).join('\n')}\n`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.map((line, i) => `${INDENT}${(i === 0 ? title : '').padEnd(13)} ${line}`);
}

function formatAsked({ name, type, class: rrClass }: Probe): string {
  return rrClass === 'IN' ? `${name} ${type}` : `${name} ${rrClass} ${type}`;
}

function formatFlags({ rcode, aa, tc, ra }: Probe): string {
  if (rcode === undefined) return '-';
  return [aa ? 'aa' : '', tc ? 'tc' : '', ra ? 'ra' : ''].filter((flag) => flag !== '').join(' ');
}

function formatWords(probe: Probe): string {
  const { ede, nsid, texts, soa, policyZone, hasQuestion, rcode, burst } = probe;
  return [
    ...ede.map(({ code, text }) => (text === '' ? `EDE ${code}` : `EDE ${code} "${text}"`)),
    ...(nsid === undefined ? [] : [`NSID ${nsid}`]),
    ...texts.map((text) => `"${text}"`),
    ...(soa === undefined ? [] : [`SOA ${soa}`]),
    ...(policyZone === undefined ? [] : [`policy zone ${policyZone}`]),
    ...(rcode !== undefined && !hasQuestion ? ['no question'] : []),
    ...(isEmpty(probe) ? ['come by TCP'] : []),
    ...(burst === undefined ? [] : [`${burst.sent} at once: ${formatBurst(burst)}`]),
  ].join(', ');
}

function formatBurst({
  answered,
  refused,
  truncated,
  silent,
}: NonNullable<Probe['burst']>): string {
  return `${answered} answered, ${refused} refused, ${truncated} truncated, ${silent} silent`;
}
