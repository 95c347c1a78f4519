/** Programs that run on cores of their own and are ended by pid whatever happens. */

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Milliseconds that a program gets to end by itself. */
const GRACE_MS = 5000;
/** Characters of its output that an error quotes. */
const QUOTED = 1500;

const running = new Set<Program>();

// A run that is broken off leaves nothing behind either.
process.on('exit', () => {
  for (const program of running) program.kill();
});

/** A program in the background whose output goes to a file in its folder. */
export class Program {
  readonly pid: number;
  /** Settles when the program is gone. */
  readonly ended: Promise<void>;
  readonly #name: string;
  readonly #output: string;

  /** `cores` is a list as taskset takes it: taskset becomes the program, so the pid is its own. */
  constructor(command: readonly string[], { cores, folder }: { cores: string; folder: string }) {
    this.#name = command[0]!;
    this.#output = join(folder, 'output');
    const output = openSync(this.#output, 'w');
    const child: ChildProcess = spawn('taskset', ['-c', cores, ...command], {
      cwd: folder,
      stdio: ['ignore', output, output],
      // A process group of its own, so that its children end with it.
      detached: true,
    });
    closeSync(output);
    if (child.pid === undefined) throw new Error('taskset cannot be run');
    this.pid = child.pid;
    running.add(this);
    this.ended = new Promise((resolve) => {
      child.on('exit', () => {
        running.delete(this);
        resolve();
      });
    });
  }

  get isRunning(): boolean {
    return running.has(this);
  }

  /** Its name and the end of what it said, for an error. */
  describe(): string {
    return `${this.#name}: ${readFileSync(this.#output, 'utf8').trim().slice(-QUOTED)}`;
  }

  /** Ends it and its children at once. */
  kill(): void {
    if (this.isRunning) process.kill(-this.pid, 'SIGKILL');
  }

  /** Asks it to end, and ends it when it does not. */
  async stop(): Promise<void> {
    if (this.isRunning) process.kill(this.pid, 'SIGTERM');
    const timer = setTimeout(() => this.kill(), GRACE_MS);
    await this.ended;
    clearTimeout(timer);
  }
}
