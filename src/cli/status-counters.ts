/** What a server has counted, as lines: since its start, and each second. */

import type { Counters, SinkCounters } from '../admin/counters.ts';
import { ShownTime } from './logs/shown-time.ts';

type Counts = Readonly<Record<string, number>>;

/** Counts that rates are made of. */
const COUNTED = ['queries', 'rcodes', 'layers', 'refused', 'ignored', 'cache'] as const;

/** Between two looks at a server, each second. */
export type Rates = Readonly<Record<(typeof COUNTED)[number], Counts>>;

/** Undefined when the server was started again between the two. */
export function ratesBetween(before: Counters, after: Counters): Rates | undefined {
  const seconds = after.uptimeSeconds - before.uptimeSeconds;
  if (before.startedAt !== after.startedAt || seconds <= 0) return undefined;
  const rates = COUNTED.map((name) => {
    const old: Counts = before[name];
    const each = Object.entries(after[name]).map(
      ([key, count]) => [key, (count - (old[key] ?? 0)) / seconds] as const,
    );
    return [name, Object.fromEntries(each)] as const;
  });
  return Object.fromEntries(rates) as Rates;
}

/** Lines as `status` has them, each with a word of what it is about. */
export function formatCounters(counters: Counters, rates?: Rates): string[] {
  const { startedAt, uptimeSeconds, cache, inFlight, feeds, sinks = [], reloads } = counters;
  const line = (name: 'queries' | 'rcodes' | 'layers' | 'refused' | 'ignored') =>
    `${name.padEnd(10)} ${formatCounts(counters[name], rates?.[name])}`;
  const rate = (name: 'hits' | 'misses') =>
    rates === undefined ? '' : ` (${formatRate(rates.cache[name]!)}/s)`;
  const asked = cache.hits + cache.misses;
  const share = asked === 0 ? '' : `, ${((100 * cache.hits) / asked).toFixed(1)}% from the cache`;
  const at =
    reloads.lastAt === undefined ? '' : `, the last at ${new ShownTime({}).exact(reloads.lastAt)}`;
  return [
    `uptime     ${formatUptime(uptimeSeconds)}, since ${new ShownTime({}).exact(startedAt)}`,
    line('queries'),
    line('rcodes'),
    line('layers'),
    line('refused'),
    ...(sumOf(counters.ignored) > 0 ? [line('ignored')] : []),
    `cache      ${cache.entries} entries, ${cache.hits} hits${rate('hits')}, ${cache.misses} misses${rate('misses')}${share}, ${cache.evictions} evictions`,
    `in flight  ${inFlight}`,
    ...feeds.map(
      ({ policy, standing, ok, failed }) =>
        `feed       ${policy}: ${standing}, ${ok} copies taken, ${failed} attempts failed`,
    ),
    ...sinks.map(formatSink),
    `reloads    ${reloads.ok} succeeded, ${reloads.failed} failed${at}`,
  ];
}

function formatSink({ sink, sent, dropped, refused, failures, waiting }: SinkCounters): string {
  const more =
    waiting === undefined
      ? ''
      : `, ${refused} not taken, ${failures} batches failed, ${waiting} octets wait`;
  return `records    ${sink}: ${sent} sent, ${dropped} dropped${more}`;
}

/** `34 (1.5/s): udp 30 (1.5/s), tcp 4 (0.0/s)`, the most frequent first. */
function formatCounts(counts: Counts, rates?: Counts): string {
  const rateOf = (rate: number) => (rates === undefined ? '' : ` (${formatRate(rate)}/s)`);
  const each = Object.entries(counts)
    .toSorted(([, one], [, other]) => other - one)
    .map(([key, count]) => `${key} ${count}${rateOf(rates?.[key] ?? 0)}`);
  const all = `${sumOf(counts)}${rateOf(sumOf(rates ?? {}))}`;
  return each.length === 0 ? all : `${all}: ${each.join(', ')}`;
}

export function formatRate(rate: number): string {
  return rate.toFixed(1);
}

export function sumOf(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** `3d 4h 5m 6s`, from the largest unit that there is. */
export function formatUptime(seconds: number): string {
  const whole = Math.floor(seconds);
  const parts = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'm'],
    [whole % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  return (first < 0 ? parts.slice(-1) : parts.slice(first)).map((part) => part.join('')).join(' ');
}
