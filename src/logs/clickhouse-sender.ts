/** Sends the records of a server to ClickHouse, in a thread of its own: nothing waits for it. */

import { Worker } from 'node:worker_threads';
import type { ClickhouseTable } from './clickhouse/client.ts';
import type { ShipperCounts } from './clickhouse/shipper.ts';

/** What the thread is started with. */
export interface ClickhouseStart {
  /** The decision log; undefined where no file has the records. */
  readonly log: string | undefined;
  readonly to: ClickhouseTable;
  readonly node: string;
}

export type ToClickhouseThread =
  | { readonly kind: 'lines'; readonly lines: readonly string[] }
  | { readonly kind: 'end' };

export type FromClickhouseThread =
  | { readonly kind: 'counts'; readonly counts: ShipperCounts }
  | { readonly kind: 'up' }
  | { readonly kind: 'down'; readonly why: string }
  | { readonly kind: 'refused'; readonly count: number; readonly why: string };

export interface ClickhouseEvents {
  up(): void;
  down(why: string): void;
  /** Rows were set aside, the first for this reason. */
  refused(count: number, why: string): void;
}

const HEAP_MB = 256;
/** Milliseconds until a thread that died is started again. */
const RESTART_MS = 10_000;
const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
const NOTHING: ShipperCounts = {
  ...{ sent: 0, refused: 0, failures: 0, skipped: 0, gaps: 0, dropped: 0, behind: 0 },
};

export class ClickhouseSender {
  readonly #start: ClickhouseStart;
  readonly #events: ClickhouseEvents;
  #worker: Worker;
  #ended: Promise<void>;
  #isClosing = false;
  /** Of threads that have ended. */
  #before: ShipperCounts = NOTHING;
  #counts: ShipperCounts = NOTHING;
  #restart: NodeJS.Timeout | undefined;

  constructor(start: ClickhouseStart, events: ClickhouseEvents) {
    this.#start = start;
    this.#events = events;
    [this.#worker, this.#ended] = this.#begin();
  }

  get counts(): ShipperCounts {
    return added(this.#before, this.#counts);
  }

  /** Records that no file has. */
  send(lines: readonly string[]): void {
    this.#worker.postMessage({ kind: 'lines', lines } satisfies ToClickhouseThread);
  }

  /** Sends what can be sent in a short time. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#restart);
    this.#worker.postMessage({ kind: 'end' } satisfies ToClickhouseThread);
    await this.#ended;
  }

  #begin(): [Worker, Promise<void>] {
    const worker = new Worker(new URL(`./clickhouse-thread${EXTENSION}`, import.meta.url), {
      workerData: this.#start,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    worker.unref();
    worker.on('message', (message: FromClickhouseThread) => this.#take(message));
    worker.on('error', ({ message }: Error) => this.#events.down(message));
    const ended = new Promise<void>((resolve) => {
      worker.once('exit', () => {
        resolve();
        this.#before = { ...added(this.#before, this.#counts), behind: 0 };
        this.#counts = NOTHING;
        if (this.#isClosing) return;
        this.#restart = setTimeout(() => {
          [this.#worker, this.#ended] = this.#begin();
        }, RESTART_MS).unref();
      });
    });
    return [worker, ended];
  }

  #take(message: FromClickhouseThread): void {
    if (message.kind === 'counts') this.#counts = message.counts;
    else if (message.kind === 'up') this.#events.up();
    else if (message.kind === 'down') this.#events.down(message.why);
    else this.#events.refused(message.count, message.why);
  }
}

function added(one: ShipperCounts, other: ShipperCounts): ShipperCounts {
  const names = Object.keys(NOTHING) as (keyof ShipperCounts)[];
  const sums = names.map((name) => [name, one[name] + other[name]]);
  return Object.fromEntries(sums) as unknown as ShipperCounts;
}
