/** Rows for a table of ClickHouse, written as the sender of a server does. */

import { COLUMNS, RECORD, RowWriter } from '../../src/logs/clickhouse/rows.ts';

/** The statement that writes lines of a log. */
export function rowsOf(lines: readonly string[]): string {
  const writer = new RowWriter('a');
  const columns = [...COLUMNS.map(({ name }) => name), RECORD].join(', ');
  const rows = lines.map((line) => writer.write(line)).join('\n');
  return `INSERT INTO decisions (${columns}) FORMAT JSONEachRow\n${rows}`;
}
