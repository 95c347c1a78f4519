/** Work: be answered again after the network has changed. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, makeFolder, type Work } from '../bench.ts';
import { median } from '../median.ts';
import { Network, OUTSIDE } from '../network.ts';
import { Program } from '../program.ts';
import { configureNsd } from '../servers/nsd.ts';
import { rcode5 } from '../servers/rcode5.ts';
import { formatCount, formatTable } from '../table.ts';
import { NO_CACHE } from './forwarding.ts';

const CLIENT = join(import.meta.dirname, '..', 'recovery-client.ts');
const DNS_PORT = 53;
/** Nobody else is in the namespace. */
const PORT = 5300;
const REPS = 3;
/** Milliseconds of queries that leave no socket unused, and in which the network is away. */
const WARM_MS = 1500;
const AWAY_MS = 500;
const PATIENCE_MS = 10_000;
/** Within this there is to be an answer. */
const REACH_MS = 1000;

interface Event {
  readonly title: string;
  readonly leave: (network: Network) => void;
  readonly back: (network: Network) => void;
}

/** One after the other in the same network. */
const EVENTS: readonly Event[] = [
  {
    title: 'another address',
    leave: ({ inside }) => inside.ip('addr flush dev a0'),
    back(network) {
      network.inside.ip('addr add 10.9.0.4/24 dev a0');
      network.route(0);
    },
  },
  {
    title: 'another uplink',
    leave: ({ inside }) => inside.ip(`route del ${OUTSIDE}/32`),
    back: (network) => network.route(1),
  },
  {
    title: 'interface down and up',
    leave: ({ inside }) => inside.ip('link set a1 down'),
    back(network) {
      network.inside.ip('link set a1 up');
      network.route(1);
    },
  },
];

const TRANSPORTS: readonly (readonly [string, string])[] = [
  ['UDP', OUTSIDE],
  ['TCP', `tcp://${OUTSIDE}`],
];

export const moving: Work = {
  name: 'moving',
  reps: REPS,
  about: `rcode5 alone, with \`threads: 1\`, in a network namespace; its upstream, NSD, is in another.
While a client asks every 20 ms, all names new, the network goes away for half a second: the address
of the interface is replaced, the route moves to a second uplink that takes only its own addresses, the
interface goes down and up. Milliseconds from when the network is back, which is when NSD answers a
new client there, to the first answer of rcode5 to a query that was asked then or later, which
is to be at most ${formatCount(REACH_MS)} ms.`,
  async run(bench) {
    const reason = findHindrance(bench);
    if (reason !== undefined) return `Left out: ${reason}.`;
    const reps = bench.options.isQuick ? 1 : REPS;
    const columns: number[][] = [];
    for (const [, server] of TRANSPORTS) {
      const runs: number[][] = [];
      for (let i = 0; i < reps; i++) runs.push(await passThrough(bench, server));
      columns.push(EVENTS.map((_, event) => median(runs.map((one) => one[event]!))));
    }
    return report(bench, columns);
  },
};

function findHindrance({ programs }: Bench): string | undefined {
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const program = programs.get('ip');
  if (program === undefined) return 'ip is not installed';
  if (!programs.has('nsd')) return 'nsd is not installed';
  try {
    new Network(program).close();
    return undefined;
  } catch {
    return 'no network namespaces can be made';
  }
}

/** The milliseconds of each event, of a server that is named so. */
async function passThrough(bench: Bench, server: string): Promise<number[]> {
  const network = new Network(bench.programs.get('ip')!);
  const folders = [makeFolder(bench, 'nsd'), makeFolder(bench, 'rcode5')] as const;
  const programs: Program[] = [];
  let client: ChildProcess | undefined;
  try {
    programs.push(...startServers(bench, { network, folders, server }));
    client = startClient(bench, network);
    if ((await timeRecovery(client, programs)) === Number.POSITIVE_INFINITY) {
      throw new Error('no answer before anything has changed');
    }
    const times: number[] = [];
    for (const { leave, back } of EVENTS) {
      await sleep(WARM_MS);
      leave(network);
      await sleep(AWAY_MS);
      back(network);
      times.push(await timeRecovery(client, programs));
    }
    return times;
  } finally {
    client?.kill('SIGKILL');
    for (const program of programs) await program.stop();
    network.close();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
}

function startServers(
  bench: Bench,
  of: { network: Network; folders: readonly [string, string]; server: string },
): Program[] {
  const { inside, outside } = of.network;
  const [nsdFolder, folder] = of.folders;
  const nsd = configureNsd(bench, { folder: nsdFolder, address: OUTSIDE, port: DNS_PORT });
  const contestant = rcode5({ lines: [...NO_CACHE, 'threads: 1'], server: () => of.server });
  const site = { folder, port: PORT, upstream: DNS_PORT, program: process.execPath };
  const { server, upstream } = bench.cores;
  return [
    new Program(outside.command(nsd), { cores: upstream, folder: nsdFolder }),
    new Program(inside.command(contestant.configure(site)), { cores: server, folder }),
  ];
}

function startClient({ cores }: Bench, { inside }: Network): ChildProcess {
  const asking = inside.command([process.execPath, CLIENT, String(PORT), OUTSIDE]);
  const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const;
  return spawn('taskset', ['-c', cores.load, ...asking], { stdio: [...stdio] });
}

/** Milliseconds until rcode5 answers; infinite when it does not. */
async function timeRecovery(client: ChildProcess, programs: readonly Program[]): Promise<number> {
  client.send('time');
  try {
    const [milliseconds] = await once(client, 'message', {
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return milliseconds as number;
  } catch {
    const gone = programs.find(({ isRunning }) => !isRunning);
    if (gone !== undefined) throw new Error(`ended by itself: ${gone.describe()}`);
    return Number.POSITIVE_INFINITY;
  }
}

function report(bench: Bench, columns: readonly number[][]): string {
  const rows = EVENTS.map(({ title }, event) => {
    const cells = TRANSPORTS.map(([transport], i) => {
      const milliseconds = columns[i]![event]!;
      if (milliseconds > REACH_MS) {
        const time = Number.isFinite(milliseconds) ? `in ${formatCount(milliseconds)} ms` : 'not';
        bench.failures.push(`moving: ${title}, upstream by ${transport}: answered ${time}`);
      }
      return formatCount(milliseconds);
    });
    return [title, ...cells];
  });
  return formatTable(
    ['event', ...TRANSPORTS.map(([name]) => `ms to an answer, upstream by ${name}`)],
    rows,
  );
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
