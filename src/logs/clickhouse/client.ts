/** Asks a ClickHouse server by its HTTP interface; the one place that does. */

import { LineSplitter } from '../log-lines.ts';
import { reasonOf, shorten, timed } from '../shipping/requests.ts';

/** `Code: 117, e.displayText() = DB::Exception: …` of 18.16, `Code: 117. DB::Exception: …` since. */
const ERROR = /^Code: (\d+)[.,](?: e\.displayText\(\) =)? (?:DB::Exception: )?([^\n]*)/m;
/** What 18.16 says twice. */
const TAIL = /, e\.what\(\) = .*$/;

/** Where the records are, and who asks for them. */
export interface ClickhouseTable {
  /** Without a slash at its end. */
  readonly url: string;
  readonly database: string;
  readonly table: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
}

/** The server said no, and why; without a `code` it was none of ClickHouse's answers. */
export class ClickhouseError extends Error {
  readonly code: number | undefined;

  constructor(message: string, code?: number) {
    super(message);
    this.code = code;
  }
}

export type Settings = Readonly<Record<string, string>>;

export class ClickhouseClient {
  readonly #to: ClickhouseTable;
  readonly #timeout: number | undefined;

  /** `timeout`: milliseconds until what has a short answer is given up. */
  constructor(to: ClickhouseTable, timeout?: number) {
    this.#to = to;
    this.#timeout = timeout;
  }

  /** The table as it stands in a query. */
  get table(): string {
    return quoteName(this.#to.table);
  }

  get tableName(): string {
    return this.#to.table;
  }

  /** The whole answer. Rejects with a ClickhouseError. */
  async ask(query: string, settings: Settings = {}, stop?: AbortSignal): Promise<string> {
    const response = await this.#post(settings, query, timed(stop, this.#timeout));
    return await textOf(response);
  }

  /** Sends rows of a format; resolves when the server has them. Rejects with a ClickhouseError. */
  async insert(query: string, rows: string, settings: Settings, stop: AbortSignal): Promise<void> {
    const response = await this.#post({ query, ...settings }, rows, timed(stop, this.#timeout));
    await textOf(response);
  }

  /** The lines of an answer as they come. Rejects with a ClickhouseError. */
  async *lines(
    query: string,
    settings: Settings,
    stop?: AbortSignal,
  ): AsyncGenerator<readonly string[]> {
    const response = await this.#post(settings, query, stop);
    const splitter = new LineSplitter();
    try {
      for await (const chunk of response.body ?? [])
        yield checked(splitter.push(Buffer.from(chunk)));
      yield checked(splitter.end());
    } catch (error) {
      throw error instanceof ClickhouseError ? error : new ClickhouseError(reasonOf(error));
    }
  }

  async #post(
    settings: Settings,
    body: string,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    const { url, database, user, password } = this.#to;
    const parameters = new URLSearchParams({ database, ...settings });
    const headers = {
      ...(user === undefined ? {} : { 'X-ClickHouse-User': user }),
      ...(password === undefined ? {} : { 'X-ClickHouse-Key': password }),
    };
    let response: Response;
    try {
      const request = { method: 'POST', body, headers, redirect: 'error' } as const;
      response = await fetch(`${url}/?${parameters}`, signal ? { ...request, signal } : request);
    } catch (error) {
      throw new ClickhouseError(reasonOf(error));
    }
    if (response.ok) return response;
    const text = await textOf(response);
    throw errorOf(text) ?? new ClickhouseError(`status ${response.status}: ${shorten(text)}`);
  }
}

/** A name as SQL takes it, whatever is in it. */
function quoteName(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}

/** A text as SQL takes it, whatever is in it. */
export function quoteText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** With status 200 on their way, servers can tell of an error only in the midst of an answer. */
function checked(lines: readonly string[]): readonly string[] {
  const wrong = lines.find((line) => line.startsWith('Code: ') && ERROR.test(line));
  if (wrong !== undefined) throw errorOf(wrong)!;
  return lines;
}

function errorOf(text: string): ClickhouseError | undefined {
  const [, code, message = ''] = ERROR.exec(text) ?? [];
  if (code === undefined) return undefined;
  return new ClickhouseError(`Code: ${code}, ${shorten(message.replace(TAIL, ''))}`, Number(code));
}

async function textOf(response: Response): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    throw new ClickhouseError(reasonOf(error));
  }
}
