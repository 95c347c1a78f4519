/** Reading texts of other programs: all that is wrong with them is collected, and reported at once. */

import { readFileSync } from 'node:fs';
import { ConfigError, type Place, type Problem } from '../config/problem.ts';

/** A file that includes itself would be read for ever; so deep nobody nests on purpose. */
export const MAX_DEPTH = 32;

export class Problems {
  readonly #all: Problem[] = [];

  add({ file, line, column }: Place, message: string): undefined {
    this.#all.push({ file, line, column, message });
    return undefined;
  }

  /** Throws a ConfigError when there are any; of each place in its file, in the order read. */
  throwIfAny(): void {
    if (this.#all.length > 0) throw new ConfigError(this.#all);
  }
}

/** Why a file cannot be read, in a sentence; `expected` is what was looked for. */
export function readForeign(
  file: string,
  expected: string,
): { readonly text: string } | { readonly problem: string } {
  try {
    const text = readFileSync(file, 'utf8');
    if (text.includes('\0')) return { problem: `${file} is not a text; expect ${expected}` };
    return { text: text.replace(/^\uFEFF/, '') };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: 'there is no such file',
      EACCES: 'you have no permission to read it',
      EISDIR: 'it is a folder',
    };
    return {
      problem: `${file} cannot be read: ${reasons[code ?? ''] ?? message}; expect ${expected}`,
    };
  }
}
