/** `report`: who is refused, by whom, how often and since when. */

import { randomInt } from 'node:crypto';
import type { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { now } from '../../clock.ts';
import type { ClickhouseRecordsReader } from '../../logs/clickhouse/reading.ts';
import {
  type CountedLog,
  type Counting,
  countLog,
  countOctets,
} from '../../logs/counting/count-log.ts';
import { SpillError } from '../../logs/counting/spill-file.ts';
import { formatBackwards, formatSkipped } from '../../logs/log-lines.ts';
import type { LogPart } from '../../logs/range-lines.ts';
import { type BlockTest, blockTestOf } from '../../logs/record-keys.ts';
import { summarize } from '../../logs/report-summary.ts';
import { DIMENSIONS, type Dimension } from '../../logs/report-tally.ts';
import type { ClientNames } from '../../observe/client-names/client-names.ts';
import { type FilterTexts, parseFilter } from '../../observe/decision-filter.ts';
import { ADMIN_OPTION } from '../admin-client.ts';
import { type Command, Exit, UsageError } from '../command.ts';
import { displayOf, type Shown } from '../display.ts';
import { namesGiven } from '../named-client.ts';
import { FILTERING, JSON_OPTION, NAMES_OPTION, type Options } from '../options.ts';
import { Output } from '../output.ts';
import { Progress } from '../progress.ts';
import { checkedHere, readServerReport, withNames } from './admin-log.ts';
import { FROM_OPTION, openFrom } from './clickhouse-source.ts';
import { clientsOf, withWords } from './filter-words.ts';
import { type LogInput, LogReader } from './log-source.ts';
import { formatReport } from './report-text.ts';
import { ShownTime, TIME_OPTIONS } from './shown-time.ts';

const EVENT = 'refused';
const ALL_EVENTS = 'all';
const BY = 'layer,rule,group,client,name,type,upstream';
/** Rows of a table for people, and in JSON. */
const ROWS = { text: 10, json: 1000 } as const;
const MOST_ROWS = 4096;

const OPTIONS = {
  by: {
    type: 'string',
    value: 'DIMENSION,…',
    default: BY,
    about: 'one table for each field; + combines fields, as in client+rule',
  },
  top: { type: 'string', value: 'N', about: 'the number of rows in a table' },
  ...FILTERING,
  event: { type: 'string', value: 'E|all', default: EVENT, about: 'the event to count' },
  ...TIME_OPTIONS,
  config: NAMES_OPTION,
  admin: ADMIN_OPTION,
  from: FROM_OPTION,
  json: JSON_OPTION,
} as const satisfies Options;

export const report: Command = {
  name: 'report',
  operands: '[FILE…]',
  options: OPTIONS,
  about: 'counts who is refused, by whom, how often and since when, in decision logs or stdin',
  async run(args) {
    const named = clientsOf(args, OPTIONS);
    // A signal may come at once: without names nothing is waited for.
    const request = parseReport(args, now(), named && (await named));
    if (request.admin !== undefined) return showServerReport(request, request.admin, process);
    if (request.table === undefined && request.files.length === 0 && process.stdin.isTTY) {
      throw new UsageError('nothing to read; expect a FILE, or records on stdin');
    }
    return await showReport(request, process);
  },
};

export interface ReportRequest {
  readonly files: readonly string[];
  readonly json: boolean;
  readonly test: BlockTest;
  readonly table: ClickhouseRecordsReader | undefined;
  /** The event that is counted, or `all`. */
  readonly event: string;
  readonly by: readonly (readonly Dimension[])[];
  readonly rows: number;
  /** The server that is asked in place of files. */
  readonly admin: string | undefined;
  readonly options: FilterTexts;
  /** When it was asked, in milliseconds since the epoch: durations are seen from there. */
  readonly at: number;
  readonly times: ShownTime;
  readonly names: ClientNames | undefined;
}

/** Reads the arguments. Throws when one of them is not understood. */
export function parseReport(
  args: readonly string[],
  at: number,
  client?: readonly string[],
): ReportRequest {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: OPTIONS,
  });
  const { json, by, top, event, admin, config, from, utc, timezone, ...given } = values;
  const options = withWords(given, client);
  const times = new ShownTime({ utc, ...(timezone !== undefined && { timezone }) });
  if (admin !== undefined && positionals.length > 0) {
    throw new UsageError('--admin: expect no FILEs with it');
  }
  if (from !== undefined && (positionals.length > 0 || admin !== undefined)) {
    throw new UsageError('--from: expect neither FILEs nor --admin with it');
  }
  const rows = top === undefined ? ROWS[json ? 'json' : 'text'] : Number(top);
  if (!(Number.isInteger(rows) && rows >= 1 && rows <= MOST_ROWS)) {
    throw new UsageError(`--top: ${top} is not a number of rows; expect 1 to ${MOST_ROWS}`);
  }
  // Records of other events are counted, but not shown: only the word is to be right.
  const here = checkedHere(options, admin);
  const checked = event === ALL_EVENTS ? here : { ...here, event };
  const wrong = parseFilter(checked, at);
  if (typeof wrong === 'string') throw new UsageError(`--${wrong}`);
  const tables = by.split(',').map(parseBy);
  const test = blockTestOf(options, at);
  const source = { files: positionals, test, table: openFrom(from, options, at) };
  const names = namesGiven(config, admin);
  return { ...source, json, event, by: tables, rows, admin, options, at, times, names };
}

/** One table: a dimension, or several with `+` between them. */
function parseBy(text: string): readonly Dimension[] {
  return text.split('+').map((word) => {
    if (Object.hasOwn(DIMENSIONS, word)) return word as Dimension;
    const known = Object.keys(DIMENSIONS).join(', ');
    throw new UsageError(
      `--by: "${word}" is not known; expect ${known}, or several like client+rule`,
    );
  });
}

/** Shows what a running server counts. */
async function showServerReport(
  { options, event, by, rows, json, times }: ReportRequest,
  admin: string,
  { stdout, stderr }: { readonly stdout: Writable & Shown; readonly stderr: Writable },
): Promise<Exit> {
  const tables = by.map((one) => one.join('+')).join(',');
  const given = { ...options, event, by: tables, top: String(Math.min(rows, ROWS.json)) };
  const report = await readServerReport(admin, given);
  const output = new Output(stdout);
  await output.write(
    json
      ? `${JSON.stringify(report)}\n`
      : formatReport(withNames(report, report.names), { display: displayOf(stdout), times }),
  );
  if (report.isCut) stderr.write('older decisions are not counted; expect them with --until\n');
  return report.records > 0 ? Exit.OK : Exit.NEGATIVE;
}

/** Counts what is in the logs and shows it. */
export async function showReport(
  request: ReportRequest,
  streams: LogInput & { readonly stdout: Writable & Shown },
): Promise<Exit> {
  const { event, rows, json, files, test, table } = request;
  const logs = new LogReader({ files, follow: false, test, table }, streams);
  const counted = await count(request, logs, streams).catch((error: unknown) => {
    if (!SpillError.is(error)) throw error;
    streams.stderr.write(`${error.message}\n`);
    return undefined;
  });
  if (counted === undefined) return Exit.UNUSABLE;
  const skipped = counted.skipped + logs.passed.skipped;
  const summary = summarize(counted.report, { event, most: rows, skipped });
  const clients = Object.values(summary.by).flatMap(({ rows }) =>
    rows.map(({ client }) => client ?? []),
  );
  const names = (await request.names?.find(clients.flat())) ?? {};
  const output = new Output(streams.stdout);
  await output.write(
    json
      ? `${JSON.stringify(summary)}\n`
      : formatReport(withNames(summary, names), {
          display: displayOf(streams.stdout),
          times: request.times,
        }),
  );
  if (skipped > 0) streams.stderr.write(`${formatSkipped(skipped)}\n`);
  const { backwards } = logs.passed;
  if (backwards > 0) streams.stderr.write(`${formatBackwards(backwards)}\n`);
  if (logs.failed) return Exit.UNUSABLE;
  return counted.read + logs.passed.records > 0 ? Exit.OK : Exit.NEGATIVE;
}

/** Counts, by several threads where that can be. */
async function count(
  { by, event, options, at, rows }: ReportRequest,
  logs: LogReader,
  { stderr }: LogInput,
): Promise<CountedLog> {
  const counted = {
    ...{ by, event: event === ALL_EVENTS ? undefined : event, options, now: at, rows },
    seed: randomInt(2 ** 31),
  };
  try {
    const parts = logs.parts();
    const reading = { octetsRead: 0, octetsInAll: octetsOf(parts) };
    const progress = new Progress(stderr, reading);
    const look = ({ octets, records }: Counting) => {
      reading.octetsRead = octets;
      progress.update(records);
    };
    const result =
      parts === undefined
        ? await countOctets(counted, logs.octets(new AbortController().signal), look)
        : await countLog(counted, parts, look);
    progress.clear();
    for (const one of result.unreadable) logs.tell(one.path, one);
    return result;
  } finally {
    logs.close();
  }
}

function octetsOf(parts: readonly LogPart[] | undefined): number | undefined {
  return parts?.reduce((sum, { length }) => sum + length, 0);
}
