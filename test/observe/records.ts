/** Decision records as a writer writes them and as pino would. */

import { pino } from 'pino';
import type { Outcome } from '../../src/decision/outcome.ts';
import { RecordWriter } from '../../src/observe/record.ts';
import type { RecordContext } from '../../src/observe/record-fragments.ts';
import type { Query } from '../../src/wire/query.ts';

export const CONTEXT: RecordContext = {
  node: 'ns1.site-a',
  policy: '3f2a9c11',
  listeners: ['10.0.0.53:53', '[2001:db8::53]:53'],
  groups: ['office', 'vpn'],
  proxies: [],
  views: ['default', 'guests'],
};

/** The line of one decision, its line end included. */
export function lineOf(
  query: Query,
  outcome: Outcome,
  now: number,
  context: RecordContext = CONTEXT,
): string {
  const writer = new RecordWriter();
  writer.context = context;
  writer.record(query, outcome, now);
  return writer.octets.toString('utf8', 0, writer.length);
}

/** The line that pino would write with the same fields, in the order in which they stand. */
export function pinoLineOf(fields: Readonly<Record<string, unknown>>): string {
  const { level, time, msg, ...rest } = fields;
  let line = '';
  const log = pino(
    { base: null, timestamp: () => `,"time":"${time}"` },
    {
      write: (text) => {
        line += text;
      },
    },
  );
  const name = pino.levels.labels[Number(level)] as 'info' | 'warn' | 'error';
  log[name](rest, String(msg));
  return line;
}
