/** Work: starts and memory of rcode5 as users run it from a clone, beside those of an old build. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { compileProgram } from '../../../scripts/compile-program.ts';
import { type Bench, say, type Work } from '../bench.ts';
import { cpuOfCommand } from '../command-cpu.ts';
import { type Contestant, type Running, start, stop } from '../contestant.ts';
import { load } from '../dnsperf.ts';
import { median } from '../median.ts';
import { CLIENT, writeQueries, ZONE } from '../names.ts';
import { prepareBuild } from '../other-build.ts';
import { cpuSeconds, memoryOf } from '../proc.ts';
import { startNsd } from '../servers/nsd.ts';
import { MAIN, rcode5 } from '../servers/rcode5.ts';
import { formatCount, formatMegabytes, formatRatio, formatTable } from '../table.ts';
import { ANSWERED } from './answering.ts';

const ROOT: string = join(import.meta.dirname, '..', '..', '..');
/** The build that the ratios are to: run from its sources, as `npm start` did it then. */
const BEFORE = 'e628e26';
const REPS = 5;
/** As in config/default.yaml. */
const DEFAULT_LINES: readonly string[] = ['acl: { query: { 127.0.0.0/8: allow, ::1: allow } }'];
/** Time for a server to come to rest. */
const REST_MS = 12_000;
const MANY_THREADS = 3;
/** Queries of the soak, for so many names: more than a cache of the default size holds. */
const SOAK = 10_000_000;
const SOAK_NAMES = 200_000;
const SOAK_SECONDS = 20;

const EXAMPLE = ['-c', 'config/default.yaml'];
/** What is run, and the part of the old build's CPU that it is to take. */
const COMMANDS: readonly (readonly [args: readonly string[], reach: number])[] = [
  [['--version'], 0.65],
  [['explain', ...EXAMPLE, '--client', '127.0.0.1', '--name', 'www.example.com'], 0.42],
  [['check', ...EXAMPLE], 0.42],
];

/** One of the two builds. */
interface Build {
  readonly folder: string;
  readonly main: string;
  readonly besides: boolean;
  /** Brings it to the state after `npm ci`. */
  forget(): Promise<void>;
}

export const lean: Work = {
  name: 'lean',
  reps: REPS,
  about: `rcode5 as users run it from a clone, beside the build ${BEFORE}, in turn. CPU of commands to their end, without that of npm; of a server with \`threads: 1\` to
its first answer, a forwarded one, on both cores, once compiled ("warm"), and for the first time after \`npm ci\` ("cold"). Resident memory ${REST_MS / 1000} s
after the start, and ${REST_MS / 1000} s after ${formatCount(SOAK)} queries for ${formatCount(SOAK_NAMES)} names with the default cache. The last column is what the ratio is to be at most.`,
  async run(bench) {
    if (!bench.programs.has('nsd')) return 'Left out: nsd is not installed.';
    const upstream = await startNsd(bench);
    try {
      const other = await prepareBuild(BEFORE, bench.folder);
      const folder = join(bench.folder, other.commit);
      const builds: readonly Build[] = [
        { folder: ROOT, main: MAIN, besides: false, forget: forgetOwn },
        {
          folder,
          main: other.main,
          besides: true,
          forget: async () =>
            rmSync(join(folder, 'node_modules/.cache'), { recursive: true, force: true }),
        },
      ];
      const trial = new Trial({ ...bench, otherBuild: other }, builds, upstream.port);
      return formatTable(
        ['', 'rcode5', BEFORE, 'ratio', 'to be'],
        [...(await trial.commands()), ...(await trial.starts()), ...(await trial.memory())],
      );
    } finally {
      await stop(upstream);
    }
  },
};

async function forgetOwn(): Promise<void> {
  rmSync(join(ROOT, 'dist/compiled'), { recursive: true, force: true });
  await compileProgram();
}

class Trial {
  readonly #bench: Bench;
  readonly #builds: readonly Build[];
  readonly #upstream: number;
  readonly #reps: number;

  constructor(bench: Bench, builds: readonly Build[], upstream: number) {
    this.#bench = bench;
    this.#builds = builds;
    this.#upstream = upstream;
    this.#reps = bench.options.isQuick ? 1 : REPS;
  }

  async commands(): Promise<string[][]> {
    const rows: string[][] = [];
    for (const [args, reach] of COMMANDS) {
      const cpu = await this.#inTurn(async ({ main, folder }) => {
        return [await cpuOfCommand([process.execPath, main, ...args], folder)];
      });
      rows.push(row(`\`${args[0]}\`, ms of CPU`, cpu[0]!, { reach, format: formatCount }));
    }
    return rows;
  }

  async starts(): Promise<string[][]> {
    const measure = async (build: Build) => {
      const { cpu, wall } = await this.#serve(build, 1, async ({ program, startMs }) => {
        return { cpu: cpuSeconds(program.pid) * 1000, wall: startMs };
      });
      return [cpu, wall];
    };
    const warm = await this.#inTurn(measure);
    const cold = await this.#inTurn(async (build) => {
      await build.forget();
      return measure(build);
    });
    const how = { reach: 0.5, format: formatCount };
    return [
      row('start, warm, ms of CPU', warm[0]!, how),
      row('start, warm, ms', warm[1]!, how),
      row('start, cold, ms of CPU', cold[0]!, how),
      row('start, cold, ms', cold[1]!, how),
    ];
  }

  async memory(): Promise<string[][]> {
    const rest = ({ program }: Running) => restingMemory(program.pid);
    const idle = await this.#inTurn(async (build) => {
      const one = await this.#serve(build, 1, rest);
      const many = await this.#serve(build, MANY_THREADS, rest);
      return [one, (many - one) / (MANY_THREADS - 1)];
    });
    const soaked = await this.#inTurn(
      async (build) => [await this.#serve(build, 1, (running) => this.#soak(running))],
      1,
    );
    const format = formatMegabytes;
    return [
      row('idle, `threads: 1`, MB', idle[0]!, { reach: 0.65, format }),
      row('each further thread, MB', idle[1]!, { reach: '12 MB', format }),
      row(`after ${formatCount(SOAK)} queries, MB`, soaked[0]!, { reach: 0.7, format }),
    ];
  }

  /** Medians of what is measured, for each number that `measure` gives, and for each build. */
  async #inTurn(
    measure: (build: Build) => Promise<number[]>,
    reps = this.#reps,
  ): Promise<number[][]> {
    const samples: number[][][] = this.#builds.map(() => []);
    for (let rep = 0; rep < reps; rep++) {
      for (const [i, build] of this.#builds.entries()) samples[i]!.push(await measure(build));
    }
    return samples[0]![0]!.map((_, number) =>
      samples.map((ofBuild) => median(ofBuild.map((sample) => sample[number]!))),
    );
  }

  async #serve<T>(
    build: Build,
    threads: number,
    measure: (running: Running) => Promise<T>,
  ): Promise<T> {
    const own = rcode5({ lines: [...DEFAULT_LINES, `threads: ${threads}`] });
    const contestant: Contestant = {
      ...own,
      cores: '0,1',
      ...(build.besides && { besides: own.label }),
    };
    const running = await start(contestant, this.#bench, {
      question: ANSWERED,
      upstream: this.#upstream,
    });
    try {
      return await measure(running);
    } finally {
      await stop(running);
    }
  }

  async #soak({ program, port }: Running): Promise<number> {
    const { isQuick } = this.#bench.options;
    const name = (i: number) => `soak${i}.${ZONE}`;
    const queries = writeQueries(this.#bench, { file: 'soak', count: SOAK_NAMES, name });
    const asked = {
      queries,
      transport: 'udp',
      source: CLIENT,
      ready: ANSWERED,
      expected: { NOERROR: 1 },
    } as const;
    let answered = 0;
    while (answered < (isQuick ? 1 : SOAK)) {
      const seconds = isQuick ? 1 : SOAK_SECONDS;
      const { completed } = await load(asked, { port, seconds, cores: this.#bench.cores.load });
      answered += completed;
      say(`  ${formatCount(answered)} queries`);
    }
    return restingMemory(program.pid);
  }
}

async function restingMemory(pid: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, REST_MS));
  return memoryOf(pid).resident;
}

function row(
  what: string,
  [own, before]: readonly number[],
  { reach, format }: { reach: number | string; format: (value: number) => string },
): string[] {
  const ratio = formatRatio(own! / before!);
  say(`  ${what}: ${format(own!)}, ${format(before!)}, ${ratio}`);
  return [
    what,
    format(own!),
    format(before!),
    ratio,
    typeof reach === 'number' ? formatRatio(reach) : reach,
  ];
}
