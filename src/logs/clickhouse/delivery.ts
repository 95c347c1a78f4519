/**
 * Hands batches of rows to ClickHouse. A row that it will never take is found by halving its batch
 * and set aside; trouble of the server or of the table is another matter: the batch waits.
 */

import type { Delivered, Delivery, RefusedRow } from '../shipping/delivery.ts';
import { type ClickhouseClient, ClickhouseError } from './client.ts';
import { COLUMNS, RECORD } from './rows.ts';

/**
 * Codes of errors that no row is to blame for, from ErrorCodes.cpp of ClickHouse: tables, columns
 * and syntax (16, 47, 60, 62, 73, 81, 115, 218), rights (164, 192, 193, 194, 497, 516), and what
 * the server has no room, time or quorum for.
 */
const TROUBLE: ReadonlySet<number> = new Set([
  ...[16, 47, 60, 62, 73, 81, 115, 218, 164, 192, 193, 194, 497, 516],
  ...[3, 49, 74, 75, 76, 99, 101, 107, 159, 160, 173, 201, 202, 203, 209, 210, 225, 236, 241],
  ...[242, 243, 252, 254, 279, 285, 286, 298, 299, 307, 319, 394, 425, 439, 735, 999, 1000, 1001],
]);

const SETTINGS = {
  // A row of a newer program may have more than the table of an older schema.
  input_format_skip_unknown_fields: '1',
};

export class ClickhouseDelivery implements Delivery {
  readonly #client: ClickhouseClient;
  #columns: string | undefined;

  constructor(client: ClickhouseClient) {
    this.#client = client;
  }

  /**
   * Resolves when the server has each row, but for those that it will never take. Rejects with a
   * ClickhouseError when the server or the table is in trouble: some of the rows may be there.
   */
  async deliver(rows: readonly string[], stop: AbortSignal): Promise<Delivered> {
    try {
      this.#columns ??= await this.#readColumns(stop);
      return { refused: await this.#insert(rows, stop) };
    } catch (error) {
      // The table may be another one by then.
      this.#columns = undefined;
      throw error;
    }
  }

  /** The columns to write. Rejects when the table is not one of ours. */
  async #readColumns(stop: AbortSignal): Promise<string> {
    const query = `DESCRIBE TABLE ${this.#client.table} FORMAT JSONEachRow`;
    const answer = await this.#client.ask(query, {}, stop);
    const types = new Map(
      answer
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as { readonly name: string; readonly type: string })
        .map(({ name, type }) => [name, type.replace(/^LowCardinality\((.*)\)$/, '$1')] as const),
    );
    const ours = [...COLUMNS, { name: RECORD, type: 'String' }];
    const needed = new Set(['time', 'node', 'ref', 'event', RECORD]);
    const missing = ours.filter(({ name, type }) => {
      const has = types.get(name);
      return has === undefined ? needed.has(name) : has !== type;
    });
    if (missing.length > 0) {
      const wanted = missing.map(({ name, type }) => `${name} ${type}`).join(', ');
      throw new ClickhouseError(
        `the table ${this.#client.tableName} has another schema; expect the columns ${wanted}, as in config/deploy/clickhouse/schema.sql`,
      );
    }
    return ours.flatMap(({ name }) => (types.has(name) ? [`\`${name}\``] : [])).join(', ');
  }

  async #insert(rows: readonly string[], stop: AbortSignal): Promise<readonly RefusedRow[]> {
    const query = `INSERT INTO ${this.#client.table} (${this.#columns}) FORMAT JSONEachRow`;
    try {
      await this.#client.insert(query, `${rows.join('\n')}\n`, SETTINGS, stop);
      return [];
    } catch (error) {
      const { code, message } = error as ClickhouseError;
      if (code === undefined || TROUBLE.has(code)) throw error;
      if (rows.length === 1) return [{ row: rows[0]!, why: message }];
      const half = rows.length >> 1;
      const first = await this.#insert(rows.slice(0, half), stop);
      return [...first, ...(await this.#insert(rows.slice(half), stop))];
    }
  }
}
