/** The command line where it is `serve`: built by itself, a server has no code of other commands. */

import type { Exit } from './command.ts';
import { runProgram } from './dispatch.ts';
import { serve } from './serve.ts';

/** As `run` of program.ts. */
export function run(args: readonly string[]): Promise<Exit> {
  return runProgram(args, new Map([[serve.name, async () => serve]]));
}
