/** A thread that works on one zone, and exits. */

import { parentPort, workerData } from 'node:worker_threads';
import { work, type ZoneWork } from './zone-work.ts';

parentPort!.postMessage(work(workerData as ZoneWork));
