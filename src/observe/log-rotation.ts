/** Rotates the decision log: by size and time, without a record lost or torn. */

import {
  closeSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { compressedName, PART, planCompression, planRotation } from './rotation-plan.ts';

/** Milliseconds between two looks at the file. */
const LOOK_MS = 250;
/** Milliseconds until a rotation that failed is tried again. */
const RETRY_MS = 10_000;
/** Milliseconds without a write after which nobody is taken to write to an old file. */
const QUIET_MS = 1000;
/** Octets of a file in which the time of its first record stands. */
const HEAD = 4096;
const TIME = /"time":"([^"]+)"/;

export interface RotationSettings {
  /** Octets. */
  readonly size: number;
  /** Milliseconds. */
  readonly every: number | undefined;
  /** Old files that stay. */
  readonly keep: number;
  readonly gzip: boolean;
}

export interface RotationHooks {
  /**
   * Has every thread go on in the file that now has the name. Resolves when all have, and with
   * false when one may still write to an old file.
   */
  readonly reopen: () => Promise<boolean>;
  /** Whether threads write to the file that has the name: another process may have moved it. */
  readonly isCurrent: () => boolean;
  /** Locks a folder for this process; undefined when another process has it. */
  readonly lock: (folder: string) => (() => void) | undefined;
  /** Told that the file which has been written until now is finished. */
  readonly rotated: () => void;
  /** Compresses the file at `path`; rejects when that does not work, and leaves it as it was. */
  readonly compress: (
    names: { readonly path: string; readonly compressed: string; readonly part: string },
    signal: AbortSignal,
  ) => Promise<void>;
  /** Told why a rotation does not work. */
  readonly failed: (why: string) => void;
  readonly now: () => number;
}

export class LogRotation {
  /** Undefined: no rotation. */
  settings: RotationSettings | undefined;
  readonly #path: string;
  readonly #hooks: RotationHooks;
  readonly #looking: NodeJS.Timeout;
  readonly #stop: AbortController = new AbortController();
  #rotating: Promise<void> | undefined;
  #notBefore = 0;

  constructor(path: string, hooks: RotationHooks) {
    this.#path = path;
    this.#hooks = hooks;
    this.#looking = setInterval(() => this.look(), LOOK_MS);
    this.#looking.unref();
  }

  /** Rotates if it is time; resolves when that is done. One rotation at a time. */
  look(): Promise<void> {
    this.#rotating ??= this.#look().finally(() => {
      this.#rotating = undefined;
    });
    return this.#rotating;
  }

  /** What is being compressed is left as it was. */
  async close(): Promise<void> {
    clearInterval(this.#looking);
    this.#stop.abort();
    await this.#rotating;
  }

  async #look(): Promise<void> {
    const { settings } = this;
    const time = this.#hooks.now();
    // A clock that was set back must not put it off for long.
    if (this.#notBefore - time > RETRY_MS) this.#notBefore = time;
    if (settings === undefined || time < this.#notBefore || this.#stop.signal.aborted) return;
    try {
      if (!this.#hooks.isCurrent()) await this.#hooks.reopen();
      if (isDue(this.#path, settings, time)) await this.#rotate(settings, time);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      this.#notBefore = time + RETRY_MS;
      this.#hooks.failed((error as Error).message);
    }
  }

  async #rotate(settings: RotationSettings, time: number): Promise<void> {
    // Behind a symbolic link it is the file itself that is rotated.
    const path = realpathSync(this.#path);
    const unlock = this.#hooks.lock(dirname(path));
    if (unlock === undefined) return;
    try {
      // Another process may have been faster.
      if (isDue(path, settings, time)) await this.#rearrange(path, settings);
    } finally {
      unlock();
    }
  }

  async #rearrange(path: string, { keep, gzip }: RotationSettings): Promise<void> {
    const [folder, log] = [dirname(path), basename(path)];
    for (const step of planRotation(log, readdirSync(folder), keep)) {
      if (step.kind === 'remove') rmSync(join(folder, step.name));
      else renameSync(join(folder, step.name), join(folder, step.to));
    }
    // Until then records go to the file that has just been renamed.
    const haveAll = await this.#hooks.reopen();
    if (!haveAll) return;
    this.#hooks.rotated();
    if (!gzip) return;
    for (const name of planCompression(log, readdirSync(folder))) {
      const old = join(folder, name);
      if (isQuiet(old, this.#hooks.now()))
        await this.#hooks.compress(namesOf(old), this.#stop.signal);
    }
  }
}

/** Whether a file has grown too large, or was begun in an earlier period. */
function isDue(path: string, { size, every }: RotationSettings, now: number): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile() || stat.size === 0) return false;
  if (stat.size >= size) return true;
  if (every === undefined) return false;
  return Math.floor(now / every) > Math.floor((firstTime(path) ?? stat.mtimeMs) / every);
}

/** The time of a file's first record: the times that file systems keep differ between them. */
function firstTime(path: string): number | undefined {
  const descriptor = openSync(path, 'r');
  try {
    const head = Buffer.alloc(HEAD);
    const length = readSync(descriptor, head, 0, HEAD, 0);
    const time = Date.parse(TIME.exec(head.toString('latin1', 0, length))?.[1] ?? '');
    return Number.isNaN(time) ? undefined : time;
  } finally {
    closeSync(descriptor);
  }
}

/** Whether another process, which shares the log, has gone on in a new file by now. */
function isQuiet(path: string, now: number): boolean {
  const { mtimeMs } = statSync(path);
  return mtimeMs < now - QUIET_MS || mtimeMs > now;
}

/** What a file is called before it is compressed, after, and meanwhile. */
function namesOf(path: string) {
  const compressed = compressedName(path);
  return { path, compressed, part: `${compressed}${PART}` };
}
