/** Sends what a log has, as a thread does, without waiting longer than it must. */

import { setTimeout as pause } from 'node:timers/promises';
import type { Delivery, ReceiverKind, Writer } from '../../../src/logs/shipping/delivery.ts';
import { KeptPosition, setAside } from '../../../src/logs/shipping/kept-position.ts';
import {
  type BatchLimits,
  Shipper,
  type ShipperCounts,
} from '../../../src/logs/shipping/shipper.ts';
import { Spool } from '../../../src/logs/shipping/spool.ts';

export interface SentTo {
  readonly kind: ReceiverKind;
  readonly writer: Writer;
  readonly delivery: Delivery;
  readonly limits?: BatchLimits;
  /** Milliseconds of a pause, however long it would be. */
  readonly pauseMs?: number;
}

const LIMITS = { rows: 20_000, characters: 16 << 20 };
const PAUSE_MS = 20;

export class Sending {
  /** Why it did not work. */
  readonly told: string[] = [];
  /** What was not taken and is not known. */
  readonly rejected: string[] = [];
  /** What it would have waited for, in milliseconds. */
  readonly waits: number[] = [];
  readonly #ending: AbortController = new AbortController();
  readonly #stop: AbortController = new AbortController();
  readonly #shipper: Shipper;
  readonly #done: Promise<void>;
  #waiting: (() => void)[] = [];

  constructor(log: string, to: SentTo) {
    const { kind, limits = LIMITS, pauseMs = PAUSE_MS } = to;
    const kept = new KeptPosition(log, kind, 'there');
    this.#shipper = new Shipper(
      new Spool(log, kept.read()),
      { ...to, limits },
      {
        counted: () => this.#tell(),
        up: () => {},
        down: (why) => this.told.push(why),
        keep: (position) => kept.write(position),
        setAside: (rows) => setAside(log, kind, rows),
        rejected: (count, why) => this.rejected.push(`${count} ${why}`),
        // Old files have been left long ago.
        now: () => Date.now() + 10_000,
        wait: (milliseconds, signal) => {
          this.waits.push(milliseconds);
          return pause(pauseMs, undefined, { signal }).catch(() => {});
        },
      },
    );
    this.#done = this.#shipper.run(this.#ending.signal, this.#stop.signal);
  }

  get counts(): ShipperCounts {
    return this.#shipper.counts;
  }

  async until(isSo: (counts: ShipperCounts) => boolean): Promise<void> {
    while (!isSo(this.counts)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async end(): Promise<void> {
    this.#ending.abort();
    await this.#done;
  }

  /** As a process that is killed: nothing more is sent or kept. */
  async kill(): Promise<void> {
    this.#stop.abort();
    this.#ending.abort();
    await this.#done;
  }

  #tell(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
