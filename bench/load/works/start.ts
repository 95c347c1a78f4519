/** Work: start, with the configuration that comes with rcode5 or its like. */

import type { Bench, Work } from '../bench.ts';
import { type Contestant, entrants, type Running, stop } from '../contestant.ts';
import { bind } from '../servers/bind.ts';
import { DNSDIST_CACHE, dnsdist, dnsdistUpstream } from '../servers/dnsdist.ts';
import { dnsmasq } from '../servers/dnsmasq.ts';
import { startNsd } from '../servers/nsd.ts';
import { rcode5AndOneThread } from '../servers/rcode5.ts';
import { unbound } from '../servers/unbound.ts';
import { timeStarts } from '../starts.ts';
import { formatCount, formatMegabytes, formatProblem, formatRatio, formatTable } from '../table.ts';
import { ANSWERED } from './answering.ts';

const MIN_STARTS = 5;

/** As in config/default.yaml. */
const DEFAULT_LINES: readonly string[] = ['acl: { query: { 127.0.0.0/8: allow, ::1: allow } }'];

export const start: Work = {
  name: 'start',
  about: `From the start of the process to its first answer, a forwarded one, with a configuration like
\`config/default.yaml\`. rcode5 runs as \`npm start\` runs it.`,
  async run(bench) {
    if (!bench.programs.has('nsd')) return 'Left out: nsd is not installed.';
    const upstream = await startNsd(bench);
    try {
      return await table(bench, upstream);
    } finally {
      await stop(upstream);
    }
  },
};

async function table(bench: Bench, upstream: Running): Promise<string> {
  const reps = bench.options.isQuick ? 1 : Math.max(MIN_STARTS, bench.options.reps);
  const lines: string[][] = [];
  let own: number | undefined;
  const times = new Map<string, number>();
  for (const contestant of entrants(contestants(), bench)) {
    const of = { question: ANSWERED, reps, upstream: upstream.port };
    const started = await timeStarts(contestant, bench, of);
    const { label, peer, besides } = contestant;
    if (typeof started === 'string') {
      lines.push([label, formatProblem(started)]);
      continue;
    }
    const { milliseconds, memory } = started;
    own ??= milliseconds;
    times.set(label, milliseconds);
    const isOwn = peer === undefined && besides === undefined;
    const ratio = isOwn ? '' : formatRatio(milliseconds / (times.get(besides ?? '') ?? own));
    lines.push([label, formatCount(milliseconds), ratio, formatMegabytes(memory.resident)]);
  }
  const columns = ['server', 'ms to the first answer', "its time ÷ rcode5's", 'resident MB'];
  return formatTable(columns, lines);
}

function contestants(): Contestant[] {
  return [
    ...rcode5AndOneThread({ lines: DEFAULT_LINES }),
    dnsdist({ lua: (site) => `${dnsdistUpstream(site)}\n${DNSDIST_CACHE}` }),
    unbound({}),
    bind({}),
    dnsmasq({ cacheSize: 10_000 }),
  ];
}
