/** `status`: what a running server serves, and whether several serve the same. */

import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Counters } from '../admin/counters.ts';
import { parseDuration } from '../clock.ts';
import { askFleet } from '../diagnose/fleet.ts';
import { ADMIN_OPTIONS, askAdmin } from './admin-client.ts';
import { type Command, Exit, UsageError } from './command.ts';
import { formatFleet } from './fleet-text.ts';
import type { Options } from './options.ts';
import { formatPause } from './pause.ts';
import { readHosts, readTimeout } from './server-words.ts';
import { formatCounters } from './status-counters.ts';
import { type Look, watchStatus } from './status-watch.ts';

const INTERVAL = '2s';
/** Milliseconds. */
const LEAST_INTERVAL = 100;
const MOST_INTERVAL = 86_400_000;
/** Milliseconds after which a server that is watched does not answer. */
const ANSWER_MS = 10_000;

interface PolicyStatus {
  readonly name: string;
  readonly file: string;
  readonly rules: number;
  readonly serial?: number;
  readonly transfer?: {
    readonly zone: string;
    readonly standing: string;
    readonly primaries: readonly string[];
    readonly primary?: string;
    readonly confirmedAt?: string;
    readonly problem?: string;
  };
  readonly fetch?: {
    readonly url: string;
    readonly standing: string;
    readonly confirmedAt?: string;
    readonly problem?: string;
  };
}

/** The parts of `GET /api/policy` that people look at. */
interface Status {
  readonly version: string;
  readonly node: string;
  readonly policy: string;
  readonly file: string;
  readonly listeners: readonly string[];
  readonly policies: readonly PolicyStatus[];
  readonly upstreams: readonly {
    name: string;
    servers: readonly { address: string; up: boolean; loop: boolean; rttMs: number }[];
  }[];
  readonly overrides: readonly Parameters<typeof formatPause>[0][];
  readonly warnings: readonly string[];
  readonly lastReload?: { ok: boolean; problems: readonly string[] };
  /** Absent in the answers of older servers. */
  readonly counters?: Counters;
}

const OPTIONS = {
  ...ADMIN_OPTIONS,
  watch: {
    type: 'boolean',
    default: false,
    about:
      'shows the state again and again, with rates, until SIGINT: on a terminal in place, otherwise as a line for each interval',
  },
  interval: {
    type: 'string',
    value: INTERVAL,
    about: `the time between two looks of --watch; ${INTERVAL} without it`,
  },
  timeout: { type: 'string', value: '2s', about: 'the timeout for each HOST; 2s without it' },
} as const satisfies Options;

export const status: Command = {
  name: 'status',
  operands: '[HOST[:PORT]…]',
  options: OPTIONS,
  about:
    'shows the policy, the upstreams, the last reload and the counters of the running server; or queries each HOST over DNS, and compares them',
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: OPTIONS,
    });
    if (positionals.length > 0) return compare(positionals, values);
    if (values.timeout !== undefined) throw new UsageError('expect --timeout with HOSTs only');
    if (values.watch) return watch(values);
    if (values.interval !== undefined) throw new UsageError('expect --interval with --watch only');
    const body = await askState(values.admin);
    const shown = values.json ? JSON.stringify(body) : format(body as unknown as Status).join('\n');
    process.stdout.write(`${shown}\n`);
    return Exit.OK;
  },
};

interface Values extends Readonly<Partial<Record<'admin' | 'timeout' | 'interval', string>>> {
  readonly watch: boolean;
  readonly json: boolean;
}

/** Until SIGINT or SIGTERM. */
async function watch({ admin, interval = INTERVAL, json }: Values): Promise<Exit> {
  const milliseconds = parseDuration(interval) ?? 0;
  if (milliseconds < LEAST_INTERVAL || milliseconds > MOST_INTERVAL) {
    throw new UsageError(`--interval ${interval}: expect a duration from 100ms to 1d`);
  }
  const stop = new AbortController();
  const end = () => stop.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  const look = (signal: AbortSignal) => lookAt(admin, signal);
  // Whoever ends the wait has not failed.
  const pause = (signal: AbortSignal) =>
    wait(milliseconds, undefined, { signal }).catch(() => undefined);
  try {
    await watchStatus({ look, pause, json }, process, stop.signal);
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
  }
  return Exit.OK;
}

async function lookAt(admin: string | undefined, stop: AbortSignal): Promise<Look> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(ANSWER_MS)]);
  const body = await askState(admin, signal);
  const seen = body as unknown as Status;
  const { counters } = seen;
  if (counters === undefined) {
    throw new UsageError(
      `rcode5 ${seen.version} there counts nothing for --watch; expect a newer one`,
    );
  }
  return { counters, state: formatState(seen), body };
}

async function askState(admin: string | undefined, signal?: AbortSignal) {
  const { ok, body } = await askAdmin({
    ...{ method: 'GET', path: '/api/policy', admin },
    ...(signal !== undefined && { signal }),
  });
  if (!ok) throw new UsageError(String(body['error']));
  return body;
}

/** Exit code 1 when they differ, or one of them cannot be compared. */
async function compare(
  hosts: readonly string[],
  { admin, timeout = '2s', watch: isWatch, interval, json }: Values,
): Promise<Exit> {
  if (isWatch || interval !== undefined) {
    throw new UsageError('expect either HOSTs, over DNS, or --watch');
  }
  if (admin !== undefined) throw new UsageError('expect either HOSTs, over DNS, or --admin');
  const milliseconds = readTimeout(timeout);
  const fleet = await askFleet(await readHosts(hosts), milliseconds);
  process.stdout.write(json ? `${JSON.stringify(fleet)}\n` : formatFleet(fleet));
  return fleet.alike ? Exit.OK : Exit.NEGATIVE;
}

function format(status: Status): string[] {
  const { counters } = status;
  return [...formatState(status), ...(counters === undefined ? [] : formatCounters(counters))];
}

function formatState(status: Status): string[] {
  return [
    `node       ${status.node} (rcode5 ${status.version})`,
    `policy     ${status.policy} from ${status.file}`,
    ...status.listeners.map((listener) => `listener   ${listener}`),
    ...status.policies.flatMap(formatPolicy),
    ...status.upstreams.flatMap(({ name, servers }) =>
      servers.map(({ address, up, loop, rttMs }) => {
        const state = loop ? 'leads back here' : up ? `up, ${rttMs} ms` : 'down';
        return `upstream   ${name} ${address}: ${state}`;
      }),
    ),
    ...status.overrides.map((pause) => `paused     ${formatPause(pause)}`),
    ...status.warnings.map((warning) => `warning    ${warning}`),
    ...(status.lastReload === undefined ? [] : [`reload     ${formatReload(status.lastReload)}`]),
  ];
}

function formatPolicy(status: PolicyStatus): string[] {
  const { name, file, rules, serial, transfer, fetch } = status;
  if (fetch !== undefined) return formatFetch(name, rules, fetch);
  const of = serial === undefined ? '' : `, serial ${serial}`;
  if (transfer === undefined) return [`policy     ${name}: ${rules} rules${of} from ${file}`];
  const { zone, standing, primaries, primary, confirmedAt, problem } = transfer;
  const from = primary ?? primaries.join(', ');
  const confirmed = confirmedAt === undefined ? '' : `, confirmed at ${confirmedAt}`;
  const why = problem === undefined ? [] : [`policy     ${name}: ${problem}`];
  const what = standing === 'loaded' ? `${rules} rules${of} of ${zone}` : `${zone} is ${standing},`;
  return [`policy     ${name}: ${what} from ${from}${confirmed}`, ...why];
}

function formatFetch(
  name: string,
  rules: number,
  { url, standing, confirmedAt, problem }: NonNullable<PolicyStatus['fetch']>,
): string[] {
  const what = standing === 'loaded' ? `${rules} rules of ${url}` : `${url} is ${standing}`;
  const confirmed = confirmedAt === undefined ? '' : `, confirmed at ${confirmedAt}`;
  const why = problem === undefined ? [] : [`policy     ${name}: ${problem}`];
  return [`policy     ${name}: ${what}${confirmed}`, ...why];
}

function formatReload({ ok, problems }: NonNullable<Status['lastReload']>): string {
  return ok ? 'the last one succeeded' : `the last one failed: ${problems.join('; ')}`;
}
