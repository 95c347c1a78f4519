/** `status --watch`: the state of a server again and again, with what happens each second. */

import type { Writable } from 'node:stream';
import type { Counters } from '../admin/counters.ts';
import { UsageError } from './command.ts';
import { displayOf, type Shown } from './display.ts';
import { Output } from './output.ts';
import { escapeControls } from './printable.ts';
import { formatCounters, formatRate, type Rates, ratesBetween, sumOf } from './status-counters.ts';
import { formatLine } from './text-table.ts';

/** To the first column of the first line, and clearing the rest of a line and of the screen (ECMA-48). */
const HOME = '\u001b[H';
const CLEAR_SCREEN = '\u001b[2J';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';
/** Lines of a terminal that does not know how many it has. */
const ROWS = 24;

/** One look at the server. */
export interface Look {
  readonly counters: Counters;
  /** The lines of `status` but for the counters. */
  readonly state: readonly string[];
  readonly body: object;
}

export interface Watched {
  /** Throws a UsageError when the server does not answer. */
  readonly look: (stop: AbortSignal) => Promise<Look>;
  /** Returns when the next look is due, or `stop` is aborted. */
  readonly pause: (stop: AbortSignal) => Promise<void>;
  readonly json: boolean;
}

export interface WatchStreams {
  readonly stdout: Writable & Shown & { readonly rows?: number };
  readonly stderr: Writable;
}

/**
 * Until `stop` is aborted or nobody reads. A server that does not answer at first is an error; later
 * that is shown, and the server is asked again.
 */
export async function watchStatus(
  { look, pause, json }: Watched,
  streams: WatchStreams,
  stop: AbortSignal,
): Promise<void> {
  const view = json ? new Objects(streams) : viewOf(streams);
  let before: Look | undefined;
  while (!stop.aborted && !view.isClosed) {
    try {
      const seen = await look(stop);
      const rates = before && ratesBetween(before.counters, seen.counters);
      if (before !== undefined && rates === undefined) {
        await view.restarted(seen);
      } else await view.show(seen, rates);
      before = seen;
    } catch (error) {
      if (stop.aborted) return;
      if (before === undefined || !(error instanceof UsageError)) throw error;
      await view.failed(error.message);
    }
    await pause(stop);
  }
}

interface View {
  readonly isClosed: boolean;
  /** Without rates at the first look. */
  show(look: Look, rates: Rates | undefined): Promise<void>;
  restarted(look: Look): Promise<void>;
  failed(why: string): Promise<void>;
}

function viewOf(streams: WatchStreams): View {
  return streams.stdout.isTTY === true ? new Screen(streams) : new Lines(streams);
}

/** A terminal, painted over at each look: counters first, then as many of the other lines as it has room for. */
class Screen implements View {
  readonly #stdout: WatchStreams['stdout'];
  readonly #output: Output;
  #start = CLEAR_SCREEN;
  #last: readonly string[] = [];

  constructor({ stdout }: WatchStreams) {
    this.#stdout = stdout;
    this.#output = new Output(stdout);
  }

  get isClosed(): boolean {
    return this.#output.isClosed;
  }

  show({ counters, state }: Look, rates: Rates | undefined): Promise<void> {
    this.#last = [...formatCounters(counters, rates), '', ...state];
    return this.#paint(this.#last);
  }

  restarted(look: Look): Promise<void> {
    return this.show(look, undefined);
  }

  failed(why: string): Promise<void> {
    return this.#paint([why, '', ...this.#last]);
  }

  /** No line is broken, and the last one stays free: otherwise the terminal would scroll. */
  #paint(lines: readonly string[]): Promise<void> {
    const { width } = displayOf(this.#stdout);
    const room = Math.max((this.#stdout.rows ?? ROWS) - 1, 2);
    const hidden = lines.length - room + 1;
    const shown =
      lines.length <= room ? lines : [...lines.slice(0, room - 1), `… ${hidden} more lines`];
    const start = this.#start;
    this.#start = '';
    const text = shown.map((line) => `${cut(escapeControls(line), width)}${CLEAR_LINE}\n`);
    return this.#output.write(`${start}${HOME}${text.join('')}${CLEAR_BELOW}`);
  }
}

function cut(line: string, width: number): string {
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
}

const COLUMNS = [
  ['TIME', 20],
  ['QUERIES/S', 9],
  ['NOERROR/S', 9],
  ['NXDOMAIN/S', 10],
  ['REFUSED/S', 9],
  ['SERVFAIL/S', 10],
  ['HITS/S', 9],
  ['MISSES/S', 9],
  ['ENTRIES', 9],
  ['IN FLIGHT', 9],
  ['REFUSED BY', 0],
] as const;
const WIDTHS = COLUMNS.map(([, width]) => width);
const LAST = COLUMNS.length - 1;
const isRight = (column: number) => column > 0 && column < LAST;

/** A file or a pipe: a line for each interval, problems on stderr. */
class Lines implements View {
  readonly #output: Output;
  readonly #stderr: Writable;
  #hasHead = false;

  constructor({ stdout, stderr }: WatchStreams) {
    this.#output = new Output(stdout);
    this.#stderr = stderr;
  }

  get isClosed(): boolean {
    return this.#output.isClosed;
  }

  async show({ counters }: Look, rates: Rates | undefined): Promise<void> {
    if (!this.#hasHead) await this.#write(COLUMNS.map(([name]) => name));
    this.#hasHead = true;
    if (rates !== undefined) await this.#write(cellsOf(counters, rates));
  }

  async restarted({ counters }: Look): Promise<void> {
    this.#stderr.write(`the server was started again at ${counters.startedAt}\n`);
  }

  async failed(why: string): Promise<void> {
    this.#stderr.write(`${why}\n`);
  }

  #write(cells: readonly string[]): Promise<void> {
    return this.#output.write(`${formatLine(cells, WIDTHS, { isRight })}\n`);
  }
}

function cellsOf({ cache, inFlight }: Counters, rates: Rates): string[] {
  const { queries, rcodes, refused } = rates;
  const layers = Object.entries(refused)
    .filter(([, rate]) => rate > 0)
    .toSorted(([, one], [, other]) => other - one)
    .map(([layer, rate]) => `${layer} ${formatRate(rate)}`);
  const of = (rcode: string) => formatRate(rcodes[rcode] ?? 0);
  return [
    `${new Date().toISOString().slice(0, 19)}Z`,
    formatRate(sumOf(queries)),
    ...['NOERROR', 'NXDOMAIN', 'REFUSED', 'SERVFAIL'].map(of),
    formatRate(rates.cache['hits']!),
    formatRate(rates.cache['misses']!),
    String(cache.entries),
    String(inFlight),
    layers.join(', ') || '-',
  ];
}

/** What `status --json` prints, a line for each look, with `rates` from the second on. */
class Objects implements View {
  readonly #output: Output;
  readonly #stderr: Writable;

  constructor({ stdout, stderr }: WatchStreams) {
    this.#output = new Output(stdout);
    this.#stderr = stderr;
  }

  get isClosed(): boolean {
    return this.#output.isClosed;
  }

  show({ body }: Look, rates: Rates | undefined): Promise<void> {
    return this.#output.write(`${JSON.stringify({ ...body, ...(rates && { rates }) })}\n`);
  }

  restarted(look: Look): Promise<void> {
    return this.show(look, undefined);
  }

  async failed(why: string): Promise<void> {
    this.#stderr.write(`${why}\n`);
  }
}
