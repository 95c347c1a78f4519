/** The program's commands, run in this process: that takes a hundredth of what starting Node takes. */

import { Readable, Writable } from 'node:stream';
import { run } from '../../src/cli/program.ts';

export interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command reads from stdin, and its working directory: that of this process, by default. */
export interface ProgramInput {
  readonly input?: string;
  readonly folder?: string;
}

/** Keeps what is written to it. */
class Kept extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += String(chunk);
    done();
  }
}

/**
 * Runs a command to its end. One at a time: meanwhile the standard streams and the working directory of
 * this process are those of the command. Rejects with what the command throws, which a process would end with.
 */
export async function runProgram(
  args: readonly string[],
  { input = '', folder }: ProgramInput = {},
): Promise<Printed> {
  const stdout = new Kept();
  const stderr = new Kept();
  const stdin = Readable.from([Buffer.from(input)]);
  const before = process.cwd();
  const restore = Object.entries({ stdin, stdout, stderr }).map(([name, stream]) =>
    exchange(name, stream),
  );
  try {
    if (folder !== undefined) process.chdir(folder);
    const code = await run(args);
    return { code, stdout: stdout.text, stderr: stderr.text };
  } finally {
    process.chdir(before);
    for (const each of restore) each();
  }
}

/** Puts a stream in the place of one of the process; returns what puts that back. */
function exchange(name: string, stream: Readable | Writable): () => void {
  const before = Object.getOwnPropertyDescriptor(process, name)!;
  Object.defineProperty(process, name, { ...before, get: () => stream });
  return () => Object.defineProperty(process, name, before);
}
