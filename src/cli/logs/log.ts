/** `log`: shows the decisions that decision logs hold. */

import type { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { now } from '../../clock.ts';
import {
  DecisionReader,
  formatBackwards,
  formatLost,
  formatSkipped,
} from '../../logs/log-lines.ts';
import { blockTestOf } from '../../logs/record-keys.ts';
import type { ClientNames } from '../../observe/client-names/client-names.ts';
import {
  type DecisionRecord,
  type Filter,
  type FilterTexts,
  matches,
  parseFilter,
} from '../../observe/decision-filter.ts';
import { ADMIN_OPTION } from '../admin-client.ts';
import { type Command, Exit, UsageError } from '../command.ts';
import { displayOf, type Shown } from '../display.ts';
import { namesGiven } from '../named-client.ts';
import { FILTERING, JSON_OPTION, NAMES_OPTION, type Options } from '../options.ts';
import { Output } from '../output.ts';
import { Progress } from '../progress.ts';
import { checkedHere, readServerLog, withName } from './admin-log.ts';
import { FROM_OPTION, openFrom } from './clickhouse-source.ts';
import { clientsOf, withWords } from './filter-words.ts';
import { type LogInput, LogReader, type LogSource } from './log-source.ts';
import { Table } from './log-table.ts';
import { formatRecord } from './record-text.ts';
import { ShownTime, TIME_OPTIONS } from './shown-time.ts';

const OPTIONS = {
  follow: {
    type: 'boolean',
    default: false,
    about: 'continues as the file grows, also over rotations',
  },
  ...FILTERING,
  ref: { ...FILTERING.ref, about: 'the record with this reference, in full' },
  ...TIME_OPTIONS,
  config: NAMES_OPTION,
  admin: ADMIN_OPTION,
  from: FROM_OPTION,
  json: JSON_OPTION,
} as const satisfies Options;

export const log: Command = {
  name: 'log',
  operands: '[FILE…]',
  options: OPTIONS,
  about:
    'shows decision logs as a table: files, also rotated and gzip, or stdin; the record of --ref in full',
  async run(args) {
    const named = clientsOf(args, OPTIONS);
    // A signal may come at once: without names nothing is waited for.
    const request = parseRequest(args, now(), named && (await named));
    if (request.admin !== undefined) return showServerLog(request, request.admin, process);
    if (request.table === undefined && request.files.length === 0 && process.stdin.isTTY) {
      throw new UsageError('nothing to read; expect a FILE, or records on stdin');
    }
    const stop = new AbortController();
    if (!request.follow) return showLogs(request, process, stop.signal);
    const end = () => stop.abort();
    process.once('SIGINT', end).once('SIGTERM', end);
    try {
      return await showLogs(request, process, stop.signal);
    } finally {
      process.off('SIGINT', end).off('SIGTERM', end);
    }
  },
};

/** What is to be shown, and of which files. */
export interface LogRequest extends LogSource {
  readonly json: boolean;
  /** Each record in full, since it is one that is looked for. */
  readonly full: boolean;
  readonly filter: Filter;
  /** The server that is asked in place of files. */
  readonly admin: string | undefined;
  readonly options: FilterTexts;
  readonly times: ShownTime;
  /** The record that is looked for. */
  readonly ref: string | undefined;
  readonly names: ClientNames | undefined;
}

/** Where it comes from and goes to. */
export interface LogStreams extends LogInput {
  readonly stdout: Writable & Shown;
}

/** Reads the arguments. Throws when one of them is not understood. */
export function parseRequest(
  args: readonly string[],
  at: number,
  client?: readonly string[],
): LogRequest {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: OPTIONS,
  });
  const { follow, json, admin, config, from, utc, timezone, ...given } = values;
  const options = withWords(given, client);
  const times = new ShownTime({ utc, ...(timezone !== undefined && { timezone }) });
  const filter = parseFilter(checkedHere(options, admin), at);
  if (typeof filter === 'string') throw new UsageError(`--${filter}`);
  if (admin !== undefined && (follow || positionals.length > 0)) {
    throw new UsageError('--admin: expect neither FILEs nor --follow with it');
  }
  if (from !== undefined && (follow || positionals.length > 0 || admin !== undefined)) {
    throw new UsageError('--from: expect neither FILEs, --follow nor --admin with it');
  }
  const { ref } = options;
  const full = ref !== undefined;
  const test = blockTestOf(options, at);
  const source = { files: positionals, follow, test, table: openFrom(from, options, at) };
  const names = namesGiven(config, admin);
  return { ...source, json, full, filter, admin, options, times, ref, names };
}

/** Shows what matches, until the end of the files or until `stop` is aborted. */
export async function showLogs(
  request: LogRequest,
  streams: LogStreams,
  stop: AbortSignal,
): Promise<Exit> {
  const logs = new LogReader(request, streams);
  const selection = new Selection(request, streams.stdout);
  const output = new Output(streams.stdout);
  let progress = progressOf(request, streams, logs);
  for await (const lines of logs.lines(stop)) {
    const text = await selection.textOf(lines);
    if (text !== '') {
      progress?.clear();
      progress = undefined;
    }
    await output.write(text);
    if (output.isClosed) return conclude(output.failure, streams.stderr);
    progress?.update(selection.read);
    // A reference is that of one record.
    if (request.ref !== undefined && selection.matched && !request.follow) break;
  }
  progress?.clear();
  const { matched } = selection;
  const skipped = selection.skipped + logs.passed.skipped;
  const lost = selection.lost + logs.passed.lost;
  if (skipped > 0) streams.stderr.write(`${formatSkipped(skipped)}\n`);
  if (lost > 0) streams.stderr.write(`${formatLost(lost)}\n`);
  if (logs.passed.backwards > 0) {
    streams.stderr.write(`${formatBackwards(logs.passed.backwards)}\n`);
  }
  if (logs.failed) return Exit.UNUSABLE;
  if (!matched) tellMissing(request, streams.stderr);
  return matched || request.follow ? Exit.OK : Exit.NEGATIVE;
}

/** Shows the latest decisions of a running server. */
async function showServerLog(
  request: LogRequest,
  admin: string,
  { stdout, stderr }: LogStreams,
): Promise<Exit> {
  const { json, full, options, times } = request;
  const { decisions, names, isCut } = await readServerLog(admin, options);
  const output = new Output(stdout);
  if (json) await output.write(decisions.map((one) => `${JSON.stringify(one)}\n`).join(''));
  else if (full) await output.write(decisions.map((one) => formatRecord(one, times)).join('\n'));
  else {
    const named = decisions.map((one) => withName(one, names));
    await output.write(new Table(displayOf(stdout), times).format(named));
  }
  if (isCut) stderr.write('older ones are not shown; expect them with --until\n');
  if (decisions.length === 0) tellMissing(request, stderr);
  return decisions.length > 0 ? Exit.OK : Exit.NEGATIVE;
}

/** Of one record that is looked for; other searches may well find none. */
function tellMissing({ ref, admin }: LogRequest, stderr: Writable): void {
  if (ref === undefined) return;
  const where = admin ?? 'what was read';
  const other = 'a log of that time, perhaps rotated, of the node that answered';
  stderr.write(`--ref: no record in ${where} has ${JSON.stringify(ref)}; expect ${other}\n`);
}

/** Until rows come: they are progress enough, and may go to a pager in the same terminal. */
function progressOf({ follow }: LogRequest, { stdout, stderr }: LogStreams, logs: LogReader) {
  return follow || stdout.isTTY === true ? undefined : new Progress(stderr, logs);
}

/** The records that are asked for, as text. */
class Selection {
  /** Records that were looked at. */
  read = 0;
  matched = false;
  readonly #request: LogRequest;
  readonly #reader: DecisionReader = new DecisionReader();
  readonly #table: Table;

  constructor(request: LogRequest, stdout: Shown) {
    this.#table = new Table(displayOf(stdout), request.times);
    this.#request = request;
  }

  get skipped(): number {
    return this.#reader.skipped;
  }

  get lost(): number {
    return this.#reader.lost;
  }

  async textOf(lines: readonly string[]): Promise<string> {
    const { filter, json, full, times, names } = this.#request;
    const records: DecisionRecord[] = [];
    let text = '';
    for (const line of lines) {
      const record = this.#reader.read(line);
      if (record === undefined) continue;
      this.read++;
      if (!matches(filter, record)) continue;
      this.matched = true;
      if (json) text += `${this.#reader.text}\n`;
      else records.push(record);
    }
    if (json) return text;
    if (full) return records.map((one) => formatRecord(one, times)).join('\n');
    const found = await names?.find(records.flatMap(({ client }) => client ?? []));
    return this.#table.format(
      found === undefined ? records : records.map((one) => withName(one, found)),
    );
  }
}

/** Nobody reads any more, or the disk is full. */
function conclude(failure: string | undefined, stderr: Writable): Exit {
  if (failure === undefined) return Exit.OK;
  stderr.write(`stdout: cannot be written: ${failure}\n`);
  return Exit.UNUSABLE;
}
