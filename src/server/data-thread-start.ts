/** The first file of a data thread: small, so that it soon reports that the thread has begun. */

import { workerData } from 'node:worker_threads';
import type { ThreadStart } from './data-thread.ts';
import { ThreadProgress, ThreadStep } from './thread-progress.ts';

const progress = new ThreadProgress((workerData as ThreadStart).progress);
progress.enter(ThreadStep.LOADING);
// What rejects ends the thread with its error.
void import('./data-thread.ts').then(({ createThread }) => {
  const thread = progress.isAskedToEnd ? undefined : createThread(workerData, progress);
  // What stands in workerData stays for as long as the thread does.
  workerData.snapshot = undefined;
  if (thread !== undefined && !progress.isAskedToEnd && thread.listen()) thread.run();
});
