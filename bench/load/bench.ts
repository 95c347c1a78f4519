/** What every work gets: the options, a folder, the programs there are, and who has which core. */

import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Options } from './options.ts';
import type { OtherBuild } from './other-build.ts';
import type { Programs } from './packages.ts';

export interface Bench {
  readonly options: Options;
  /** Removed at the end. */
  readonly folder: string;
  readonly programs: Programs;
  readonly cores: Cores;
  /** The build of another commit, measured beside this one. */
  otherBuild: OtherBuild | undefined;
  /** What went wrong: a run with failures does not end well. */
  readonly failures: string[];
}

/** Cores as taskset takes them. */
export interface Cores {
  readonly server: string;
  readonly load: string;
  readonly upstream: string;
  /** For a server of two threads. */
  readonly twoThreads: string;
}

/** One piece of work: what is asked of whom, and the tables that come of it. */
export interface Work {
  readonly name: string;
  /** What is asked, and what each server has to do for it; Markdown. */
  readonly about: string;
  /** How often it is repeated, when it does not go by --reps and --seconds; once with --quick. */
  readonly reps?: number;
  /** Measures; resolves with Markdown. */
  run(bench: Bench): Promise<string>;
}

/** Makes what works need. Throws on a machine with a single core. */
export function createBench(options: Options, programs: Programs): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'rcode5-load-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return { options, folder, programs, cores: assignCores(), otherBuild: undefined, failures: [] };
}

/** The load generator never shares a core with the server, and the upstream only if it must. */
function assignCores(): Cores {
  const count = availableParallelism();
  if (count < 2) throw new RangeError('one core for the server and one for the load are needed');
  return {
    server: '0',
    load: '1',
    upstream: count > 2 ? '2' : '1',
    twoThreads: count > 3 ? '0,3' : '0,1',
  };
}

/** A folder of its own for a server. */
export function makeFolder({ folder }: Bench, name: string): string {
  return mkdtempSync(join(folder, `${name}-`));
}

/** Tells on stderr what is going on. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
