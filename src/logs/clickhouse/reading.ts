/** The records that a table of ClickHouse holds, as lines in the order of their times. */

import type { FilterTexts } from '../../observe/decision-filter.ts';
import { CHUNK } from '../log-lines.ts';
import { ClickhouseClient, type ClickhouseTable } from './client.ts';
import { conditionOf, timesOf } from './conditions.ts';
import { LOST, RECORD } from './rows.ts';

const SCHEME = 'clickhouse:';
const HTTP_PORT = '8123';
const HTTPS_PORT = '8443';
const EXPECTED = 'expect clickhouse://HOST/DATABASE, as in clickhouse://192.0.2.1:8123/dns';
/** Records that are asked for at a time: the server sorts them in memory. */
const MOST_ROWS = 200_000;
const MINUTE_MS = 60_000;

/**
 * `clickhouse://[USER[:PASSWORD]@]HOST[:PORT]/DATABASE[?table=T][&secure=true]`; a text is what is
 * wrong with it. `password` is one that the text has not.
 */
export function parseClickhouseUrl(text: string, password?: string): ClickhouseTable | string {
  if (!URL.canParse(text)) return `${JSON.stringify(text)} is no URL; ${EXPECTED}`;
  const url = new URL(text);
  const [database, user, given] = [url.pathname.slice(1), url.username, url.password].map(decoded);
  if (database === undefined || user === undefined || given === undefined) {
    return `${JSON.stringify(text)} is no URL; ${EXPECTED}`;
  }
  if (url.protocol !== SCHEME || url.hostname === '')
    return `${url.protocol}// is not known; ${EXPECTED}`;
  if (database === '' || database.includes('/')) return `it names no database; ${EXPECTED}`;
  const { table = 'decisions', secure = 'false', ...others } = Object.fromEntries(url.searchParams);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return `${unknown} is not known; expect table or secure behind the ?`;
  if (!['true', 'false'].includes(secure)) return `secure=${secure}: expect true or false`;
  const isSecure = secure === 'true';
  const port = url.port === '' ? (isSecure ? HTTPS_PORT : HTTP_PORT) : url.port;
  return {
    url: `${isSecure ? 'https' : 'http'}://${url.hostname}:${port}`,
    ...{ database, table },
    user: user === '' ? undefined : user,
    password: given === '' ? password : given,
  };
}

/** Undefined for octets that are no text. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

export class ClickhouseRecordsReader {
  /** Records that there are to read, as far as is known. */
  recordsInAll = 0;
  readonly #client: ClickhouseClient;
  readonly #condition: string;
  readonly #times: string;

  /** Options that `parseFilter` takes; what SQL cannot say is left to it. */
  constructor(from: ClickhouseTable, options: FilterTexts, now: number) {
    this.#client = new ClickhouseClient(from);
    this.#times = timesOf(options, now);
    this.#condition = `(${conditionOf(options)} OR event = '${LOST}')`;
  }

  /**
   * All records that may be meant, each once, and the lines about lost ones, in batches. Rejects
   * with a ClickhouseError.
   */
  async *lines(): AsyncGenerator<readonly string[]> {
    let last: string | undefined;
    let batch: string[] = [];
    let octets = 0;
    for (const [from, to] of await this.#spans()) {
      const range = `time >= ${from} AND time < ${to}`;
      const query = `SELECT ${RECORD} FROM ${this.#client.table} WHERE ${range} AND ${this.#times} AND ${this.#condition} ORDER BY time, node, ref, digest FORMAT TabSeparatedRaw`;
      for await (const lines of this.#client.lines(query, {})) {
        for (const line of lines) {
          // The same record twice, until the server has merged its parts: they stand together.
          if (line === last) continue;
          last = line;
          batch.push(line);
          octets += line.length;
        }
        // As much as is read of a file: columns of a table are as wide as its rows need.
        if (octets < CHUNK) continue;
        yield batch;
        [batch, octets] = [[], 0];
      }
    }
    yield batch;
  }

  /** Spans of time with about as many records as can be asked for at a time. */
  async #spans(): Promise<(readonly [from: number, to: number])[]> {
    const query = `SELECT intDiv(time, ${MINUTE_MS}) AS minute, count() FROM ${this.#client.table} WHERE ${this.#times} AND ${this.#condition} GROUP BY minute ORDER BY minute FORMAT TabSeparated`;
    const spans: [number, number][] = [];
    let records = 0;
    for (const line of (await this.#client.ask(query)).trimEnd().split('\n')) {
      if (line === '') continue;
      const [minute = 0, count = 0] = line.split('\t').map(Number);
      const [from, to] = [minute * MINUTE_MS, (minute + 1) * MINUTE_MS];
      this.recordsInAll += count;
      records += count;
      const span = spans.at(-1);
      if (span !== undefined && records <= MOST_ROWS) span[1] = to;
      else {
        spans.push([from, to]);
        records = count;
      }
    }
    return spans;
  }
}
