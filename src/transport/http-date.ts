/** The time as HTTP writes it (RFC 9110 section 5.6.7): made once a second. */

import { now } from '../clock.ts';

let second = Number.NaN;
let text = '';

export function httpDate(): string {
  const current = Math.floor(now() / 1000);
  if (current !== second) {
    second = current;
    text = new Date(1000 * current).toUTCString();
  }
  return text;
}
