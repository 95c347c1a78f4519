/** A root of its own for a program: it sees no other files. As root alone. */

import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findProgram, makeFolder, Program, run } from '../processes.ts';

/** A user that nothing else runs as. */
export const NOBODY = 64_321;

export interface Manner {
  readonly user?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

export class Root {
  readonly folder: string;

  constructor(folder: string = makeFolder()) {
    this.folder = folder;
    chmodSync(folder, 0o755);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Makes a folder; returns where it is. */
  make(name: string, mode = 0o755): string {
    const path = this.path(name);
    mkdirSync(path, { recursive: true });
    chmodSync(path, mode);
    return path;
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  copy(from: string, to: string): void {
    mkdirSync(dirname(this.path(to)), { recursive: true });
    copyFileSync(realpathSync(from), this.path(to));
  }

  /** Copies what the loader of the system loads with a program, and the loader; returns their names. */
  copyLibraries(program: string): string[] {
    const listed = execFileSync('ldd', [program], { encoding: 'utf8' });
    const files = [...listed.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, file]) => file!);
    for (const file of files) this.copy(file, file);
    return files.map((file) => file.replace(/^.*\//, ''));
  }

  /** The words that run others in this root. */
  protected entrance(user: number): string[] {
    return [findProgram('chroot')!, `--userspec=+${user}:+${user}`, this.folder];
  }

  start(words: readonly string[], how: Manner = {}): Program {
    return new Program('/usr/bin/env', this.#words(words, how));
  }

  run(words: readonly string[], how: Manner = {}): ReturnType<typeof run> {
    return run('/usr/bin/env', this.#words(words, how));
  }

  #words(words: readonly string[], { user = 0, environment = {} }: Manner): string[] {
    const names = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    return ['-i', ...names, ...this.entrance(user), ...words];
  }
}
