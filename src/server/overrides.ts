/** What operators set beside the configuration, for a while: pauses; and the cache they flush. */

import { randomBytes } from 'node:crypto';
import { now } from '../clock.ts';
import { type PauseSpec, Pauses } from '../decision/pauses.ts';
import type { AnswerCache } from '../forward/cache.ts';
import type { DataThreads } from './data-threads.ts';

/** Pauses at a time: each query is held against all of them. */
const MOST = 100;
/** Milliseconds after its end that a pause is removed; no thread goes by it any more. */
const REMOVED_MS = 1000;

export interface Overridden {
  readonly threads: () => DataThreads | undefined;
  /** The cache of the main thread. */
  readonly cache: () => AnswerCache;
}

export class Overrides {
  /** What the main thread goes by. */
  readonly shared: Pauses = new Pauses();
  readonly #server: Overridden;
  readonly #timers: Map<string, NodeJS.Timeout> = new Map();

  constructor(server: Overridden) {
    this.#server = server;
  }

  /** Those that are in force. */
  get pauses(): readonly PauseSpec[] {
    const time = now();
    return this.shared.all.filter(({ until }) => until > time);
  }

  /** In force in all threads with their next batch, for so many milliseconds; undefined: too many. */
  pause(asked: Omit<PauseSpec, 'id' | 'until'>, milliseconds: number): PauseSpec | undefined {
    if (this.shared.all.length >= MOST) return undefined;
    const id = randomBytes(4).toString('hex');
    const spec = { ...asked, id, until: now() + milliseconds };
    this.#set([...this.shared.all, spec]);
    const timer = setTimeout(() => this.resume(id), milliseconds + REMOVED_MS);
    this.#timers.set(id, timer.unref());
    return spec;
  }

  /** Ends a pause; false when there is none of this id. */
  resume(id: string): boolean {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    const left = this.shared.all.filter((pause) => pause.id !== id);
    const isThere = left.length < this.shared.all.length;
    if (isThere) this.#set(left);
    return isThere;
  }

  /** Has all threads forget what they keep for a name in lower-case wire format and all below it. */
  flush(name: Uint8Array): void {
    this.#server.cache().flush(name);
    this.#server.threads()?.flush(name);
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #set(pauses: readonly PauseSpec[]): void {
    this.shared.all = pauses;
    this.#server.threads()?.pause(pauses);
  }
}
