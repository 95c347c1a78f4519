/** Programs that are run to their end. */

import { execFile } from 'node:child_process';

const MAX_OUTPUT = 0x1000000;

export interface Finished {
  readonly ok: boolean;
  /** What it wrote, stdout first. */
  readonly output: string;
}

export function run(
  command: string,
  args: readonly string[],
  env = process.env,
): Promise<Finished> {
  return new Promise((resolve) => {
    execFile(command, [...args], { maxBuffer: MAX_OUTPUT, env }, (error, stdout, stderr) => {
      resolve({ ok: error === null, output: `${stdout}${stderr}` });
    });
  });
}
