/** `npm run bench:load`: rcode5 and its peers on the same work, in turn, in one run. */

import { createBench, say, type Work } from './bench.ts';
import { watchOthers } from './disturbance.ts';
import { describeCpu, describeMachine } from './machine.ts';
import { type Options, parseOptions } from './options.ts';
import { prepareBuild } from './other-build.ts';
import { findPrograms, type ProgramName } from './packages.ts';
import { type Section, writeResults } from './results.ts';
import { cached } from './works/cached.ts';
import { clients } from './works/clients.ts';
import { consoles } from './works/consoles.ts';
import { doh } from './works/doh.ts';
import { dot } from './works/dot.ts';
import { dotOut } from './works/dot-out.ts';
import { forwarded } from './works/forwarded.ts';
import { handshakes } from './works/handshakes.ts';
import { latency } from './works/latency.ts';
import { lean } from './works/lean.ts';
import { manyClients } from './works/many-clients.ts';
import { moving } from './works/moving.ts';
import { refused } from './works/refused.ts';
import { refusedLogged } from './works/refused-logged.ts';
import { rpz } from './works/rpz.ts';
import { rules } from './works/rules.ts';
import { slowTcp } from './works/slow-tcp.ts';
import { start } from './works/start.ts';
import { tcp } from './works/tcp.ts';
import { threads } from './works/threads.ts';

const WORKS: readonly Work[] = [
  refusedLogged,
  refused,
  cached,
  forwarded,
  dotOut,
  rpz,
  tcp,
  dot,
  doh,
  handshakes,
  start,
  lean,
  rules,
  clients,
  manyClients,
  latency,
  threads,
  moving,
  slowTcp,
  consoles,
];
const NAMES: readonly string[] = WORKS.map(({ name }) => name);
const UNUSABLE = 2;

async function main(options: Options): Promise<void> {
  // dnsmasq and Unbound are upstreams too, like NSD.
  const upstreams = ['nsd', 'dnsmasq', 'unbound'] as const;
  const tools = ['dnsperf', 'ip', 'h2load', 'chromium'] as const;
  const needed = new Set<ProgramName>([...tools, ...upstreams, ...options.peers]);
  const programs = await findPrograms([...needed]);
  if (!programs.has('dnsperf')) throw new RangeError('dnsperf is not installed');
  const bench = createBench(options, programs);
  const { against } = options;
  if (against !== undefined) bench.otherBuild = await prepareBuild(against, bench.folder);
  const machine = await describeMachine(programs);
  console.log(`${machine}\n`);
  const sections: Section[] = [];
  for (const work of WORKS) {
    if (options.only.length > 0 && !options.only.includes(work.name)) continue;
    say(work.name);
    const others = await watchOthers();
    const tables = await work.run(bench);
    const text = `${work.about}\n\n${tables}\n\n${describeRun(work, options, others)}`;
    console.log(`## ${work.name}\n\n${text}\n`);
    sections.push({ name: work.name, text });
  }
  if (!options.isQuick) say(`wrote ${writeResults(machine, NAMES, sections)}`);
  for (const failure of bench.failures) console.error(`failed: ${failure}`);
  if (bench.failures.length > 0) process.exitCode = 1;
}

function describeRun(work: Work, options: Options, others: number): string {
  const { reps, seconds, isQuick } = options;
  const busy = `${(others * 100).toFixed(0)} % busy with other things before`;
  const date = new Date().toISOString().slice(0, 10);
  const medians = work.reps === undefined ? `${reps} × ${seconds} s` : `${isQuick ? 1 : work.reps}`;
  return `*${date}, ${describeCpu()}; medians of ${medians}; ${busy}.*`;
}

// What was started is ended, and the folder removed, when the process exits.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

try {
  await main(parseOptions(process.argv.slice(2), NAMES));
} catch (error) {
  if (!(error instanceof RangeError)) throw error;
  console.error(error.message);
  process.exitCode = UNUSABLE;
}
