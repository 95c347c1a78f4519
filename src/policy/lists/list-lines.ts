/** The lines of a list, without the blanks around them; empty ones are left out. */

const LINE_FEED = 0x0a;

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

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
    if (BYTE_ORDER_MARK.every((octet, i) => octets[i] === octet)) this.#next = 3;
  }

  /** Goes to the next line that has a text; false at the end. */
  next(): boolean {
    const { octets } = this;
    while (this.#next < octets.length) {
      this.line++;
      let at = this.#next;
      let end = at;
      while (end < octets.length && octets[end] !== LINE_FEED) end++;
      this.#next = end + 1;
      while (at < end && isBlank(octets[at]!)) at++;
      while (at < end && isBlank(octets[end - 1]!)) end--;
      this.at = at;
      this.end = end;
      if (at < end) return true;
    }
    return false;
  }

  /** The offset behind the word that begins at `at`. */
  wordEnd(at: number): number {
    let end = at;
    while (end < this.end && !isBlank(this.octets[end]!)) end++;
    return end;
  }

  /** Where the next word begins; the end of the line when there is none. */
  wordAt(from: number): number {
    let at = from;
    while (at < this.end && isBlank(this.octets[at]!)) at++;
    return at;
  }

  /** The line from `at` to `end` as text, an octet a character. */
  text(at: number = this.at, end: number = this.end): string {
    return Buffer.from(this.octets.subarray(at, end)).toString('latin1');
  }
}

/** Space, tab, and the carriage return of a line end. */
function isBlank(octet: number): boolean {
  return octet === 0x20 || octet === 0x09 || octet === 0x0d;
}
