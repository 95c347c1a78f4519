/** The answers of a fleet's nodes about themselves, as a table. */

import type { Difference, Fleet, NodeAccount } from '../diagnose/fleet.ts';
import { escapeControls } from './printable.ts';
import { alignColumns } from './text-table.ts';

/** Behind a value that most nodes do not have. */
const ODD = '*';

/** The table, then what differs and who does not answer. */
export function formatFleet({ nodes, differences, alike }: Fleet): string {
  const rows = [
    ['HOST', 'NODE', 'VERSION', 'POLICY', 'ZONES', 'MS'],
    ...nodes.map((node) => rowOf(node, differences).map(escapeControls)),
  ];
  const silent = nodes.flatMap(({ host, problem }) =>
    problem === undefined ? [] : `${host}: ${problem}`,
  );
  const notes = [...differences.map(formatDifference), ...silent].map(escapeControls);
  const last = alike ? [`all ${nodes.length} answer, and are alike`] : notes;
  return `${[...alignColumns(rows), '', ...last].join('\n')}\n`;
}

function rowOf(node: NodeAccount, differences: readonly Difference[]): string[] {
  const { host, zones, ms, problem, version = '-', policy = '-' } = node;
  const mark = (what: string, text: string) => {
    const odd = differences.find((one) => one.what === what)?.values.slice(1) ?? [];
    return odd.some(({ hosts }) => hosts.includes(host)) ? `${text}${ODD}` : text;
  };
  const serials = Object.entries(zones).map(([name, serial]) =>
    mark(`zone ${name}`, `${name}=${serial}`),
  );
  return [
    host,
    node.node ?? node.nsid ?? '-',
    mark('version', version),
    mark('policy', policy),
    serials.length === 0 ? '-' : serials.join(' '),
    problem === undefined ? ms.toFixed(1) : '-',
  ];
}

function formatDifference({ what, values }: Difference): string {
  const shown = values.map(({ value, hosts }) => `${value} at ${hosts.join(', ')}`);
  return `${what} differs: ${shown.join('; ')}`;
}
