/** What a command of the program is. */

import type { Options } from './options.ts';

/** Exit codes: a negative finding is not a failure of the command. */
export const Exit = { OK: 0, NEGATIVE: 1, UNUSABLE: 2 } as const;
export type Exit = (typeof Exit)[keyof typeof Exit];

export interface Command {
  readonly name: string;
  /** Arguments that are no options, as the usage shows them. */
  readonly operands: string;
  readonly options: Options;
  /** One line. */
  readonly about: string;
  run(args: readonly string[]): Promise<Exit>;
}

/** The command was called in a way that it does not understand: exit code 2, with the usage. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
