/** `POST /api/v1/candidate`: what another configuration would change, without taking it over. */

import type { Snapshot } from '../../load/snapshot.ts';
import type { DecisionRecord } from '../../observe/decision-filter.ts';
import { startThread } from '../../program-files.ts';
import type { CandidateAnswer } from '../api/answers.ts';
import type { AdminRequest } from '../request.ts';
import type { AdminSource } from '../source.ts';
import type { DecisionStore } from './decision-store.ts';
import { BadRequest } from './parameters.ts';

/** What the thread is given. */
export interface CandidateWork {
  readonly running: Snapshot;
  readonly text: string;
  readonly records: readonly DecisionRecord[];
}

const LONGEST = 4 << 20;
const REPLAYED = 1000;
const MOST_REPLAYED = 100_000;
const PAGE = 1000;
const PAGE_MS = 5000;
/** Milliseconds and memory after which a comparison is given up. */
const PATIENCE_MS = 120_000;
const HEAP_MB = 1024;
const VARIABLE = /\$\{\w+\}/;

export class Candidates {
  readonly #source: AdminSource;
  readonly #store: DecisionStore;
  #isBusy = false;

  constructor(source: AdminSource, store: DecisionStore) {
    this.#source = source;
    this.#store = store;
  }

  /** Compares the configuration in the body. Throws a BadRequest. */
  async compare(url: URL, request: AdminRequest, signal: AbortSignal): Promise<CandidateAnswer> {
    const count = Number(url.searchParams.get('replay') ?? REPLAYED);
    if (!(Number.isInteger(count) && count >= 0 && count <= MOST_REPLAYED)) {
      throw new BadRequest(`replay: expect a number of decisions from 0 to ${MOST_REPLAYED}`);
    }
    const text = await request.text(LONGEST);
    if (text === undefined) throw new BadRequest('a configuration has at most 4 MiB', 413);
    if (text.trim() === '') throw new BadRequest('expect a configuration as the body');
    const running = this.#source.taken().snapshot;
    checkVariables(text, running.text);
    if (this.#isBusy) throw new BadRequest('another candidate is being compared; try again', 503);
    this.#isBusy = true;
    try {
      const records = await this.#latest(count, signal);
      this.#source.log.info(`admin: a candidate is compared for ${request.asker}`);
      return await compareAside({ running, text, records }, signal);
    } finally {
      this.#isBusy = false;
    }
  }

  async #latest(count: number, signal: AbortSignal): Promise<readonly DecisionRecord[]> {
    const records: DecisionRecord[] = [];
    let cursor: string | undefined;
    while (records.length < count) {
      const limit = Math.min(PAGE, count - records.length);
      const request = { options: {}, now: Date.now(), limit, cursor, budget: PAGE_MS };
      const { decisions, next } = await this.#store.page(request, signal);
      records.push(...decisions);
      if (next === undefined) break;
      cursor = next;
    }
    return records;
  }
}

/**
 * Variables of the environment are secrets, mostly: a line that has one must be a line of the
 * running configuration, or whoever may compare could have their values shown in an answer.
 */
function checkVariables(text: string, running: string): void {
  const known = new Set(running.split('\n').map((line) => line.trim()));
  const lines = text.split('\n');
  const at = lines.findIndex((line) => VARIABLE.test(line) && !known.has(line.trim()));
  if (at < 0) return;
  throw new BadRequest(
    `candidate:${at + 1}: ${lines[at]!.trim()}: expect variables only in lines that the running configuration has`,
  );
}

function compareAside(work: CandidateWork, signal: AbortSignal): Promise<CandidateAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<CandidateAnswer>();
  const worker = startThread(import.meta.url, './candidate-thread', {
    workerData: work,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  const giveUp = () => void worker.terminate();
  const timer = setTimeout(giveUp, PATIENCE_MS);
  signal.addEventListener('abort', giveUp, { once: true });
  worker.once('message', resolve).once('error', reject);
  worker.once('exit', () => reject(new BadRequest('the comparison took too long', 503)));
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  });
}
