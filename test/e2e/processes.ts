/** Real programs: started, asked until they answer, and stopped by pid whatever a test does. */

import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { passOver } from '../world/needs.ts';

/** Where daemons are, also for those who have no such path. */
const SYSTEM_FOLDERS: readonly string[] = ['/usr/local/sbin', '/usr/sbin', '/sbin'];
/**
 * Milliseconds between two tries to reach a program: few at first, more when it takes long, since
 * whoever is asked without end is slower; and until one gives up.
 */
const FIRST_PAUSE_MS = 10;
const LAST_PAUSE_MS = 160;
const PATIENCE_MS = 40_000;
/** Milliseconds that a program gets to end by itself. */
const GRACE_MS = 20_000;

/** How a program ended: by itself with a code, or by a signal. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const running = new Set<Program>();
const folders: string[] = [];

// A run that is broken off leaves nothing behind either.
process.on('exit', () => {
  for (const program of running) program.kill();
});

/** A program that was started. */
export class Program {
  stdout = '';
  stderr = '';
  /** Settles when the program is gone and all that it wrote has been read. */
  readonly ended: Promise<Ending>;
  readonly #name: string;
  readonly #child: ChildProcess;

  constructor(command: string, args: readonly string[], folder?: string) {
    this.#name = [command, ...args].join(' ');
    // A process group of its own, so that its children can be ended with it.
    this.#child = spawn(command, args, { cwd: folder, detached: true });
    const { stdin, stdout, stderr } = this.#child;
    // A program may end before it has heard what it was told.
    stdin?.on('error', () => {});
    stdout?.setEncoding('utf8').on('data', (text) => {
      this.stdout += text;
    });
    stderr?.setEncoding('utf8').on('data', (text) => {
      this.stderr += text;
    });
    running.add(this);
    this.ended = new Promise((resolve, reject) => {
      this.#child.on('error', (error) => {
        running.delete(this);
        reject(error);
      });
      this.#child.on('close', (code, signal) => {
        running.delete(this);
        resolve({ code, signal });
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Writes to its standard input and closes it. */
  tell(text: string): void {
    this.#child.stdin?.end(text);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it and its children at once, also when they are frozen. */
  kill(): void {
    this.signalAll('SIGKILL');
  }

  /** Tells it and its children: `SIGSTOP` freezes them. */
  signalAll(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined || !running.has(this)) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // It is gone already; only its last words have not been read.
    }
  }

  /** Asks it to end, and ends it when it does not. */
  async stop(): Promise<void> {
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.kill(), GRACE_MS);
    await this.ended;
    clearTimeout(timer);
  }

  /** Asks again and again until there is an answer; rejects when the program is gone. */
  async until<T>(what: string, ask: () => T | undefined | Promise<T | undefined>): Promise<T> {
    const deadline = Date.now() + PATIENCE_MS;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LAST_PAUSE_MS)) {
      const isLast = !running.has(this) || Date.now() > deadline;
      const answer = await ask();
      if (answer !== undefined) return answer;
      if (isLast) throw new Error(`${this.#name}: no ${what}; it said:\n${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  /** Waits until its log has this, behind what it has said before. */
  says(pattern: RegExp, before = 0): Promise<string> {
    return this.until(String(pattern), () => {
      const said = this.stderr.slice(before);
      return pattern.test(said) ? said : undefined;
    });
  }
}

/** Runs a program to its end. */
export async function run(
  command: string,
  args: readonly string[],
  input = '',
): Promise<Ending & { readonly stdout: string; readonly stderr: string }> {
  const program = new Program(command, args);
  program.tell(input);
  const ending = await program.ended;
  return { ...ending, stdout: program.stdout, stderr: program.stderr };
}

/** A folder of its own for a program. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rcode5-e2e-'));
  folders.push(folder);
  return folder;
}

/** Ends every program and removes every folder: what each file does `after` its tests. */
export async function cleanUp(): Promise<void> {
  await Promise.all([...running].map((program) => program.stop()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Where a program is installed. */
export function findProgram(name: string): string | undefined {
  const path = process.env['PATH']?.split(delimiter) ?? [];
  return [...path, ...SYSTEM_FOLDERS]
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/**
 * Tests that need programs of others. Where one is not installed they are pending and say what
 * is missing; with RCODE5_PEERS=required they fail.
 */
export function describeWith(
  programs: readonly string[],
  title: string,
  tests: (this: Mocha.Suite) => void,
): void {
  const missing = missingOf(programs);
  if (missing.length === 0) {
    describe(title, tests);
    return;
  }
  describe(title, () => {
    it(`needs ${missing.join(', ')}`, function () {
      passOver(this, `not installed: ${missing.join(', ')}`);
    });
  });
}

/** One test that needs programs of others, like `describeWith`. */
export function itWith(programs: readonly string[], title: string, test: Mocha.AsyncFunc): void {
  const missing = missingOf(programs);
  it(title, function () {
    if (missing.length > 0) passOver(this, `not installed: ${missing.join(', ')}`);
    return test.call(this);
  });
}

/** Which of them are not installed. */
export function missingOf(programs: readonly string[]): string[] {
  return programs.filter((name) => findProgram(name) === undefined);
}
