/** Tables in Markdown. */

import type { Measured, Ratios, Row } from './contest.ts';

const MEGABYTE = 1_000_000;

const COLUMNS: readonly string[] = [
  'server',
  'queries/s',
  'CPU µs/query',
  'core busy',
  'resident MB',
];
const RATIOS: readonly string[] = [
  "rcode5's queries/s ÷ its",
  "its CPU ÷ rcode5's",
  "its memory ÷ rcode5's",
];

/** What servers did, and how rcode5, the first of the rows, compares to each of its peers; and
 * each of its rows to that of another build. */
export function formatRows(rows: readonly Row[]): string {
  const own = rows.find(({ peer }) => peer === undefined)?.measured;
  const lines = rows.map(({ label, peer, measured, ratios, problem }) => {
    if (measured === undefined) return [label, formatProblem(problem)];
    const { perSecond, cpuMicros, busy, memory } = measured;
    const toOwn = peer !== undefined && own !== undefined ? ratiosOf(own, measured) : ratios;
    return [
      label,
      formatCount(perSecond),
      cpuMicros.toFixed(2),
      `${(busy * 100).toFixed(0)} %`,
      formatMegabytes(memory.resident),
      toOwn === undefined ? '' : formatRatio(toOwn.perSecond),
      toOwn === undefined ? '' : formatRatio(toOwn.cpu),
      toOwn === undefined ? '' : formatRatio(toOwn.resident),
    ];
  });
  const areCompared = rows.some(({ peer, ratios }) => (peer ?? ratios) !== undefined);
  return formatTable(areCompared ? [...COLUMNS, ...RATIOS] : COLUMNS, lines);
}

function ratiosOf(own: Measured, its: Measured): Ratios {
  return {
    perSecond: own.perSecond / its.perSecond,
    cpu: its.cpuMicros / own.cpuMicros,
    resident: its.memory.resident / own.memory.resident,
  };
}

/** The first column is text, the others are numbers; a row that ends early has empty cells. */
export function formatTable(columns: readonly string[], rows: readonly string[][]): string {
  const line = (cells: readonly string[]) =>
    `| ${columns.map((_, i) => cells[i] ?? '').join(' | ')} |`;
  const rule = columns.map((_, i) => (i === 0 ? '---' : '---:'));
  return [line(columns), line(rule), ...rows.map(line)].join('\n');
}

/** What went wrong, without what the program said to it: that is told when the run ends. */
export function formatProblem(problem = 'not measured'): string {
  return problem.split(': ', 1)[0]!;
}

/** `123,456`. */
export function formatCount(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 0 });
}

export function formatMegabytes(bytes: number): string {
  return formatCount(bytes / MEGABYTE);
}

export function formatRatio(ratio: number): string {
  return `${ratio.toFixed(2)} ×`;
}
