/** Where decision records go besides the log: taken from the threads' queues, never waited for. */

import type { FrameQueue } from './frame-queue.ts';

export type SinkName = 'syslog' | 'dnstap' | 'clickhouse' | 'otlp';

/** What was sent to one receiver, and what was not. */
export interface SinkCount {
  readonly sink: SinkName;
  readonly sent: number;
  readonly dropped: number;
}

/** Frames that are handed on at a time, and at most from one queue before the next. */
const BATCH = 64;
const MOST = 4096;
/** Milliseconds between two looks at the queues. */
const LOOK_MS = 10;

export interface SinkEvents {
  /** The receiver takes frames. */
  up(): void;
  /** It does not, and why. */
  down(why: string): void;
}

export interface Sink {
  /** Frames that were handed to the system, and those that were not. */
  readonly sent: number;
  readonly dropped: number;
  /** Whether it takes frames now. */
  readonly isReady: boolean;
  send(frames: readonly Buffer[]): void;
  close(): Promise<void>;
}

/** Takes frames from queues as long as a sink takes them; what it does not take waits there. */
export class SinkPump {
  readonly #sink: Sink;
  readonly #queues: () => readonly FrameQueue[];
  readonly #prepare: (frame: Buffer) => Buffer;
  readonly #looking: NodeJS.Timeout;

  constructor(
    sink: Sink,
    queues: () => readonly FrameQueue[],
    prepare: (frame: Buffer) => Buffer = (frame) => frame,
  ) {
    this.#sink = sink;
    this.#queues = queues;
    this.#prepare = prepare;
    this.#looking = setInterval(() => this.look(), LOOK_MS);
    this.#looking.unref();
  }

  get sent(): number {
    return this.#sink.sent;
  }

  get dropped(): number {
    return this.#queues().reduce((sum, { dropped }) => sum + dropped, this.#sink.dropped);
  }

  look(): void {
    for (const queue of this.#queues()) {
      for (let count = 0; count < MOST && this.#sink.isReady; count += BATCH) {
        const frames = takeSome(queue);
        if (frames.length === 0) break;
        this.#sink.send(frames.map(this.#prepare));
      }
    }
  }

  /** Hands on what can be. */
  async close(): Promise<void> {
    clearInterval(this.#looking);
    this.look();
    await this.#sink.close();
  }
}

function takeSome(queue: FrameQueue): Buffer[] {
  const frames: Buffer[] = [];
  while (frames.length < BATCH) {
    const frame = queue.take();
    if (frame === undefined) break;
    frames.push(frame);
  }
  return frames;
}
