/** A record as a row of the table: what is asked for often has a column, and `record` all of it. */

import type { DecisionRecord } from '../../observe/decision-filter.ts';
import { DecisionReader } from '../log-lines.ts';
import type { Writer } from '../shipping/delivery.ts';

/** The event of the line that a log has for records which could not be written. */
export const LOST = 'lost';

interface Column {
  readonly name: string;
  readonly type: 'String' | 'UInt64';
  readonly of: (record: DecisionRecord) => string | number | undefined;
}

/** The columns that are written, as the schema in config/deploy/clickhouse/ has them. */
export const COLUMNS: readonly Column[] = [
  { name: 'time', type: 'UInt64', of: ({ time }) => Date.parse(time) },
  { name: 'node', type: 'String', of: ({ node }) => node },
  { name: 'ref', type: 'String', of: ({ ref }) => ref },
  { name: 'event', type: 'String', of: ({ event }) => event },
  { name: 'of', type: 'String', of: ({ of }) => of },
  { name: 'count', type: 'UInt64', of: ({ count = 1 }) => count },
  { name: 'policy', type: 'String', of: ({ policy }) => policy },
  { name: 'client', type: 'String', of: ({ client }) => client },
  { name: 'client_group', type: 'String', of: ({ group }) => group },
  { name: 'transport', type: 'String', of: ({ transport }) => transport },
  { name: 'view', type: 'String', of: ({ view }) => view },
  { name: 'qname', type: 'String', of: ({ qname }) => qname?.toLowerCase() },
  { name: 'qtype', type: 'String', of: ({ qtype }) => qtype },
  { name: 'rcode', type: 'String', of: ({ rcode }) => rcode },
  { name: 'layer', type: 'String', of: ({ layer }) => layer },
  { name: 'origin', type: 'String', of: ({ origin }) => origin },
  { name: 'action', type: 'String', of: ({ action }) => action },
  { name: 'rule', type: 'String', of: ({ rule }) => rule?.id },
  { name: 'upstream', type: 'String', of: ({ upstream }) => upstream?.address },
];

/** The column with the record as it stands in the log. */
export const RECORD = 'record';

/** Makes rows of the lines of a log, as JSONEachRow takes them. */
export class RowWriter implements Writer {
  readonly #node: string;
  readonly #reader: DecisionReader = new DecisionReader();

  /** `node` is that of lines which name none. */
  constructor(node: string) {
    this.#node = node;
  }

  /** Lines that were no whole records. */
  get skipped(): number {
    return this.#reader.skipped;
  }

  /** The row of a line; undefined when it is none. */
  write(line: string): string | undefined {
    const before = this.#reader.lost;
    const record = this.#reader.read(line);
    if (record !== undefined) return rowOf(record, this.#reader.text, this.#node);
    if (this.#reader.lost === before) return undefined;
    // What the log says of itself: others count it as it does.
    const lost = JSON.parse(line) as { readonly time: string };
    return rowOf({ ...lost, event: LOST } as unknown as DecisionRecord, line, this.#node);
  }
}

/** Fields that a record has not are left out: the column then has its default. */
function rowOf(record: DecisionRecord, text: string, node: string): string {
  const row: Record<string, string | number> = { node };
  for (const { name, of } of COLUMNS) {
    const value = of(record);
    if (value !== undefined) row[name] = value;
  }
  row[RECORD] = text;
  return JSON.stringify(row);
}
