/** A thread that works on one list, and ends. */

import { parentPort, workerData } from 'node:worker_threads';
import { type ListWork, workOnList } from './list-work.ts';

parentPort!.postMessage(workOnList(workerData as ListWork));
