/** The build of another commit, beside this one: what a change costs is measured in one run. */

import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.ts';

const ROOT: string = join(import.meta.dirname, '..', '..');
const LOCK = 'package-lock.json';

export interface OtherBuild {
  /** The commit in short, as labels have it. */
  readonly commit: string;
  /** The file that Node is started with. */
  readonly main: string;
}

/**
 * Gets a commit's files from git into a folder, with the packages that it has locked: those of
 * this build where they are the same. Throws a RangeError when there is no such commit, or when it
 * cannot be run.
 */
export async function prepareBuild(name: string, parent: string): Promise<OtherBuild> {
  const commit = await commitOf(name);
  const folder = join(parent, commit);
  mkdirSync(folder);
  const archive = join(parent, `${commit}.tar`);
  await must('git', ['-C', ROOT, 'archive', '-o', archive, commit]);
  await must('tar', ['-x', '-f', archive, '-C', folder]);
  const main = join(folder, 'src', 'cli', 'main.ts');
  if (!existsSync(main)) throw new RangeError(`${commit} has no src/cli/main.ts`);
  if (lockOf(folder) === lockOf(ROOT)) {
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  } else {
    await must('npm', ['ci', '--omit=dev', '--no-audit', '--no-fund', '--prefix', folder]);
  }
  return { commit, main };
}

/** Asks where the repository came from for a commit that is not here. */
async function commitOf(name: string): Promise<string> {
  const parse = (of: string) =>
    run('git', ['-C', ROOT, 'rev-parse', '--verify', '--quiet', '--short', `${of}^{commit}`]);
  let found = await parse(name);
  if (!found.ok && (await run('git', ['-C', ROOT, 'fetch', '--quiet', 'origin', name])).ok) {
    found = await parse('FETCH_HEAD');
  }
  if (!found.ok) throw new RangeError(`--against: git knows no commit "${name}"`);
  return found.output.trim();
}

function lockOf(folder: string): string | undefined {
  const file = join(folder, LOCK);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

async function must(command: string, args: readonly string[]): Promise<void> {
  const { ok, output } = await run(command, args);
  if (!ok) throw new RangeError(`${command} ${args.join(' ')}: ${output.trim().slice(-500)}`);
}
