/** The compile worker: turns a configuration into a snapshot, and exits. */

import { parentPort, workerData } from 'node:worker_threads';
import { ConfigError } from '../config/problem.ts';
import { type Compiled, type Source, takeSnapshot } from './snapshot.ts';

function compile(source: Source): Compiled {
  try {
    return { snapshot: takeSnapshot(source).snapshot };
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.problems };
    throw error;
  }
}

parentPort!.postMessage(compile(workerData as Source));
