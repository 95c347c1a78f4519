/** Protocol buffers as octets (protobuf.dev, "Encoding"): as much of them as dnstap takes. */

const FIRST_LENGTH = 1 << 12;
const VARINT = 0;
const DELIMITED = 2;
const FIXED32 = 5;
/** Octets of a length that is not known yet; a varint may be longer than it has to. */
const OPEN_LENGTH = 3;

/** A buffer that grows; its octets from 0 to `length` are what was written. */
export class ProtobufWriter {
  octets: Buffer = Buffer.allocUnsafeSlow(FIRST_LENGTH);
  length = 0;

  /** A whole number, not negative. */
  number(field: number, value: number): void {
    this.#reserve(16);
    this.#varint(field * 8 + VARINT);
    this.#varint(value);
  }

  fixed32(field: number, value: number): void {
    this.#reserve(16);
    this.#varint(field * 8 + FIXED32);
    this.length = this.octets.writeUInt32LE(value, this.length);
  }

  /** Octets, or a text. */
  bytes(field: number, octets: Uint8Array, start = 0, end: number = octets.length): void {
    this.#reserve(16 + end - start);
    this.#varint(field * 8 + DELIMITED);
    this.#varint(end - start);
    this.octets.set(octets.subarray(start, end), this.length);
    this.length += end - start;
  }

  /** Begins a message within a message; `end` takes what is returned. */
  begin(field: number): number {
    this.#reserve(16);
    this.#varint(field * 8 + DELIMITED);
    this.length += OPEN_LENGTH;
    return this.length;
  }

  end(start: number): void {
    const length = this.length - start;
    this.octets[start - 3] = (length & 0x7f) | 0x80;
    this.octets[start - 2] = ((length >> 7) & 0x7f) | 0x80;
    this.octets[start - 1] = length >> 14;
  }

  #varint(value: number): void {
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) {
      this.octets[this.length++] = (rest % 0x80) | 0x80;
    }
    this.octets[this.length++] = rest;
  }

  #reserve(count: number): void {
    if (this.length + count <= this.octets.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.octets.length * 2, this.length + count));
    larger.set(this.octets.subarray(0, this.length));
    this.octets = larger;
  }
}
