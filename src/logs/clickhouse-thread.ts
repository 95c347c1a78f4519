/** A thread that sends the records of a server to ClickHouse. */

import { workerData } from 'node:worker_threads';
import { ClickhouseClient } from './clickhouse/client.ts';
import { ClickhouseDelivery } from './clickhouse/delivery.ts';
import { RowWriter } from './clickhouse/rows.ts';
import type { SenderStart, ToClickhouse } from './record-sender.ts';
import { ship } from './shipping/ship.ts';

const start = workerData as SenderStart<ToClickhouse>;
const { table } = start.to;
// What rejects ends the thread with its error.
void ship(start, {
  writer: new RowWriter(start.node),
  delivery: new ClickhouseDelivery(new ClickhouseClient(table)),
  limits: { rows: 20_000, characters: 16 << 20 },
  identity: `${table.url} ${table.database}.${table.table}`,
});
