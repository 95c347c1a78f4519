/** The metrics with their labels, from what a scrape gets. */

import { exposeServing } from '../../src/admin/exposed-metrics.ts';
import { Metrics } from '../../src/observe/metrics.ts';
import type { Specimen } from './specimen.ts';
import { code, formatTable } from './table.ts';

/** One metric of ours. */
export interface MetricLine {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  readonly help: string;
}

/** A table of the metrics in the order in which they are exposed. */
export async function formatMetrics(specimen: Specimen): Promise<string> {
  const rows = (await listMetrics(specimen)).map(({ name, type, labels, help }) => {
    return [code(name), type, labels.map(code).join(' '), help];
  });
  return formatTable(['metric', 'type', 'labels', 'what it is'], rows);
}

/** Reads the text of a scrape: metrics stand in blocks, each with its HELP and TYPE. */
export async function listMetrics(specimen: Specimen): Promise<MetricLine[]> {
  const metrics = new Metrics();
  exposeServing(metrics, specimen.measured);
  const blocks = (await metrics.expose()).split('\n\n').map((block) => block.trim());
  return blocks.filter((block) => block.startsWith('# HELP rcode5_')).map(parseBlock);
}

function parseBlock(block: string): MetricLine {
  const [, name, help] = /^# HELP (\S+) (.*)$/m.exec(block)!;
  const [, type] = /^# TYPE \S+ (\S+)$/m.exec(block)!;
  const labels = new Set([...block.matchAll(/[{,](\w+)="/g)].map(([, label]) => label!));
  // A histogram's own label says no more than that it is one.
  labels.delete('le');
  return { name: name!, type: type!, labels: [...labels], help: help! };
}
