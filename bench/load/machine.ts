/** On what it was measured. */

import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { type Programs, versionOf } from './packages.ts';
import { run } from './run.ts';

const ROOT: string = join(import.meta.dirname, '..', '..');
const GIGABYTE = 1_000_000_000;

/** A line of Markdown for each program, and one each for the machine's parts. */
export async function describeMachine(programs: Programs): Promise<string> {
  const versions = await Promise.all(
    [...programs].map(async ([name, file]) => `- ${name}: ${await versionOf(name, file)}`),
  );
  return [
    `- CPU: ${describeCpu()}`,
    `- memory: ${(totalmem() / GIGABYTE).toFixed(0)} GB`,
    `- kernel: ${release()}`,
    `- rcode5: ${await commit()}, Node ${process.version}`,
    ...versions,
  ].join('\n');
}

/** The machine in a few words, so that each table says where its numbers come from. */
export function describeCpu(): string {
  const all = cpus();
  return `${all[0]?.model.trim() ?? 'unknown'}, ${all.length} cores`;
}

async function commit(): Promise<string> {
  const git = (...args: string[]) => run('git', ['-C', ROOT, ...args]);
  const { ok, output } = await git('rev-parse', '--short', 'HEAD');
  if (!ok) return 'unknown commit';
  const changes = await git('status', '--porcelain', '--untracked-files=no', 'src');
  return `commit ${output.trim()}${changes.output === '' ? '' : ' with changes'}`;
}
