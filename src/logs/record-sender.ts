/** Sends the records of a server to a receiver, in a thread of its own: nothing waits for it. */

import type { Worker } from 'node:worker_threads';
import { startThread } from '../program-files.ts';
import type { ClickhouseTable } from './clickhouse/client.ts';
import type { OtlpReceiver } from './otlp/receiver.ts';
import type { FromSendingThread, ShippingStart, ToSendingThread } from './shipping/messages.ts';
import type { ShipperCounts } from './shipping/shipper.ts';

/** What can be sent to; each has a thread of its name. */
export type Receiver = ToClickhouse | ToOtlp;

export interface ToClickhouse {
  readonly kind: 'clickhouse';
  readonly table: ClickhouseTable;
}

export interface ToOtlp extends OtlpReceiver {
  readonly kind: 'otlp';
}

/** What the thread is started with. */
export interface SenderStart<R extends Receiver = Receiver> extends ShippingStart {
  readonly to: R;
}

export interface SendingEvents {
  up(): void;
  down(why: string): void;
  /** Records were not taken, the first for this reason; whether they are in a file beside the log. */
  refused(count: number, why: string, isKept: boolean): void;
}

const HEAP_MB = 256;
/** Milliseconds until a thread that died is started again. */
const RESTART_MS = 10_000;
const NOTHING: ShipperCounts = {
  ...{ sent: 0, refused: 0, failures: 0, skipped: 0, gaps: 0, dropped: 0, behind: 0 },
};

export class RecordSender {
  readonly #start: SenderStart;
  readonly #events: SendingEvents;
  #worker: Worker;
  #ended: Promise<void>;
  #isClosing = false;
  /** Of threads that have ended. */
  #before: ShipperCounts = NOTHING;
  #counts: ShipperCounts = NOTHING;
  #restart: NodeJS.Timeout | undefined;

  constructor(start: SenderStart, events: SendingEvents) {
    this.#start = start;
    this.#events = events;
    [this.#worker, this.#ended] = this.#begin();
  }

  get counts(): ShipperCounts {
    return added(this.#before, this.#counts);
  }

  /** Records that no file has. */
  send(lines: readonly string[]): void {
    this.#worker.postMessage({ kind: 'lines', lines } satisfies ToSendingThread);
  }

  /** Sends what can be sent in a short time. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#restart);
    // The process must not end before the thread has: nothing else may keep it any more.
    this.#worker.ref();
    this.#worker.postMessage({ kind: 'end' } satisfies ToSendingThread);
    await this.#ended;
  }

  #begin(): [Worker, Promise<void>] {
    const worker = startThread(import.meta.url, `./${this.#start.to.kind}-thread`, {
      workerData: this.#start,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    worker.unref();
    worker.on('message', (message: FromSendingThread) => this.#take(message));
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

  #take(message: FromSendingThread): void {
    if (message.kind === 'counts') this.#counts = message.counts;
    else if (message.kind === 'up') this.#events.up();
    else if (message.kind === 'down') this.#events.down(message.why);
    else this.#events.refused(message.count, message.why, message.isKept);
  }
}

function added(one: ShipperCounts, other: ShipperCounts): ShipperCounts {
  const names = Object.keys(NOTHING) as (keyof ShipperCounts)[];
  const sums = names.map((name) => [name, one[name] + other[name]]);
  return Object.fromEntries(sums) as unknown as ShipperCounts;
}
