/** The command line where it asks for the version: built by itself, it has no code of commands. */

import type { Exit } from './command.ts';
import { runProgram } from './dispatch.ts';

/** As `run` of program.ts. */
export function run(args: readonly string[]): Promise<Exit> {
  return runProgram(args, new Map());
}
