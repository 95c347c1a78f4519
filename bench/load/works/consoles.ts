/** Work: the console over a long log, and queries while people look at it. */

import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, makeFolder, say, type Work } from '../bench.ts';
import { SEARCHES, timeSearch } from '../console-searches.ts';
import { type Contestant, type Running, start, stop } from '../contestant.ts';
import { load } from '../dnsperf.ts';
import { writeLongLog } from '../long-log.ts';
import { median } from '../median.ts';
import { threadSeconds } from '../proc.ts';
import { rcode5 } from '../servers/rcode5.ts';
import { formatCount, formatRatio, formatTable } from '../table.ts';
import { Watchers } from '../watchers.ts';
import { RCODE5_REFUSES, refusals } from './refusing.ts';

const RECORDS = 10_000_000;
const QUICK_RECORDS = 300_000;
const RATE = 50_000;
const REPS = 5;
const WARM_UP_SECONDS = 3;
const PATIENCE_MS = 10_000;
const PAUSE_MS = 20;

/** What is to be reached: milliseconds to a page and to a row, and the ratio of the CPU. */
const PAGE_MS = 1000;
const ROW_MS = 300;
const RATIO = 1.03;

/** What three people look at. */
const LOOKED_AT = ['decisions', 'decisions?event=refused&layer=acl', 'overview'] as const;

export const consoles: Work = {
  name: 'consoles',
  reps: REPS,
  about: `rcode5 alone, with \`threads: 1\`, over a decision log of ${formatCount(RECORDS)} records that was rotated
and compressed by rcode5. Searches as the console makes them: the first page is to come within ${PAGE_MS} ms, also
of a search that finds nothing. "To the end" is until a page has something, or all was searched; the last
search is one that no index helps. The first row of a page in Chromium, which has both cores and nothing
in its cache, is to stand there within ${ROW_MS} ms. While ${formatCount(RATE)} queries a second are refused and logged, the data
thread is to take at most ${RATIO} × the CPU for a query when three consoles are open in Chromium,
which then shares a core with the load. A data thread that has to wait for a core takes more queries at
a time, each for less. Ratios are medians of ${REPS} rounds.`,
  async run(bench) {
    const server = await start(overLongLog(await longLogOf(bench)), bench, {
      question: refusals(bench).load.ready,
    });
    const url = `http://127.0.0.1:${server.secure}`;
    try {
      await untilReady(url);
      const searches = await measureSearches(bench, url);
      const chromium = bench.programs.get('chromium');
      if (chromium === undefined) return `${searches}\n\nThe rest is left out: no chromium.`;
      const rows = await watching(chromium, url, bench.cores.twoThreads, (watchers) =>
        measureRows(bench, watchers),
      );
      const cpu = await watching(chromium, url, bench.cores.load, (watchers) =>
        measureCpu(bench, server, watchers),
      );
      return [searches, rows, cpu].join('\n\n');
    } finally {
      await stop(server);
    }
  },
};

/** Has a browser on these cores. */
async function watching(
  chromium: string,
  url: string,
  cores: string,
  measure: (watchers: Watchers) => Promise<string>,
): Promise<string> {
  const watchers = await Watchers.start({ chromium, url, cores });
  try {
    return await measure(watchers);
  } finally {
    watchers.close();
  }
}

async function longLogOf(bench: Bench): Promise<string> {
  const folder = makeFolder(bench, 'long-log');
  say('  writing the log');
  await writeLongLog(folder, bench.options.isQuick ? QUICK_RECORDS : RECORDS);
  return folder;
}

/** The server has the files of a folder as its log. */
function overLongLog(from: string): Contestant {
  const lines = [...RCODE5_REFUSES, 'threads: 1'];
  const inner = rcode5({ lines, isLogged: true, hasConsole: true });
  return {
    ...inner,
    configure(site) {
      for (const name of readdirSync(from)) renameSync(join(from, name), join(site.folder, name));
      return inner.configure(site);
    },
  };
}

/** The admin HTTP is there a little after the first answer. */
async function untilReady(url: string): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  const isReady = () =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isReady())) {
    if (Date.now() > end) throw new Error('the admin HTTP does not answer');
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function repsOf({ options }: Bench): number {
  return options.isQuick ? 1 : REPS;
}

async function measureSearches(bench: Bench, url: string): Promise<string> {
  const rows: string[][] = [];
  for (const search of SEARCHES) {
    const { title, isFound, isLong } = search;
    const { firstMs, foundMs, found } = await timeSearch(url, search, isLong ? 1 : repsOf(bench));
    say(
      `  ${title}: ${firstMs.toFixed(0)} ms, ${foundMs.toFixed(0)} ms to the end, ${found} found`,
    );
    if (firstMs > PAGE_MS) bench.failures.push(`consoles: ${title}: ${firstMs.toFixed(0)} ms`);
    if (found > 0 !== isFound) bench.failures.push(`consoles: ${title}: ${found} found`);
    rows.push([title, formatCount(firstMs), formatCount(foundMs), formatCount(found)]);
  }
  return formatTable(['search for', 'ms to the first page', 'ms to the end', 'found'], rows);
}

async function measureRows(bench: Bench, watchers: Watchers): Promise<string> {
  const rows: string[][] = [];
  for (const page of ['decisions', 'decisions?client=10.3.0.0/16&type=AAAA']) {
    const times: number[] = [];
    for (let i = 0; i < repsOf(bench); i++) times.push(await watchers.timeFirstRow(page));
    const milliseconds = median(times);
    say(`  ${page}: ${milliseconds.toFixed(0)} ms to the first row (${times.map(Math.round)})`);
    if (milliseconds > ROW_MS) {
      bench.failures.push(`consoles: ${page}: the first row after ${milliseconds.toFixed(0)} ms`);
    }
    rows.push([`\`${page}\``, formatCount(milliseconds)]);
  }
  return formatTable(['page', 'ms to the first row'], rows);
}

interface Sample {
  readonly perSecond: number;
  /** Microseconds a query, of the data thread and of the whole process. */
  readonly data: number;
  readonly all: number;
}

async function measureCpu(bench: Bench, server: Running, watchers: Watchers): Promise<string> {
  const [without, watched]: [Sample[], Sample[]] = [[], []];
  await sample(bench, server, WARM_UP_SECONDS);
  for (let i = 0; i < repsOf(bench); i++) {
    const turns = [
      { pages: [], samples: without },
      { pages: LOOKED_AT, samples: watched },
    ];
    for (const { pages, samples } of i % 2 === 0 ? turns : turns.toReversed()) {
      await watchers.open(pages);
      samples.push(await sample(bench, server, bench.options.seconds));
      const { perSecond, data, all } = samples.at(-1)!;
      say(
        `  ${pages.length} consoles: ${perSecond.toFixed(0)} queries/s, data thread ${data.toFixed(2)} µs, all ${all.toFixed(2)} µs`,
      );
    }
  }
  const ratio = median(watched.map(({ data }, i) => data / without[i]!.data));
  if (ratio > RATIO) bench.failures.push(`consoles: CPU of the data thread ${formatRatio(ratio)}`);
  const row = (title: string, samples: readonly Sample[], more: string) => {
    const middle = (key: keyof Sample) => median(samples.map((one) => one[key]));
    const cpu = [middle('data').toFixed(2), middle('all').toFixed(2)];
    return [title, formatCount(middle('perSecond')), ...cpu, more];
  };
  return formatTable(
    ['open', 'queries/s', 'data thread, CPU µs/query', 'whole process', 'ratio of the data thread'],
    [row('no console', without, ''), row('three consoles', watched, formatRatio(ratio))],
  );
}

async function sample(bench: Bench, { program, port }: Running, seconds: number): Promise<Sample> {
  const before = threadSeconds(program.pid);
  const asked = { ...refusals(bench).load, rate: RATE };
  const { completed, perSecond } = await load(asked, { port, seconds, cores: bench.cores.load });
  const spent = [...threadSeconds(program.pid)]
    .filter(([thread]) => Number(thread) !== program.pid)
    .map(([thread, time]) => time - (before.get(thread) ?? 0));
  const main =
    threadSeconds(program.pid).get(String(program.pid))! - before.get(String(program.pid))!;
  const micros = (time: number) => (time / completed) * 1e6;
  // The one data thread is what takes most beside the main thread.
  const data = Math.max(...spent);
  return {
    perSecond,
    data: micros(data),
    all: micros(main + spent.reduce((sum, one) => sum + one, 0)),
  };
}
