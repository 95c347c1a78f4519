/** `--from clickhouse://…`: the records of all servers, out of the table that they write to. */

import { ClickhouseRecordsReader, parseClickhouseUrl } from '../../logs/clickhouse/reading.ts';
import type { FilterTexts } from '../../observe/decision-filter.ts';
import { UsageError } from '../command.ts';
import type { Option } from '../options.ts';

const PASSWORD = 'CLICKHOUSE_PASSWORD';

export const FROM_OPTION = {
  type: 'string',
  value: 'URL',
  about: `reads clickhouse://[USER@]HOST/DATABASE, where servers write their records; the password is in ${PASSWORD}`,
} as const satisfies Option;

/** The source that an option names; undefined without one. Throws a UsageError. */
export function openFrom(
  from: string | undefined,
  options: FilterTexts,
  now: number,
): ClickhouseRecordsReader | undefined {
  if (from === undefined) return undefined;
  const table = parseClickhouseUrl(from, process.env[PASSWORD]);
  if (typeof table === 'string') throw new UsageError(`--from: ${table}`);
  return new ClickhouseRecordsReader(table, options, now);
}
