/** Work: rcode5 with policies of ever more rules. */

import type { Bench, Work } from '../bench.ts';
import { compare } from '../contest.ts';
import { type Contestant, entrants } from '../contestant.ts';
import { rpzLoad, rpzQuestion, writeRpz } from '../rpz.ts';
import { rcode5 } from '../servers/rcode5.ts';
import { timeStarts } from '../starts.ts';
import { formatCount, formatMegabytes, formatProblem, formatTable } from '../table.ts';

const SIZES: readonly number[] = [1000, 10_000, 100_000, 1_000_000];
const LARGE = 10_000_000;
const QUICK = 2;
const MAX_STARTS = 3;

export const rules: Work = {
  name: 'rules',
  about: `rcode5 alone: what a query, the start and the memory cost as the policy zone grows. The queries
go all over the zone; nine of ten have a rule.`,
  async run(bench) {
    const sizes = sizesFor(bench);
    const contestants = sizes.map((size) => withRules(bench, size));
    const rows = await compare(bench, {
      contestants,
      load: rpzLoad(bench, sizes[0]!),
      upstream: 'idle',
    });
    const reps = Math.min(MAX_STARTS, bench.options.reps);
    const lines: string[][] = [];
    // With another build there are two for each size, one behind the other, as there are rows.
    const all = entrants(contestants, bench);
    for (const [i, contestant] of all.entries()) {
      const size = sizes[Math.floor((i * sizes.length) / all.length)]!;
      const question = rpzQuestion(size);
      const started = await timeStarts(contestant, bench, { question, reps });
      const { measured, problem } = rows[i]!;
      const { label } = contestant;
      if (measured === undefined || typeof started === 'string') {
        lines.push([label, formatProblem(problem ?? `${started}`)]);
        continue;
      }
      lines.push([
        label,
        formatCount(measured.perSecond),
        measured.cpuMicros.toFixed(2),
        formatCount(started.milliseconds),
        formatMegabytes(started.memory.resident),
        formatMegabytes(started.memory.peak),
      ]);
    }
    return formatTable(COLUMNS, lines);
  },
};

const COLUMNS: readonly string[] = [
  'rules',
  'queries/s',
  'CPU µs/query',
  'ms to the first answer',
  'resident MB then',
  'peak MB',
];

function sizesFor({ options }: Bench): readonly number[] {
  if (options.isQuick) return SIZES.slice(0, QUICK);
  return options.isLarge ? [...SIZES, LARGE] : SIZES;
}

function withRules(bench: Bench, size: number): Contestant {
  const lines = [`policies: [{ name: bench, rpz: ${writeRpz(bench, size)} }]`];
  const label = `${formatCount(size)} rules`;
  return { ...rcode5({ label, lines }), load: rpzLoad(bench, size) };
}
