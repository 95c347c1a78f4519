/** dnstap files, written by hand: from dnstap.proto and the description of Frame Streams. */

import { message, question } from './messages.ts';

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >> 7)];
}

function octetField(number: number, octets: Uint8Array): number[] {
  return [...varint(number * 8 + 2), ...varint(octets.length), ...octets];
}

function numberField(number: number, value: number): number[] {
  return [...varint(number * 8), ...varint(value)];
}

export function length(value: number): number[] {
  return [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255];
}

const TYPE = Buffer.from('protobuf:dnstap.Dnstap');
export const START = [
  ...length(0),
  ...length(12 + TYPE.length),
  ...length(2),
  ...length(1),
  ...length(TYPE.length),
  ...TYPE,
];
export const STOP = [...length(0), ...length(4), ...length(3)];
export const QUERY = message({ flags: 0x0100, questions: [question('www.example', 28, 1)] });

interface Parts {
  readonly kind?: number;
  readonly client?: Uint8Array;
  readonly protocol?: number;
  readonly octets?: Uint8Array;
  readonly field?: number;
}

export function tapFrame(parts: Parts = {}): number[] {
  const {
    kind = 5,
    client = Uint8Array.of(10, 0, 0, 1),
    protocol = 1,
    octets = QUERY,
    field = 10,
  } = parts;
  const body = [
    ...numberField(1, kind),
    ...numberField(2, client.length === 4 ? 1 : 2),
    ...numberField(3, protocol),
    ...octetField(4, client),
    // A fixed field of 32 bits, as times have.
    ...[...varint(9 * 8 + 5), 1, 2, 3, 4],
    ...octetField(field, octets),
  ];
  const payload = [
    ...octetField(1, Buffer.from('ns1')),
    ...octetField(14, Uint8Array.from(body)),
    ...numberField(15, 1),
  ];
  return [...length(payload.length), ...payload];
}

export function tapFile(frames: readonly (readonly number[])[]): Buffer {
  return Buffer.from([START, ...frames, STOP].flat());
}
