/** Files of dnstap (Frame Streams of payloads by dnstap.proto): who has asked what. */

import { HEADER_LENGTH, opcode, RD, readUint16 } from '../wire/header.ts';
import { expandName, formatName, MAX_NAME } from '../wire/name.ts';
import { CONTENT_TYPE, Control } from './frame-stream.ts';
import { readFields } from './protobuf-reader.ts';

/** A question of a client, and whether it is in the file as a query or by its response. */
export interface TappedQuestion {
  /** Four octets or sixteen. */
  readonly client: Uint8Array;
  readonly transport: 'udp' | 'tcp';
  readonly name: string;
  readonly type: number;
  readonly rrClass: number;
  readonly opcode: number;
  readonly recursionDesired: boolean;
  readonly isResponse: boolean;
}

/** Fields of `Dnstap` and of `Message`. */
const MESSAGE = 14;
const Field = { TYPE: 1, PROTOCOL: 3, CLIENT: 4, QUERY: 10, RESPONSE: 14 } as const;
const CLIENT_QUERY = 5;
const CLIENT_RESPONSE = 6;
/** `SocketProtocol`. */
const UDP = 1;

/** Throws an Error for a file that is none, or that ends within a frame. */
export function* readDnstapFile(file: Buffer): Generator<TappedQuestion> {
  let at = 0;
  const take = (length: number): Buffer => {
    if (at + length > file.length) throw new Error(`it ends within a frame, at octet ${at}`);
    at += length;
    return file.subarray(at - length, at);
  };
  if (file.length < 8 || file.readUInt32BE(0) !== 0) {
    throw new Error('it does not begin with a control frame: expect Frame Streams');
  }
  while (at < file.length) {
    const length = take(4).readUInt32BE(0);
    if (length > 0) {
      const question = readPayload(take(length), at);
      if (question !== undefined) yield question;
      continue;
    }
    const control = take(take(4).readUInt32BE(0));
    const kind = control.length < 4 ? undefined : control.readUInt32BE(0);
    if (kind === Control.STOP) return;
    if (kind === Control.START && !control.includes(CONTENT_TYPE)) {
      throw new Error(`it is a stream of something else: expect ${CONTENT_TYPE}`);
    }
  }
}

function readPayload(payload: Buffer, at: number): TappedQuestion | undefined {
  try {
    const message = readFields(payload).get(MESSAGE);
    return Buffer.isBuffer(message) ? readMessage(readFields(message)) : undefined;
  } catch (error) {
    throw new Error(`the frame before octet ${at}: ${(error as Error).message}`);
  }
}

function readMessage(fields: ReadonlyMap<number, number | Buffer>): TappedQuestion | undefined {
  const kind = fields.get(Field.TYPE);
  const isResponse = kind === CLIENT_RESPONSE;
  const octets = fields.get(isResponse ? Field.RESPONSE : Field.QUERY);
  const client = fields.get(Field.CLIENT);
  if ((kind !== CLIENT_QUERY && !isResponse) || !Buffer.isBuffer(octets)) return undefined;
  if (!Buffer.isBuffer(client) || (client.length !== 4 && client.length !== 16)) return undefined;
  const question = readQuestion(octets);
  const transport = fields.get(Field.PROTOCOL) === UDP ? 'udp' : 'tcp';
  return question && { ...question, client, transport, isResponse };
}

/** Undefined for a message without one whole question. */
function readQuestion(message: Uint8Array) {
  if (message.length < HEADER_LENGTH || readUint16(message, 4) !== 1) return undefined;
  const name = new Uint8Array(MAX_NAME);
  const length = expandName(message, HEADER_LENGTH, message.length, name);
  const end = HEADER_LENGTH + length;
  if (length < 0 || end + 4 > message.length) return undefined;
  return {
    name: formatName(name.subarray(0, length)),
    type: readUint16(message, end),
    rrClass: readUint16(message, end + 2),
    opcode: opcode(message),
    recursionDesired: (message[2]! & RD) !== 0,
  };
}
