/** People who look at the console: a process with a browser, on the core of the load. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { FromBrowser, ToBrowser } from './console-browser.ts';

const BROWSER = join(import.meta.dirname, 'console-browser.ts');
const PATIENCE_MS = 60_000;

export class Watchers {
  readonly #process: ChildProcess;
  readonly #ended: Promise<never>;

  private constructor(process: ChildProcess) {
    this.#process = process;
    this.#ended = once(process, 'exit').then(() => {
      throw new Error('the browser has ended');
    });
    this.#ended.catch(() => {});
  }

  /** `url` is that of the admin HTTP. */
  static async start(of: { chromium: string; url: string; cores: string }): Promise<Watchers> {
    const args = ['-c', of.cores, process.execPath, BROWSER, of.chromium, of.url];
    const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const;
    const watchers = new Watchers(spawn('taskset', args, { stdio: [...stdio] }));
    await watchers.#answer();
    return watchers;
  }

  /** Has these pages open and no others. */
  async open(pages: readonly string[]): Promise<void> {
    await this.#ask({ open: pages });
  }

  /** Milliseconds from a visit with an empty cache to the first row of a table. */
  async timeFirstRow(page: string): Promise<number> {
    return ((await this.#ask({ time: page })) as { milliseconds: number }).milliseconds;
  }

  close(): void {
    this.#process.disconnect();
  }

  #ask(asked: ToBrowser): Promise<FromBrowser> {
    this.#process.send(asked);
    return this.#answer();
  }

  async #answer(): Promise<FromBrowser> {
    const answer = once(this.#process, 'message', { signal: AbortSignal.timeout(PATIENCE_MS) });
    return (await Promise.race([answer, this.#ended]))[0] as FromBrowser;
  }
}
