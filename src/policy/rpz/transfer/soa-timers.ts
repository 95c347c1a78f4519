/** When a copy of a zone is looked after, by its SOA (RFC 1035 section 3.3.13). Pure functions. */

import type { Soa } from './zone-copy.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const WEEK = 7 * 24 * 60 * MINUTE;

/** Nobody is asked more often than each second, or more seldom than BIND would. */
const LEAST = SECOND;
const MOST_REFRESH = 4 * WEEK;
const MOST_RETRY = 2 * WEEK;
const MOST_EXPIRE = 24 * WEEK;
/** Pauses while there is no copy yet, and so no SOA: from a second on, doubled each time. */
const MOST_FIRST_PAUSE = 5 * MINUTE;
const MOST_DOUBLINGS = 16;

/** A part of a pause that is left to chance, so that copies do not all ask at once. */
const JITTER = 0.1;

type Timers = Pick<Soa, 'refresh' | 'retry' | 'expire'>;

/** Milliseconds from a successful look at a primary to the next. `random` is below 1. */
export function refreshPause({ refresh }: Timers, random: number): number {
  return jittered(clamp(refresh * SECOND, LEAST, MOST_REFRESH), random);
}

/** Milliseconds to wait after so many failures in a row, in each of which all primaries failed. */
export function retryPause(timers: Timers | undefined, failures: number, random: number): number {
  const factor = 2 ** Math.min(failures - 1, MOST_DOUBLINGS);
  if (timers === undefined) return jittered(Math.min(SECOND * factor, MOST_FIRST_PAUSE), random);
  const retry = clamp(timers.retry * SECOND, LEAST, MOST_RETRY);
  const most = Math.max(retry, clamp(timers.refresh * SECOND, LEAST, MOST_REFRESH));
  return jittered(Math.min(retry * factor, most), random);
}

/** When a copy that a primary confirmed at `confirmedAt` is no longer to be used. */
export function expiresAt({ refresh, retry, expire }: Timers, confirmedAt: number): number {
  // As BIND does: there must be time to ask twice.
  const least = clamp((refresh + retry) * SECOND, LEAST, MOST_EXPIRE);
  return confirmedAt + clamp(expire * SECOND, least, MOST_EXPIRE);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

/** A little earlier, never less than the least. */
function jittered(pause: number, random: number): number {
  return Math.max(LEAST, Math.round(pause * (1 - JITTER * random)));
}
