/** The other end of HTTP/2, frame by frame. */

import { HttpFaults } from '../../../src/transport/http-fault.ts';
import { Http2Dialect } from '../../../src/transport/http2/http2-dialect.ts';
import { message } from '../../world/messages.ts';

export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
export const STREAMS = 4;
export const Type = {
  ...{ DATA: 0, HEADERS: 1, PRIORITY: 2, RST: 3, SETTINGS: 4, PUSH: 5, PING: 6, GOAWAY: 7 },
  ...{ WINDOW: 8, CONTINUATION: 9 },
};
export const NAMES = Object.keys(Type);
export const END_STREAM = 1;
export const END_HEADERS = 4;
export const QUERY = Buffer.from(message({ id: 7 }));

export function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

export const number = (value: number) => {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(value);
  return octets;
};

/** A field that is not indexed, with a name and a value of fewer than 127 octets. */
export const field = (name: string, value: string) =>
  Buffer.concat([
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);

export const POST = Buffer.concat([
  Buffer.from([0x83, 0x87]),
  field(':path', '/dns-query'),
  field('content-type', 'application/dns-message'),
]);
export const GET = Buffer.concat([
  Buffer.from([0x82, 0x87]),
  field(':path', `/dns-query?dns=${QUERY.toString('base64url')}`),
]);

export const get = (stream: number) => frame(Type.HEADERS, END_STREAM | END_HEADERS, stream, GET);
export const post = (stream: number, ...data: readonly Buffer[]) =>
  Buffer.concat([
    frame(Type.HEADERS, END_HEADERS, stream, POST),
    ...data.map((part, i) =>
      frame(Type.DATA, i === data.length - 1 ? END_STREAM : 0, stream, part),
    ),
  ]);

export interface Frame {
  readonly name: string;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

export function framesOf(octets: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < octets.length; ) {
    const end = at + 9 + octets.readUIntBE(at, 3);
    frames.push({
      name: NAMES[octets[at + 3]!]!,
      flags: octets[at + 4]!,
      stream: octets.readUInt32BE(at + 5),
      payload: octets.subarray(at + 9, end),
    });
    at = end;
  }
  return frames;
}

/** A dialect that has greeted, and what it was asked. */
export class Spoken {
  readonly faults = new HttpFaults();
  readonly dialect = new Http2Dialect('/dns-query', STREAMS, this.faults);
  readonly asked: { octets: Buffer; exchange: number }[] = [];

  constructor(settings: Buffer = Buffer.alloc(0)) {
    this.push(Buffer.concat([PREFACE, frame(Type.SETTINGS, 0, 0, settings)]));
    this.dialect.take();
  }

  push(...octets: readonly Buffer[]): this {
    for (const chunk of octets) {
      this.dialect.push(chunk, (query, exchange) =>
        this.asked.push({ octets: Buffer.from(query), exchange }),
      );
    }
    return this;
  }

  /** What was counted. */
  counted(): string[] {
    return this.faults.counts.filter(({ total }) => total > 0).map(({ reason }) => reason);
  }

  frames(): Frame[] {
    return framesOf(this.dialect.take());
  }

  /** `RST 3`, `GOAWAY 11`: frames that end something, and their codes. */
  ends(): string[] {
    return this.frames().flatMap(({ name, payload }) => {
      if (name === 'RST') return [`RST ${payload.readUInt32BE(0)}`];
      return name === 'GOAWAY' ? [`GOAWAY ${payload.readUInt32BE(4)}`] : [];
    });
  }

  reply(exchange: number, length = 12): this {
    this.dialect.reply(exchange, Buffer.alloc(length, 1), length, 60);
    return this;
  }
}

/** A request with these fields. */
export const fields = (...pairs: readonly Buffer[]): Buffer =>
  frame(Type.HEADERS, END_STREAM | END_HEADERS, 1, Buffer.concat(pairs));
