/** A report as text for a terminal: tables with a small chart in each row. */

import type { Row, Summary, TableSummary } from '../../logs/report-summary.ts';
import type { Dimension } from '../../logs/report-tally.ts';
import { type Display, paint } from '../display.ts';
import { breaksOf, formatLines, widthsOf } from '../text-table.ts';
import { printable } from './log-table.ts';
import type { ShownTime } from './shown-time.ts';

const BARS = '▁▂▃▄▅▆▇█';
const NOTHING = ' ';
/** Characters of a chart at most. */
const CHART_WIDTH = 40;
const VALUE_WIDTH = 60;
/** Policies with a column of their own. */
const POLICY_COLUMNS = 4;

/** How it is shown. */
export interface ReportLook {
  readonly display: Display;
  readonly times: ShownTime;
}

/** All of it. */
export function formatReport(summary: Summary, look: ReportLook): string {
  const { by, count } = summary;
  const head = formatHead(summary, look);
  if (count === 0) return `${head.join('\n')}\n`;
  const policies = columnsOf(summary);
  const parts = Object.entries(by).map(([name, table]) => formatTable(name, table, policies, look));
  return `${[head, ...parts].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function formatHead(summary: Summary, { display, times }: ReportLook): string[] {
  const { event, count, records, events, first, last, timeline, policies } = summary;
  const what = event === 'all' ? 'decisions' : event;
  const others = Object.entries(events).filter(([name]) => name !== event && event !== 'all');
  const also = others.map(([name, number]) => `${name} ${number}`).join(', ');
  if (count === 0) return [`0 ${what} of ${records} records${also === '' ? '' : ` (${also})`}`];
  const chart = sparkline(timeline.counts);
  const note = `${formatStep(timeline)}, each chart up to its own highest`;
  return [
    `${count} ${what} of ${records} records${also === '' ? '' : ` (${also})`}`,
    `${times.seconds(first!)} to ${times.seconds(last!)}`,
    ...(chart.length + note.length + 2 > display.width ? [chart, note] : [`${chart}  ${note}`]),
    ...Object.entries(policies).map(([hash, number]) => `policy ${printable(hash)}: ${number}`),
  ];
}

/** The policies with the most decisions; one alone needs no column. */
function columnsOf({ policies }: Summary): readonly string[] {
  const names = Object.keys(policies);
  return names.length < 2 ? [] : names.slice(-POLICY_COLUMNS);
}

interface Line {
  readonly left: string;
  readonly numbers: readonly string[];
  readonly times: readonly string[];
  readonly chart: string;
  readonly policies: readonly string[];
}

function formatTable(
  name: string,
  table: TableSummary,
  policies: readonly string[],
  look: ReportLook,
): string[] {
  const { rows, other, missed } = table;
  const dimensions = name.split('+') as Dimension[];
  const heading: Line = {
    left: dimensions.join(' ').toUpperCase(),
    numbers: ['COUNT', 'SHARE'],
    times: ['FIRST', 'LAST'],
    chart: 'OVER TIME',
    policies,
  };
  const lines = [heading, ...rows.map((row) => lineOf(row, dimensions, policies, look.times))];
  if (other.count > 0) {
    const many = missed === 0 ? `${other.values}` : `up to ${other.values}`;
    const numbers = [`${other.count}`, formatShare(other.share)];
    const none = policies.map(() => '');
    lines.push({ left: `other: ${many}`, numbers, times: ['', ''], chart: '', policies: none });
  }
  const note = `≥: up to ${missed} more; there are too many values to count each from its beginning`;
  return [...align(lines, look.display), ...(missed === 0 ? [] : [note])];
}

function lineOf(
  row: Row,
  dimensions: readonly Dimension[],
  policies: readonly string[],
  times: ShownTime,
): Line {
  const { file, line, count, atMost, share, first, last, timeline } = row;
  const place = file === undefined ? '' : ` at ${file}${line === undefined ? '' : `:${line}`}`;
  const ofLayer = row.implicit && !dimensions.includes('layer') ? ` (${row.layer})` : '';
  const value = dimensions.map((one) => {
    return printable(row[one] ?? undefined) + (one === 'rule' ? printable(ofLayer, '') : '');
  });
  return {
    left: `${value.join(' ')}${printable(place, '')}`,
    numbers: [`${atMost === undefined ? '' : '≥'}${count}`, formatShare(share)],
    times: [times.seconds(first), times.seconds(last)],
    chart: sparkline(timeline),
    policies: policies.map((policy) => `${row.policies[policy] ?? '-'}`),
  };
}

function align(lines: readonly Line[], display: Display): string[] {
  const { numbers, policies } = lines[0]!;
  const counts = numbers.length + policies.length;
  const rows = lines.map((line) => {
    return [line.left, ...line.numbers, ...line.policies, ...line.times, line.chart];
  });
  const widths = widthsOf(rows, VALUE_WIDTH);
  const layout = { widths, breaks: breaksOf(widths, display.width), absent: '' };
  const isRight = (column: number) => column > 0 && column <= counts;
  return rows.flatMap((row, i) => {
    const style = i === 0 ? 'bold' : undefined;
    return formatLines(row, layout, { isRight, paint: (cell) => paint(display, style, cell) });
  });
}

function formatShare(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

function formatStep({ counts, step }: Summary['timeline']): string {
  const seconds = step * together(counts.length);
  const units = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'm'],
  ] as const;
  const [length, unit] = units.find(([one]) => seconds % one === 0) ?? [1, 's'];
  return `${seconds / length}${unit} each`;
}

/** Spans that share one bar. */
function together(spans: number): number {
  return Math.max(1, Math.ceil(spans / CHART_WIDTH));
}

/** A bar for each span: blank when nothing happened in it. */
export function sparkline(counts: readonly number[]): string {
  const size = together(counts.length);
  const sums: number[] = [];
  for (let i = 0; i < counts.length; i += size) {
    sums.push(counts.slice(i, i + size).reduce((sum, one) => sum + one, 0));
  }
  const highest = Math.max(...sums, 1);
  return sums
    .map((sum) => (sum === 0 ? NOTHING : BARS[Math.ceil((sum / highest) * BARS.length) - 1]!))
    .join('');
}
