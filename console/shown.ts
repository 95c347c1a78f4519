/** Numbers and times as people read them; all times are UTC, as they stand in the log. */

/** By how many digits they have behind the point; made when needed: it takes a browser milliseconds. */
const formats: Intl.NumberFormat[] = [];

function formatted(number: number, digits: 0 | 1): string {
  formats[digits] ??= new Intl.NumberFormat('en', { maximumFractionDigits: digits });
  return formats[digits].format(number);
}

export function shownCount(count: number): string {
  return formatted(count, 0);
}

/** `0.4`, `12.3`, `1,234` */
export function shownRate(rate: number): string {
  return formatted(rate, rate < 100 ? 1 : 0);
}

export function shownShare(part: number, whole: number): string {
  return whole === 0 ? '–' : `${formatted((part / whole) * 100, 1)} %`;
}

/** `11-29 03:04:05` */
export function shownTime(time: string): string {
  return time.slice(5, 19).replace('T', ' ');
}

/** `3 h 12 min` */
export function shownAge(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}
