/** Work: answer NXDOMAIN by a response policy zone, and load it. */

import type { Bench, Work } from '../bench.ts';
import { compare } from '../contest.ts';
import { type Contestant, entrants } from '../contestant.ts';
import { HITS, RPZ_ZONE, rpzLoad, rpzQuestion, writeRpz } from '../rpz.ts';
import { bind } from '../servers/bind.ts';
import { rcode5AndOneThread } from '../servers/rcode5.ts';
import { unbound } from '../servers/unbound.ts';
import { timeStarts } from '../starts.ts';
import { formatCount, formatMegabytes, formatProblem, formatRows, formatTable } from '../table.ts';

const RULES = 1_000_000;
const QUICK_RULES = 10_000;
const MAX_STARTS = 3;

export const rpz: Work = {
  name: 'rpz',
  about: `A response policy zone of a million NXDOMAIN rules (fewer with --quick); nine of ten queries
have a rule, and each of these is logged (the lines are counted); the others are answered from the
cache. Then how long the zone takes to load: from the start to the NXDOMAIN of its last rule, with
all rules and with a single one.`,
  async run(bench) {
    const rules = bench.options.isQuick ? QUICK_RULES : RULES;
    const rows = await compare(bench, {
      contestants: contestants(writeRpz(bench, rules)),
      load: rpzLoad(bench, rules),
      upstream: 'idle',
      logged: HITS,
    });
    return `${formatRows(rows)}\n\n${await loading(bench, rules)}`;
  },
};

function contestants(zone: string): Contestant[] {
  return [
    ...rcode5AndOneThread({
      lines: [`policies: [{ name: bench, rpz: ${zone} }]`],
      isLogged: true,
    }),
    unbound({
      modules: 'respip iterator',
      sections: `rpz:
  name: ${RPZ_ZONE}
  zonefile: "${zone}"
  rpz-log: yes
  rpz-log-name: bench
`,
      log: 'rpz.log',
    }),
    bind({
      options: [`response-policy { zone "${RPZ_ZONE}" log yes; } qname-wait-recurse no;`],
      statements: `zone "${RPZ_ZONE}" { type primary; file "${zone}"; };`,
      category: 'rpz',
    }),
  ];
}

/** Time and memory of so many rules over those of one. */
async function loading(bench: Bench, rules: number): Promise<string> {
  const reps = Math.min(MAX_STARTS, bench.options.reps);
  const wanted = (zone: string) => entrants(contestants(zone), bench);
  const full = wanted(writeRpz(bench, rules));
  const empty = wanted(writeRpz(bench, 1));
  const lines: string[][] = [];
  for (const [i, contestant] of full.entries()) {
    const { label } = contestant;
    const without = await timeStarts(empty[i]!, bench, { question: rpzQuestion(1), reps });
    const loaded = await timeStarts(contestant, bench, { question: rpzQuestion(rules), reps });
    if (typeof without === 'string' || typeof loaded === 'string') {
      lines.push([label, formatProblem(`${typeof without === 'string' ? without : loaded}`)]);
      continue;
    }
    const over = loaded.memory.resident - without.memory.resident;
    lines.push([
      label,
      formatCount(without.milliseconds),
      formatCount(loaded.milliseconds),
      formatMegabytes(without.memory.resident),
      formatMegabytes(loaded.memory.resident),
      formatMegabytes(over),
      formatMegabytes(loaded.memory.peak),
    ]);
  }
  const columns = [
    `loading ${formatCount(rules)} rules`,
    'ms to the first answer with 1 rule',
    'with all',
    'resident MB with 1 rule',
    'with all',
    'difference MB',
    'peak MB',
  ];
  return formatTable(columns, lines);
}
