/**
 * What `log`, `report` and `diff` cost in CPU beside an older build, run in turn on the same files: medians, and ratios to that
 * build, which is run from its sources as users did. `--against COMMIT`, `--records N`, `--reps N`.
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isFresh } from '../scripts/rcode5.js';
import { writeOneLog } from './load/long-log.ts';
import { median } from './load/median.ts';
import { prepareBuild } from './load/other-build.ts';
import { formatTable } from './load/table.ts';

if (!isFresh())
  throw new Error('the program was not built from these sources; expect npm run build before');

const OWN = join(import.meta.dirname, '..', 'scripts', 'rcode5.js');
const LISTED = 100_000;
const MB = 1024;

const { values } = parseArgs({
  options: {
    against: { type: 'string', default: 'e628e26' },
    records: { type: 'string', default: '1700000' },
    reps: { type: 'string', default: '5' },
  },
});

interface Cost {
  readonly seconds: number;
  /** KiB. */
  readonly resident: number;
}

/** CPU and memory of a command, from its start to its end. */
function costOf(main: string, args: readonly string[]): Promise<Cost> {
  return new Promise((resolve, reject) => {
    const timed = ['-f', '%U %S %M', process.execPath, main, ...args];
    const child = spawn('/usr/bin/time', timed, { stdio: ['ignore', 'ignore', 'pipe'] });
    let told = '';
    child.stderr.on('data', (text) => {
      told += text;
    });
    child.once('error', reject);
    child.once('close', () => {
      const [user, system, resident] = told.trimEnd().split('\n').at(-1)!.split(' ').map(Number);
      resolve({ seconds: user! + system!, resident: resident! });
    });
  });
}

const folder = mkdtempSync(join(tmpdir(), 'rcode5-logs-'));
try {
  const other = await prepareBuild(values.against, folder);
  const records = Number(values.records);
  const { path, lastTime } = writeOneLog(folder, records);
  const base = 'upstreams: { default: { servers: [192.0.2.1] } }\n';
  const list = Array.from({ length: LISTED }, (_, i) => `name${i}.list.example\n`);
  writeFileSync(join(folder, 'list.txt'), list.join(''));
  writeFileSync(join(folder, 'old.yaml'), base);
  writeFileSync(
    join(folder, 'new.yaml'),
    `${base}policies: [{ name: list, domains: list.txt, action: refuse }]\n`,
  );
  const since = new Date(lastTime - 6000).toISOString();
  const works = [
    { name: 'log --since (the last 6 s)', args: ['log', '--since', since, path], most: 0.02 },
    {
      name: 'log --ref (in the middle)',
      args: ['log', '--ref', `bench-${records >> 1}`, path],
      most: 0.1,
    },
    { name: 'report', args: ['report', path], most: 0.25 },
    {
      name: `diff with ${LISTED} new names`,
      args: ['diff', join(folder, 'old.yaml'), join(folder, 'new.yaml')],
      most: 0.1,
    },
  ];
  const rows: string[][] = [];
  for (const { name, args, most } of works) {
    const [before, now]: [Cost[], Cost[]] = [[], []];
    for (let rep = 0; rep < Number(values.reps); rep++) {
      before.push(await costOf(other.main, args));
      now.push(await costOf(OWN, args));
    }
    const cpu = (costs: readonly Cost[]) => median(costs.map(({ seconds }) => seconds));
    const memory = (costs: readonly Cost[]) =>
      `${Math.round(median(costs.map(({ resident }) => resident)) / MB)} MB`;
    const ratio = cpu(now) / cpu(before);
    rows.push([
      ...[name, `${cpu(before).toFixed(2)} s`, `${cpu(now).toFixed(2)} s`],
      ...[`${ratio.toFixed(3)} x`, `${most} x`, memory(before), memory(now)],
    ]);
    if (ratio > most) process.exitCode = 1;
  }
  const head = [
    'work',
    other.commit,
    'now',
    'ratio',
    'at most',
    `${other.commit}, memory`,
    'now, memory',
  ];
  process.stdout.write(`${records} records\n\n${formatTable(head, rows)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
