import { expect } from 'chai';
import { Http2Dialect } from '../../../src/transport/http2/http2-dialect.ts';
import {
  END_HEADERS,
  END_STREAM,
  field,
  fields,
  frame,
  framesOf,
  GET,
  get,
  number,
  POST,
  post,
  QUERY,
  Spoken,
  STREAMS,
  Type,
} from './spoken.ts';

describe('transport/http2-dialect, faults', () => {
  const requests = [
    {
      what: 'more than the largest message',
      frames: post(1, ...Array(5).fill(Buffer.alloc(16_000))),
      status: '413',
    },
    {
      what: 'another path',
      frames: frame(Type.HEADERS, 5, 1, Buffer.from([0x82, 0x87, 0x84])),
      status: '0x8d',
    },
    {
      what: 'GET without a query',
      frames: frame(
        Type.HEADERS,
        5,
        1,
        Buffer.concat([Buffer.from([0x82, 0x87]), field(':path', '/dns-query')]),
      ),
      status: '0x8c',
    },
  ];
  for (const { what, frames, status } of requests) {
    it(`refuses ${what} by a status, and goes on`, () => {
      const spoken = new Spoken().push(frames);
      expect(spoken.asked).to.deep.equal([]);
      const [headers] = spoken.frames().filter(({ name }) => name === 'HEADERS');
      expect(headers!.flags).to.equal(END_STREAM | END_HEADERS);
      if (status.startsWith('0x')) expect(headers!.payload[0]).to.equal(Number(status));
      else expect(headers!.payload.toString('latin1')).to.contain(status);
      expect(spoken.push(get(3)).asked).to.have.length(1);
    });
  }

  const short = field(':path', `/dns-query?dns=${QUERY.toString('base64url')}`);
  const malformed = [
    { what: 'no method', frames: fields(Buffer.from([0x87]), short) },
    { what: 'no scheme', frames: fields(Buffer.from([0x82]), short) },
    { what: 'no path', frames: fields(Buffer.from([0x82, 0x87])) },
    { what: 'two methods', frames: fields(Buffer.from([0x82, 0x83, 0x87]), short) },
    {
      what: 'a method behind a field',
      frames: fields(Buffer.from([0x87]), short, field('a', 'b'), Buffer.from([0x82])),
    },
    { what: 'upper case in a name', frames: fields(GET, field('Accept', 'x')) },
    { what: 'an unknown pseudo field', frames: fields(GET, field(':status', '200')) },
    { what: 'transfer-encoding', frames: fields(GET, field('transfer-encoding', 'chunked')) },
    { what: 'connection', frames: fields(GET, field('connection', 'close')) },
    {
      what: 'two lengths',
      frames: fields(GET, field('content-length', '0'), field('content-length', '1')),
    },
    {
      what: 'a length that is not that of the body',
      frames: fields(GET, field('content-length', '5')),
    },
    { what: 'a line end in a value', frames: fields(GET, field('a', 'b\r\nc')) },
  ];
  for (const { what, frames } of malformed) {
    it(`resets the stream of a request with ${what}`, () => {
      const spoken = new Spoken().push(frames);
      expect(spoken.asked).to.deep.equal([]);
      expect(spoken.ends()).to.deep.equal(['RST 1']);
      expect(spoken.counted()).to.deep.equal(['protocol']);
      expect(spoken.push(get(3)).asked).to.have.length(1);
    });
  }

  const faults = [
    {
      what: 'no preface',
      octets: Buffer.from('GET / HTTP/1.1\r\n\r\n        '),
      fresh: true,
      code: 1,
    },
    {
      what: 'a frame that is too large',
      octets: frame(Type.DATA, 0, 1, Buffer.alloc(16_385)),
      code: 6,
    },
    { what: 'data on no stream', octets: frame(Type.DATA, 0, 0, QUERY), code: 1 },
    {
      what: 'data on a stream that was not opened',
      octets: frame(Type.DATA, 0, 1, QUERY),
      code: 1,
    },
    { what: 'an even stream', octets: get(2), code: 1 },
    { what: 'settings that are cut', octets: frame(Type.SETTINGS, 0, 0, Buffer.alloc(5)), code: 6 },
    { what: 'settings on a stream', octets: frame(Type.SETTINGS, 0, 1, Buffer.alloc(0)), code: 1 },
    { what: 'a window beyond all', octets: frame(Type.WINDOW, 0, 0, number(0x7fffffff)), code: 3 },
    { what: 'a window of nothing', octets: frame(Type.WINDOW, 0, 0, number(0)), code: 1 },
    { what: 'a promise', octets: frame(Type.PUSH, 4, 1, Buffer.alloc(4)), code: 1 },
    { what: 'a ping of four octets', octets: frame(Type.PING, 0, 0, Buffer.alloc(4)), code: 6 },
    { what: 'a reset of no stream', octets: frame(Type.RST, 0, 0, number(8)), code: 1 },
    { what: 'a continuation of nothing', octets: frame(Type.CONTINUATION, 4, 1, GET), code: 1 },
    {
      what: 'something between a header and its continuation',
      octets: Buffer.concat([
        frame(Type.HEADERS, 1, 1, GET),
        frame(Type.PING, 0, 0, Buffer.alloc(8)),
      ]),
      code: 1,
    },
    {
      what: 'padding that is longer than all',
      octets: frame(Type.HEADERS, 13, 1, Buffer.from([9, 0x82])),
      code: 1,
    },
    {
      what: 'a broken header block',
      octets: frame(Type.HEADERS, 5, 1, Buffer.from([0x80])),
      code: 9,
    },
    {
      what: 'CONTINUATION without end',
      octets: Buffer.concat([
        frame(Type.HEADERS, 1, 1, GET),
        ...Array.from({ length: 9 }, () => frame(Type.CONTINUATION, 0, 1, Buffer.alloc(0))),
      ]),
      code: 11,
    },
    {
      what: 'a header that is too large',
      octets: Buffer.concat([
        frame(Type.HEADERS, 1, 1, GET),
        frame(Type.CONTINUATION, 0, 1, Buffer.alloc(16_384)),
      ]),
      code: 11,
    },
  ];
  for (const { what, octets, code, fresh = false } of faults) {
    it(`goes away because of ${what}`, () => {
      const spoken = new Spoken();
      const dialect = fresh
        ? new Http2Dialect('/dns-query', STREAMS, spoken.faults)
        : spoken.dialect;
      dialect.push(octets, () => {
        throw new Error('it was asked');
      });
      const last = framesOf(dialect.take()).at(-1)!;
      expect(last.name).to.equal('GOAWAY');
      expect(last.payload.readUInt32BE(4)).to.equal(code);
      expect(dialect.isEnding).to.equal(true);
      expect(spoken.counted()).to.deep.equal([code === 11 ? 'flood' : 'protocol']);
    });
  }

  it('lets bodies that do not end take no more than the window of the connection', () => {
    const spoken = new Spoken();
    const windows = () =>
      spoken
        .frames()
        .filter(({ name }) => name === 'WINDOW')
        .reduce((sum, { payload }) => sum + payload.readUInt32BE(0), 0);
    const part = frame(Type.DATA, 0, 0, Buffer.alloc(16_000));
    for (const stream of [1, 3, 5]) {
      spoken.push(frame(Type.HEADERS, END_HEADERS, stream, POST));
      for (let i = 0; i < 4; i++) {
        part.writeUInt32BE(stream, 5);
        spoken.push(part);
      }
    }
    expect(windows()).to.equal(0);
    // Two are taken back, and the third is more than a query.
    spoken.push(frame(Type.RST, 0, 1, number(8)), frame(Type.RST, 0, 3, number(8)));
    part.writeUInt32BE(5, 5);
    spoken.push(part);
    expect(windows()).to.be.at.least(128_000);
    expect(spoken.asked).to.deep.equal([]);
  });
});
