/** Numbers and times in zone text. */

/** The largest TTL (RFC 2181 section 8). */
export const MAX_TTL = 0x7fffffff;

/** What a TTL has to look like, for a message. */
export const TTL_EXPECTED = `seconds up to ${MAX_TTL} or units as in 1h30m`;

const MAX_NUMBER = 0xffffffff;
const ZERO = 0x30;

const UNITS: Uint32Array = new Uint32Array(256);
for (const [letter, seconds] of Object.entries({ s: 1, m: 60, h: 3600, d: 86400, w: 604800 })) {
  UNITS[letter.charCodeAt(0)] = seconds;
  UNITS[letter.toUpperCase().charCodeAt(0)] = seconds;
}

/** A decimal number of 32 bits at most; -1 when the text from `at` to `end` is none. */
export function readNumber(text: Uint8Array, at: number, end: number): number {
  if (at === end) return -1;
  let number = 0;
  for (let i = at; i < end; i++) {
    if (!isDigit(text[i]!)) return -1;
    number = number * 10 + text[i]! - ZERO;
    if (number > MAX_NUMBER) return -1;
  }
  return number;
}

/** A number of seconds, or numbers with units; -1 when the text is no time of 32 bits. */
export function readSeconds(text: Uint8Array, at: number, end: number): number {
  let total = 0;
  for (let i = at; i < end; i++) {
    const start = i;
    while (i < end && isDigit(text[i]!)) i++;
    const number = readNumber(text, start, i);
    // A number without a unit stands alone.
    if (i === end) return start === at ? number : -1;
    const unit = UNITS[text[i]!]!;
    if (number < 0 || unit === 0) return -1;
    total += number * unit;
  }
  return at < end && total <= MAX_NUMBER ? total : -1;
}

export function isDigit(octet: number): boolean {
  return octet >= ZERO && octet <= 0x39;
}
