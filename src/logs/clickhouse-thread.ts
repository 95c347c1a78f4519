/** A thread that sends the records of a server to ClickHouse. */

import { setTimeout as after } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { now } from '../clock.ts';
import { ClickhouseClient } from './clickhouse/client.ts';
import { Delivery } from './clickhouse/delivery.ts';
import { KeptPosition, setAside } from './clickhouse/kept-position.ts';
import { MemorySpool } from './clickhouse/memory-spool.ts';
import { RowWriter } from './clickhouse/rows.ts';
import { Shipper } from './clickhouse/shipper.ts';
import { Spool } from './clickhouse/spool.ts';
import type {
  ClickhouseStart,
  FromClickhouseThread,
  ToClickhouseThread,
} from './clickhouse-sender.ts';

/** Milliseconds for what is there when the server stops. */
const END_MS = 2000;

const { log, to, node } = workerData as ClickhouseStart;
const port = parentPort!;
const tell = (message: FromClickhouseThread) => port.postMessage(message);

const kept =
  log === undefined ? undefined : new KeptPosition(log, `${to.url} ${to.database}.${to.table}`);
const memory = new MemorySpool();
const source = log === undefined ? memory : new Spool(log, kept!.read());
const ending = new AbortController();
const stop = new AbortController();

const shipper = new Shipper(source, new RowWriter(node), new Delivery(new ClickhouseClient(to)), {
  counted: (counts) => tell({ kind: 'counts', counts }),
  up: () => tell({ kind: 'up' }),
  down: (why) => tell({ kind: 'down', why }),
  keep: (position) => kept?.write(position),
  setAside: (rows) => {
    if (log !== undefined) setAside(log, rows);
    tell({ kind: 'refused', count: rows.length, why: rows[0]!.why });
  },
  now,
  wait: (milliseconds, signal) => after(milliseconds, undefined, { signal }).catch(() => {}),
});

port.on('message', (message: ToClickhouseThread) => {
  if (message.kind === 'lines') return memory.add(message.lines);
  ending.abort();
  setTimeout(() => stop.abort(), END_MS).unref();
});
// What rejects ends the thread with its error.
void shipper.run(ending.signal, stop.signal).then(() => {
  tell({ kind: 'counts', counts: shipper.counts });
  port.close();
});
