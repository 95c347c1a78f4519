/** The time of a record, from its octets. */

const ZERO = 0x30;
/** Octets of `2026-11-20T23:00:00.123Z`. */
const LENGTH = 24;
/** What stands between the numbers, and where. */
const MARKS = [
  [4, '-'],
  [7, '-'],
  [10, 'T'],
  [13, ':'],
  [16, ':'],
  [19, '.'],
  [23, 'Z'],
] as const;
const MARK_AT = Uint8Array.from(MARKS, ([at]) => at);
const MARK = Uint8Array.from(MARKS, ([, mark]) => mark.charCodeAt(0));

let knownDay = -1;
let knownMidnight = Number.NaN;

/** Milliseconds since the epoch; NaN when it is no time as records write it. */
export function millisecondsOf(octets: Uint8Array, start: number, end: number): number {
  if (end - start !== LENGTH) return Number.NaN;
  for (let i = 0; i < MARK_AT.length; i++) {
    if (octets[start + MARK_AT[i]!] !== MARK[i]) return Number.NaN;
  }
  const year = digits(octets, start, 4);
  const month = digits(octets, start + 5, 2);
  const day = digits(octets, start + 8, 2);
  const hour = digits(octets, start + 11, 2);
  const minute = digits(octets, start + 14, 2);
  const second = digits(octets, start + 17, 2);
  const millisecond = digits(octets, start + 20, 3);
  if (hour > 23 || minute > 59 || second > 59) return Number.NaN;
  const ofDay = ((hour * 60 + minute) * 60 + second) * 1000 + millisecond;
  // NaN when a digit is none: it takes part in all that is computed.
  return midnightOf(year, month, day) + ofDay;
}

/** Those of one day follow each other. */
function midnightOf(year: number, month: number, day: number): number {
  const key = (year * 100 + month) * 100 + day;
  if (key === knownDay) return knownMidnight;
  const text = `${key}`.padStart(8, '0');
  const iso = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}T00:00:00.000Z`;
  const date = new Date(iso);
  // Date takes the 30th of February for the 2nd of March.
  const isDay = !Number.isNaN(date.getTime()) && date.toISOString() === iso;
  knownDay = key;
  knownMidnight = isDay ? date.getTime() : Number.NaN;
  return knownMidnight;
}

/** A number of some digits; NaN when one of them is none. */
function digits(octets: Uint8Array, start: number, count: number): number {
  let value = 0;
  for (let at = start; at < start + count; at++) {
    const digit = octets[at]! - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
