/** What a thread does that sends the records of a server: from their source to a receiver, to the end. */

import { setTimeout as after } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import { now } from '../../clock.ts';
import type { Delivery, Writer } from './delivery.ts';
import { KeptPosition, setAside } from './kept-position.ts';
import { MemorySpool } from './memory-spool.ts';
import type { FromSendingThread, ShippingStart, ToSendingThread } from './messages.ts';
import { type BatchLimits, Shipper } from './shipper.ts';
import { Spool } from './spool.ts';

/** Milliseconds for what is there when the server stops. */
const END_MS = 2000;

/** What is sent to. */
interface Receiver {
  readonly writer: Writer;
  readonly delivery: Delivery;
  readonly limits: BatchLimits;
  /** Another one has nothing yet. */
  readonly identity: string;
}

/** Until the server stops. */
export async function ship({ log, to: { kind } }: ShippingStart, to: Receiver): Promise<void> {
  const port = parentPort!;
  const tell = (message: FromSendingThread) => port.postMessage(message);
  const kept = log === undefined ? undefined : new KeptPosition(log, kind, to.identity);
  const memory = new MemorySpool();
  const source = log === undefined ? memory : new Spool(log, kept!.read());
  const ending = new AbortController();
  const stop = new AbortController();
  const shipper = new Shipper(source, to, {
    counted: (counts) => tell({ kind: 'counts', counts }),
    up: () => tell({ kind: 'up' }),
    down: (why) => tell({ kind: 'down', why }),
    keep: (position) => kept?.write(position),
    setAside: (rows) => {
      if (log !== undefined) setAside(log, kind, rows);
      tell({ kind: 'refused', count: rows.length, why: rows[0]!.why, isKept: log !== undefined });
    },
    rejected: (count, why) => tell({ kind: 'refused', count, why, isKept: false }),
    now,
    wait: (milliseconds, signal) => after(milliseconds, undefined, { signal }).catch(() => {}),
  });
  port.on('message', (message: ToSendingThread) => {
    if (message.kind === 'lines') return memory.add(message.lines);
    ending.abort();
    setTimeout(() => stop.abort(), END_MS).unref();
  });
  await shipper.run(ending.signal, stop.signal);
  tell({ kind: 'counts', counts: shipper.counts });
  port.close();
}
