/**
 * Searches a table of ClickHouse as `search.ts` does a log: the latest records first, page by page.
 *
 * The server sorts what it is asked for, so it is asked for spans of time that grow while they have
 * too little: the latest second, the four before, and so on into the past.
 */

import { type Filter, matches, parseFilter } from '../../observe/decision-filter.ts';
import { DecisionReader } from '../log-lines.ts';
import { SearchCancelled, type SearchPage, type SearchRequest } from '../search.ts';
import { type ClickhouseClient, quoteText } from './client.ts';
import { conditionOf, spanOf } from './conditions.ts';
import { RECORD } from './rows.ts';

const FIRST_SPAN_MS = 1000;
const GROWTH = 4;
/** Spans until one takes all that is left: decades. */
const MOST_SPANS = 16;
const DAY_MS = 86_400_000;
/** Seconds after which the server gives up a query, also one that nobody waits for any more. */
const SETTINGS = { max_execution_time: '30' };
/** What a page ends with: a time and the size of the spans there; a record of that time, which was given. */
const CURSOR = /^c(\d{1,16})-(\d{1,2})(?:-(\d{1,20})-((?:[0-9A-F]{2})*)-((?:[0-9A-F]{2})*))?$/;

/** A place between two records, in the order of time, node, ref and digest. */
interface Place {
  /** Milliseconds since the epoch; undefined before the latest record. */
  readonly time: number | undefined;
  /** The last record that was given, if one of this time was; octets of texts in hexadecimal. */
  readonly given?: { readonly digest: string; readonly node: string; readonly ref: string };
}

/** Whether a text is a cursor that a page has given. */
export function isTableCursor(text: string): boolean {
  return text.length <= 2000 && CURSOR.test(text);
}

/** Rejects with a SearchCancelled when `stop` is aborted, or with a ClickhouseError. */
export async function searchTable(
  client: ClickhouseClient,
  request: SearchRequest,
  stop: AbortSignal,
): Promise<SearchPage> {
  const filter = parseFilter(request.options, request.now);
  if (typeof filter === 'string') throw new TypeError(filter);
  try {
    return await new TableSearch(client, filter, request, stop).run();
  } catch (error) {
    throw stop.aborted ? new SearchCancelled() : error;
  }
}

class TableSearch {
  readonly #client: ClickhouseClient;
  readonly #filter: Filter;
  readonly #request: SearchRequest;
  readonly #stop: AbortSignal;
  readonly #condition: string;
  readonly #from: number;
  readonly #until: number;
  readonly #reader: DecisionReader = new DecisionReader();
  readonly #lines: string[] = [];
  #last: string | undefined;
  #place: Place;
  /** How often spans have grown. */
  #growth: number;

  constructor(client: ClickhouseClient, filter: Filter, request: SearchRequest, stop: AbortSignal) {
    this.#client = client;
    this.#filter = filter;
    this.#request = request;
    this.#stop = stop;
    const { from = 0, to } = spanOf(request.options, request.now);
    this.#from = from;
    this.#condition = conditionOf(request.options);
    [this.#place, this.#growth] = readCursor(request.cursor) ?? [{ time: to }, 0];
    this.#until = performance.now() + request.budget;
  }

  async run(): Promise<SearchPage> {
    const { limit, now } = this.#request;
    for (;;) {
      const end = Math.min(this.#place.time ?? now, now);
      const length = FIRST_SPAN_MS * GROWTH ** this.#growth;
      const isLast = this.#growth >= MOST_SPANS || end - length <= this.#from;
      const start = isLast ? this.#from : end - length;
      const isDone = await this.#readSpan(start);
      if (isDone && isLast) return this.#page(false);
      if (isDone) {
        this.#place = { time: start };
        this.#growth = Math.min(this.#growth + 1, MOST_SPANS);
      }
      if (this.#lines.length >= limit || performance.now() >= this.#until) return this.#page(true);
    }
  }

  /** Reads back to `start`; false when it ended before, since the page is full or many are left out. */
  async #readSpan(start: number): Promise<boolean> {
    const { limit } = this.#request;
    // As many again: a record that was sent twice stands there twice, until parts are merged.
    const most = 2 * (limit - this.#lines.length) + 16;
    let rows = 0;
    for await (const lines of this.#client.lines(this.#query(start, most), SETTINGS, this.#stop)) {
      for (const row of lines) {
        rows++;
        this.#take(row);
        if (this.#lines.length >= limit) return false;
      }
    }
    return rows < most;
  }

  #query(start: number, most: number): string {
    const { time, given } = this.#place;
    const before =
      time === undefined
        ? '1'
        : given === undefined
          ? `time < ${time}`
          : `time <= ${time} AND (time < ${time} OR (node, ref, digest) < (unhex('${given.node}'), unhex('${given.ref}'), toUInt64('${given.digest}')))`;
    // No text of a column can be taken for the end of one.
    const columns = `time, digest, hex(node), hex(ref), ${RECORD}`;
    return `SELECT ${columns} FROM ${this.#client.table} WHERE time >= ${start} AND ${before} AND (${this.#condition}) ORDER BY time DESC, node DESC, ref DESC, digest DESC LIMIT ${most} FORMAT TabSeparatedRaw`;
  }

  #take(row: string): void {
    const [time, digest, node, ref] = row.split('\t', 4) as [string, string, string, string];
    this.#place = { time: Number(time), given: { digest, node, ref } };
    const line = row.slice(time.length + digest.length + node.length + ref.length + 4);
    if (line === this.#last) return;
    this.#last = line;
    const record = this.#reader.read(line);
    if (record !== undefined && matches(this.#filter, record)) this.#lines.push(this.#reader.text);
  }

  /** How far it has come is counted in time: octets are known to the server alone. */
  async #page(hasMore: boolean): Promise<SearchPage> {
    if (!hasMore) return { lines: this.#lines, searched: 1, total: 1 };
    const { time = this.#request.now, given } = this.#place;
    const oldest = Math.max(this.#from, await this.#oldestDay());
    const total = Math.max(1, this.#request.now - oldest);
    const searched = Math.min(total, Math.max(0, this.#request.now - time));
    // A span with enough for this page has enough for the next one.
    const isFull = this.#lines.length >= this.#request.limit;
    const size = isFull ? Math.max(0, this.#growth - 1) : this.#growth;
    const behind = given === undefined ? '' : `-${given.digest}-${given.node}-${given.ref}`;
    return { lines: this.#lines, next: `c${time}-${size}${behind}`, searched, total };
  }

  /** Partitions are days; the epoch where they are not to be seen. */
  async #oldestDay(): Promise<number> {
    const query = `SELECT min(partition) FROM system.parts WHERE active AND database = currentDatabase() AND table = ${quoteText(this.#client.tableName)}`;
    const day = await this.#client.ask(query, SETTINGS, this.#stop).catch(() => '');
    const [, year, month, date] = /^(\d{4})(\d\d)(\d\d)$/.exec(day.trim()) ?? [];
    return year === undefined
      ? 0
      : Math.min(Date.UTC(+year, +month! - 1, +date!), Date.now() - DAY_MS);
  }
}

function readCursor(cursor: string | undefined): [Place, number] | undefined {
  const [, time, size, digest, node, ref] = CURSOR.exec(cursor ?? '') ?? [];
  if (time === undefined) return undefined;
  const given = digest === undefined ? {} : { given: { digest, node: node!, ref: ref! } };
  return [{ time: Number(time), ...given }, Number(size)];
}
