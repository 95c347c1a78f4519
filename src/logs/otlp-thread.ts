/** A thread that sends the records of a server to an OTLP receiver. */

import { workerData } from 'node:worker_threads';
import { OtlpDelivery } from './otlp/delivery.ts';
import { RecordLines } from './otlp/record-lines.ts';
import type { SenderStart, ToOtlp } from './record-sender.ts';
import { ship } from './shipping/ship.ts';

const start = workerData as SenderStart<ToOtlp>;
// What rejects ends the thread with its error.
void ship(start, {
  writer: new RecordLines(),
  delivery: new OtlpDelivery(start.to),
  // Collectors take 20 MiB at most, unless told otherwise; a record in JSON is four times itself.
  limits: { rows: 2000, characters: 2 << 20 },
  identity: start.to.url,
});
