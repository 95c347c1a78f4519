/** Reads protocol buffers without their schema: each field by its number. */

export type Fields = ReadonlyMap<number, number | Buffer>;

/** The fields of a message; of one that occurs twice, the last. */
export function readProtobuf(message: Buffer): Fields {
  const fields = new Map<number, number | Buffer>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const octet = message.readUInt8(at++);
      value += (octet & 0x7f) * factor;
      if (octet < 0x80) return value;
    }
  };
  while (at < message.length) {
    const key = varint();
    const kind = key % 8;
    if (kind === 0) fields.set(key >> 3, varint());
    else if (kind === 5) {
      fields.set(key >> 3, message.readUInt32LE(at));
      at += 4;
    } else if (kind === 2) {
      const length = varint();
      if (at + length > message.length) throw new Error('a field goes beyond its message');
      fields.set(key >> 3, message.subarray(at, at + length));
      at += length;
    } else throw new Error(`wire type ${kind}`);
  }
  return fields;
}
