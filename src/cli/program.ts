/** The command line: one file for each command. */

import type { Command, Exit } from './command.ts';
import { type Commands, runProgram } from './dispatch.ts';

/** In the order of the usage. Only the code of the command that is called is loaded. */
const COMMANDS: Commands = new Map([
  ['init', async () => (await import('./init.ts')).init],
  ['serve', async () => (await import('./serve.ts')).serve],
  ['check', async () => (await import('./check.ts')).check],
  ['explain', async () => (await import('./explain.ts')).explain],
  ['diff', async () => (await import('./diff.ts')).diff],
  ['compare', async () => (await import('./compare/compare.ts')).compare],
  ['import', async () => (await import('./import.ts')).importCommand],
  ['test', async () => (await import('./test.ts')).test],
  ['diagnose', async () => (await import('./diagnose.ts')).diagnose],
  ['log', async () => (await import('./logs/log.ts')).log],
  ['report', async () => (await import('./logs/report.ts')).report],
  ['status', async () => (await import('./status.ts')).status],
  ['reload', async () => (await import('./reload.ts')).reload],
  ['pause', async () => (await import('./pause.ts')).pause],
  ['resume', async () => (await import('./resume.ts')).resume],
  ['flush', async () => (await import('./flush.ts')).flush],
  ['demo', async () => (await import('./demo/demo.ts')).demo],
]);

/** All commands, in the order of the usage. */
export function allCommands(): Promise<Command[]> {
  return Promise.all([...COMMANDS.values()].map((load) => load()));
}

/** Runs the program with these arguments; arguments that cannot be used are reported on stderr. */
export function run(args: readonly string[]): Promise<Exit> {
  return runProgram(args, COMMANDS);
}
