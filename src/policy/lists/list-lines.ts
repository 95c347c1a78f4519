/** The lines of a list, without the blanks around them; empty ones are left out. */

const LINE_FEED = 0x0a;
const SPACE = 0x20;
const HASH = 0x23;
const NOT_ASCII = 0x80;

/**
 * What is blank beyond ASCII: the no-break space, spaces of no width, and the byte order mark, which
 * stands in the middle where lists have been put one behind the other.
 */
const WIDE_BLANKS: readonly Uint8Array[] = [
  '\u00a0',
  '\u200b',
  '\u200c',
  '\u200d',
  '\u202f',
  '\u2060',
  '\ufeff',
].map((blank) => new TextEncoder().encode(blank));

export class ListLines {
  readonly octets: Uint8Array;
  /** Counts from 1. */
  line = 0;
  /** Where the text of the line begins, and the offset behind it. */
  at = 0;
  end = 0;
  #next = 0;

  constructor(octets: Uint8Array) {
    this.octets = octets;
  }

  /** Goes to the next line that has a text; false at the end. */
  next(): boolean {
    const { octets } = this;
    while (this.#next < octets.length) {
      this.line++;
      const at = this.#next;
      let end = at;
      while (end < octets.length && octets[end] !== LINE_FEED) end++;
      this.#next = end + 1;
      this.#trim(at, end);
      if (this.at < this.end) return true;
    }
    return false;
  }

  #trim(from: number, to: number): void {
    const { octets } = this;
    let at = from;
    let end = to;
    while (at < end && !isPlain(octets[at]!)) {
      const length = blankAt(octets, at);
      if (length === 0) break;
      at += length;
    }
    while (at < end && !isPlain(octets[end - 1]!)) {
      const length = blankBefore(octets, end);
      if (length === 0) break;
      end -= length;
    }
    this.at = at;
    this.end = end;
  }

  /** The offset behind the word that begins at `at`; the `#` of a comment ends it too. */
  wordEnd(at: number): number {
    const { octets, end } = this;
    let to = at;
    for (; to < end; to++) {
      const octet = octets[to]!;
      if (octet === HASH) break;
      if (!isPlain(octet) && blankAt(octets, to) > 0) break;
    }
    return to;
  }

  /** Where the next word begins; the end of the line when there is none. */
  wordAt(from: number): number {
    const { octets, end } = this;
    let at = from;
    while (at < end && !isPlain(octets[at]!)) {
      const length = blankAt(octets, at);
      if (length === 0) break;
      at += length;
    }
    return Math.min(at, end);
  }

  /** The line from `at` to `end` as text, an octet a character. */
  text(at: number = this.at, end: number = this.end): string {
    return Buffer.from(this.octets.subarray(at, end)).toString('latin1');
  }
}

/** No blank begins or ends with it. */
function isPlain(octet: number): boolean {
  return octet > SPACE && octet < NOT_ASCII;
}

/** How many octets the blank at an offset has; 0 when there is none. */
function blankAt(octets: Uint8Array, at: number): number {
  const octet = octets[at]!;
  if (octet < NOT_ASCII) return isBlank(octet) ? 1 : 0;
  return wideBlank(octets, at);
}

/** The same of the blank that ends before an offset. */
function blankBefore(octets: Uint8Array, end: number): number {
  const octet = octets[end - 1]!;
  if (octet < NOT_ASCII) return isBlank(octet) ? 1 : 0;
  for (let length = 2; length <= 3 && length <= end; length++) {
    if (wideBlank(octets, end - length) === length) return length;
  }
  return 0;
}

function wideBlank(octets: Uint8Array, at: number): number {
  for (const blank of WIDE_BLANKS) {
    let same = 0;
    while (same < blank.length && octets[at + same] === blank[same]) same++;
    if (same === blank.length) return same;
  }
  return 0;
}

/** Space, tab, and the carriage return of a line end. */
function isBlank(octet: number): boolean {
  return octet === 0x20 || octet === 0x09 || octet === 0x0d;
}
