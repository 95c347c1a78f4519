/** Messages of the works that ask and answer themselves (RFC 1035 section 4.1). */

const HEADER_BYTES = 12;
/** QR and RD; RA. */
const RESPONSE_FLAGS: readonly number[] = [0x81, 0x80];
const RCODE_MASK = 0x0f;
/** A pointer to the question's name, A, IN, a TTL of 0, 192.0.2.1. */
const ADDRESS: Buffer = Buffer.of(0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 192, 0, 2, 1);
/** Type and class behind the name. */
const TYPE_AND_CLASS_BYTES = 4;
const LENGTH_BYTES = 2;

/** A query for A with RD set. */
export function queryFor(name: string, id = 0x1234): Buffer {
  const labels = name
    .split('.')
    .map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label)]));
  const header = Buffer.of(id >> 8, id & 0xff, 0x01, 0, 0, 1, 0, 0, 0, 0, 0, 0);
  return Buffer.concat([header, ...labels, Buffer.of(0, 0, 1, 0, 1)]);
}

/** The query with its question answered by an address, without EDNS. */
export function answerTo(query: Buffer): Buffer {
  let end = HEADER_BYTES;
  while (query[end] !== 0) end += query[end]! + 1;
  end += 1 + TYPE_AND_CLASS_BYTES;
  const header = Buffer.of(query[0]!, query[1]!, ...RESPONSE_FLAGS, 0, 1, 0, 1, 0, 0, 0, 0);
  return Buffer.concat([header, query.subarray(HEADER_BYTES, end), ADDRESS]);
}

export function idOf(message: Buffer): number {
  return message.readUInt16BE(0);
}

export function rcodeOf(message: Buffer): number {
  return message[3]! & RCODE_MASK;
}

/** The first label of the question. */
export function firstLabelOf(query: Buffer): string {
  const start = HEADER_BYTES + 1;
  return query.toString('latin1', start, start + query[HEADER_BYTES]!).toLowerCase();
}

/** As it goes by TCP: its length before it. */
export function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

/** Hands over each message of a stream, given the octets as they arrive. */
export function readFrames(onMessage: (message: Buffer) => void): (octets: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (octets) => {
    rest = Buffer.concat([rest, octets]);
    while (rest.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + rest.readUInt16BE(0);
      if (rest.length < end) return;
      onMessage(rest.subarray(LENGTH_BYTES, end));
      rest = rest.subarray(end);
    }
  };
}
