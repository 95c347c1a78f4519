/** A thread that reads decision logs, or compresses them, or reads the table of all servers. */

import { setPriority } from 'node:os';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { ClickhouseClient } from './clickhouse/client.ts';
import { searchTable } from './clickhouse/pages.ts';
import { compressLog } from './compression.ts';
import { LogIndexes, nextTurn } from './indexing.ts';
import { closeLogFile, logFilesOf, openLogFile } from './log-files.ts';
import type { FromLogThread, LogThreadStart, ToLogThread } from './log-searcher.ts';
import { summarizeFound } from './log-summary.ts';
import { SearchCancelled, type SearchPage, type SearchRequest, searchLog } from './search.ts';

/** Milliseconds that searches get before the next block is indexed. */
const SEARCH_MS = 50;

/** Finds one page. Rejects with a SearchCancelled when `stop` is aborted. */
type Search = (request: SearchRequest, stop: AbortSignal) => Promise<SearchPage>;

class LogThread {
  /** Empty for a table. */
  readonly #log: string;
  readonly #port: MessagePort;
  readonly #indexes: LogIndexes;
  readonly #search: Search;
  readonly #stops: Map<number, AbortController> = new Map();
  /** One after the other: they write. */
  #writing: Promise<void> = Promise.resolve();
  #isClosing = false;
  /** Searches that somebody waits for. */
  #searching = 0;

  constructor(from: LogThreadStart['from'], port: MessagePort) {
    this.#log = typeof from === 'string' ? from : '';
    this.#port = port;
    this.#indexes = new LogIndexes(this.#log);
    if (typeof from === 'string') {
      this.#search = (request, stop) => searchLog(from, this.#indexes, request, () => stop.aborted);
    } else {
      const client = new ClickhouseClient(from);
      this.#search = (request, stop) => searchTable(client, request, stop);
    }
  }

  take(message: ToLogThread): void {
    if (message.kind === 'cancel') this.#stops.get(message.number)?.abort();
    else if (message.kind === 'close') this.#close();
    else {
      const { number } = message;
      this.#do(message)
        .catch((error: Error): FromLogThread => {
          const isCancelled = error instanceof SearchCancelled;
          return { kind: 'failed', number, why: error.message, isCancelled };
        })
        .then((answer) => {
          this.#stops.delete(number);
          this.#port.postMessage(answer);
        });
    }
  }

  async #do(message: Exclude<ToLogThread, { kind: 'cancel' | 'close' }>): Promise<FromLogThread> {
    const { number } = message;
    const { signal } = this.#stopOf(number);
    const isCancelled = () => signal.aborted;
    if (message.kind === 'search' || message.kind === 'summarize') {
      return this.#read(message, signal);
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
    stop: AbortSignal,
  ): Promise<FromLogThread> {
    this.#searching++;
    try {
      if (kind === 'summarize') {
        const summary = await summarizeFound((one) => this.#search(one, stop), request);
        return { kind: 'summary', number, summary };
      }
      return { kind: 'page', number, page: await this.#search(request, stop) };
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

  #stopOf(number: number): AbortController {
    const stop = new AbortController();
    if (this.#isClosing) stop.abort();
    this.#stops.set(number, stop);
    return stop;
  }

  #close(): void {
    this.#isClosing = true;
    for (const stop of this.#stops.values()) stop.abort();
    this.#writing.then(() => this.#port.close());
  }
}

const { from, priority } = workerData as LogThreadStart;
// On Linux that of this thread alone (setpriority(2), "C library/kernel differences").
if (priority > 0) setPriority(0, priority);
const thread = new LogThread(from, parentPort!);
parentPort!.on('message', (message: ToLogThread) => thread.take(message));
