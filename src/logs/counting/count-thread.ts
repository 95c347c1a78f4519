/** A thread that counts parts of a log, beside the main one. */

import { parentPort, workerData } from 'node:worker_threads';
import { parseFilter } from '../../observe/decision-filter.ts';
import type { CountThreadStart, FromCountThread } from './count-log.ts';
import { countParts } from './count-parts.ts';
import { ReportCounter } from './report-counter.ts';

const { parts, counted, options, now, shared, thread } = workerData as CountThreadStart;
const filter = parseFilter(options, now);
if (typeof filter === 'string') throw new TypeError(filter);
const counter = new ReportCounter(counted, filter);
// What rejects ends the thread with its error.
void countParts(parts, counter, shared, thread).then((unreadable) => {
  const count = counter.finish();
  parentPort!.postMessage({ count, unreadable } satisfies FromCountThread);
});
