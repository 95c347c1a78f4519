/** A thread that reads decision logs, or compresses them. */

import { setPriority } from 'node:os';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { compressLog } from './compression.ts';
import { LogIndexes, nextTurn } from './indexing.ts';
import { closeLogFile, logFilesOf, openLogFile } from './log-files.ts';
import type { FromLogThread, LogThreadStart, ToLogThread } from './log-searcher.ts';
import { summarizeLog } from './log-summary.ts';
import { SearchCancelled, searchLog } from './search.ts';

/** Milliseconds that searches get before the next block is indexed. */
const SEARCH_MS = 50;

class LogThread {
  readonly #log: string;
  readonly #port: MessagePort;
  readonly #indexes: LogIndexes;
  readonly #cancelled: Set<number> = new Set();
  /** One after the other: they write. */
  #writing: Promise<void> = Promise.resolve();
  #isClosing = false;
  /** Searches that somebody waits for. */
  #searching = 0;

  constructor(log: string, port: MessagePort) {
    this.#log = log;
    this.#port = port;
    this.#indexes = new LogIndexes(log);
  }

  take(message: ToLogThread): void {
    if (message.kind === 'cancel') this.#cancelled.add(message.number);
    else if (message.kind === 'close') this.#close();
    else {
      const { number } = message;
      this.#do(message)
        .catch((error: Error): FromLogThread => {
          const isCancelled = error instanceof SearchCancelled;
          return { kind: 'failed', number, why: error.message, isCancelled };
        })
        .then((answer) => {
          this.#cancelled.delete(number);
          this.#port.postMessage(answer);
        });
    }
  }

  async #do(message: Exclude<ToLogThread, { kind: 'cancel' | 'close' }>): Promise<FromLogThread> {
    const { number } = message;
    const isCancelled = () => this.#isClosing || this.#cancelled.has(number);
    if (message.kind === 'search' || message.kind === 'summarize') {
      return this.#read(message, isCancelled);
    }
    const work =
      message.kind === 'index'
        ? () => this.#index(isCancelled)
        : () => compressLog(this.#indexes, message, isCancelled);
    const done = this.#writing.then(work);
    this.#writing = done.catch(() => {});
    await done;
    return { kind: 'done', number };
  }

  async #read(
    { kind, number, request }: Extract<ToLogThread, { kind: 'search' | 'summarize' }>,
    isCancelled: () => boolean,
  ): Promise<FromLogThread> {
    this.#searching++;
    try {
      if (kind === 'summarize') {
        const summary = await summarizeLog(this.#log, this.#indexes, request, isCancelled);
        return { kind: 'summary', number, summary };
      }
      const page = await searchLog(this.#log, this.#indexes, request, isCancelled);
      return { kind: 'page', number, page };
    } finally {
      this.#searching--;
    }
  }

  /** Searches go first, but do not keep an index from ever being made. */
  async #letSearch(): Promise<void> {
    const until = performance.now() + SEARCH_MS;
    do await nextTurn();
    while (this.#searching > 0 && performance.now() < until);
  }

  /** Indexes what is not, the youngest file first. */
  async #index(stop: () => boolean): Promise<void> {
    const ids = new Set<string>();
    for (const path of logFilesOf(this.#log)) {
      const file = openLogFile(path);
      if (file === undefined) continue;
      try {
        ids.add(file.id);
        const isFinished = path !== this.#log;
        const pause = () => this.#letSearch();
        if (!file.isGzip) await this.#indexes.extend(file, isFinished, stop, pause);
        else if (this.#indexes.blocksOf(file).length === 0) {
          await this.#indexes.inflate(file, { isWorth: () => false, take: () => {}, stop });
        }
      } finally {
        closeLogFile(file);
      }
      if (stop()) return;
      await nextTurn();
    }
    this.#indexes.retain(ids);
  }

  #close(): void {
    this.#isClosing = true;
    this.#writing.then(() => this.#port.close());
  }
}

const { log, priority } = workerData as LogThreadStart;
// On Linux that of this thread alone (setpriority(2), "C library/kernel differences").
if (priority > 0) setPriority(0, priority);
const thread = new LogThread(log, parentPort!);
parentPort!.on('message', (message: ToLogThread) => thread.take(message));
