import { expect } from 'chai';
import fc from 'fast-check';
import { HttpFaults } from '../../../src/transport/http-fault.ts';
import { Http2Dialect } from '../../../src/transport/http2/http2-dialect.ts';
import {
  END_HEADERS,
  END_STREAM,
  type Frame,
  field,
  fields,
  frame,
  framesOf,
  GET,
  get,
  number,
  PREFACE,
  post,
  QUERY,
  Spoken,
  STREAMS,
  Type,
} from './spoken.ts';

describe('transport/http2-dialect', () => {
  it('greets with its limits, and acknowledges those of the client', () => {
    const dialect = new Http2Dialect('/dns-query', STREAMS, new HttpFaults());
    const [settings, window] = framesOf(dialect.take());
    expect(settings).to.include({ name: 'SETTINGS', flags: 0, stream: 0 });
    const values = new Map<number, number>();
    for (let at = 0; at < settings!.payload.length; at += 6) {
      values.set(settings!.payload.readUInt16BE(at), settings!.payload.readUInt32BE(at + 2));
    }
    expect([...values.keys()]).to.deep.equal([3, 4, 6]);
    expect(values.get(3)).to.equal(STREAMS);
    expect(window).to.include({ name: 'WINDOW', stream: 0 });
    dialect.push(Buffer.concat([PREFACE, frame(Type.SETTINGS, 0, 0, Buffer.alloc(0))]), () => {});
    expect(framesOf(dialect.take())[0]).to.include({ name: 'SETTINGS', flags: 1 });
  });

  it('takes GET and POST, and answers each on its stream, in any order', () => {
    const spoken = new Spoken().push(get(1), post(3, QUERY.subarray(0, 5), QUERY.subarray(5)));
    expect(spoken.asked.map(({ exchange }) => exchange)).to.deep.equal([1, 3]);
    for (const { octets } of spoken.asked) expect(octets).to.deep.equal(QUERY);
    const frames = spoken.reply(3).reply(1).frames();
    expect(frames.map(({ name, stream }) => `${name} ${stream}`)).to.deep.equal([
      ...['HEADERS 3', 'DATA 3', 'HEADERS 1', 'DATA 1'],
    ]);
    expect(frames[1]).to.deep.include({ flags: END_STREAM, payload: Buffer.alloc(12, 1) });
  });

  it('reads the same wherever the stream is cut', () => {
    const whole = Buffer.concat([
      PREFACE,
      frame(Type.SETTINGS, 0, 0, Buffer.alloc(0)),
      get(1),
      frame(Type.PING, 0, 0, Buffer.alloc(8, 3)),
      post(3, QUERY),
      frame(77, 0, 9, Buffer.from('unknown')),
      frame(Type.PRIORITY, 0, 5, Buffer.alloc(5)),
      post(5, QUERY.subarray(0, 1), Buffer.alloc(0), QUERY.subarray(1)),
    ]);
    const read = (chunks: readonly Buffer[]) => {
      const dialect = new Http2Dialect('/dns-query', STREAMS, new HttpFaults());
      const asked: string[] = [];
      for (const chunk of chunks) {
        dialect.push(chunk, (octets, exchange) => asked.push(`${exchange} ${octets.length}`));
      }
      return { asked, out: dialect.take().toString('hex') };
    };
    const expected = read([whole]);
    expect(expected.asked).to.deep.equal(['1 12', '3 12', '5 12']);
    const anyCuts = fc.array(fc.nat(whole.length), { maxLength: 20 });
    fc.assert(
      fc.property(anyCuts, (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), whole.length];
        const chunks = at.slice(1).map((end, i) => whole.subarray(at[i], end));
        expect(read(chunks)).to.deep.equal(expected);
      }),
      { numRuns: 100 },
    );
  });

  it('sends as much as the client takes, and the rest when it takes more', () => {
    const window = Buffer.from([0, 4, 0, 0, 0, 5]);
    const spoken = new Spoken(window).push(get(1), get(3));
    const sizes = () =>
      spoken
        .frames()
        .filter(({ name }) => name === 'DATA')
        .map(({ stream, payload, flags }) => `${stream}: ${payload.length} ${flags}`);
    spoken.reply(1).reply(3);
    expect(sizes()).to.deep.equal(['1: 5 0', '3: 5 0']);
    spoken.push(frame(Type.WINDOW, 0, 3, number(100)));
    expect(sizes()).to.deep.equal(['3: 7 1']);
    spoken.push(frame(Type.SETTINGS, 0, 0, Buffer.from([0, 4, 0, 0, 0, 9])));
    expect(sizes()).to.deep.equal(['1: 4 0']);
    spoken.push(frame(Type.SETTINGS, 0, 0, Buffer.from([0, 4, 0, 0, 0, 0])));
    spoken.push(frame(Type.WINDOW, 0, 1, number(10)));
    expect(sizes()).to.deep.equal(['1: 1 0']);
  });

  it('cuts large answers into frames, within the window of the connection', () => {
    const spoken = new Spoken(Buffer.from([0, 4, 0, 1, 0x86, 0xa0])).push(get(1), get(3));
    spoken.reply(1, 60_000).reply(3, 60_000);
    const lengths = (id: number, frames: Frame[]) =>
      frames
        .filter(({ name, stream }) => name === 'DATA' && stream === id)
        .map(({ payload }) => payload.length);
    const frames = spoken.frames();
    expect(lengths(1, frames)).to.deep.equal([16_384, 16_384, 16_384, 10_848]);
    expect(lengths(3, frames)).to.deep.equal([5535]);
    spoken.push(frame(Type.WINDOW, 0, 0, number(60_000)));
    expect(lengths(3, spoken.frames()).reduce((sum, one) => sum + one, 0)).to.equal(60_000 - 5535);
  });

  it('gives the connection window back as it reads', () => {
    const spoken = new Spoken();
    let given = 0;
    for (let id = 1; id < 80; id += 2) {
      spoken.push(post(id, ...Array.from({ length: 4 }, () => Buffer.alloc(16_000))));
      for (const { name, stream, payload } of spoken.frames()) {
        if (name === 'WINDOW' && stream === 0) given += payload.readUInt32BE(0);
      }
      spoken.dialect.drop(id);
    }
    expect(given).to.be.greaterThan(40 * 64_000 - (1 << 20));
  });

  it('takes a header in several frames, padded and with a priority', () => {
    const padded = Buffer.concat([
      Buffer.from([3]),
      Buffer.alloc(5),
      GET.subarray(0, 9),
      Buffer.alloc(3),
    ]);
    const spoken = new Spoken().push(
      frame(Type.HEADERS, END_STREAM | 8 | 32, 1, padded),
      frame(Type.CONTINUATION, 0, 1, GET.subarray(9, 20)),
      frame(Type.CONTINUATION, END_HEADERS, 1, GET.subarray(20)),
    );
    expect(spoken.asked).to.have.length(1);
  });

  it('answers a header list over its limit with 431', () => {
    const decoded = Array.from({ length: 150 }, () => Buffer.from([0xbe]));
    const large = field('x-large', 'v'.repeat(100));
    large[0] = 0x40;
    const spoken = new Spoken().push(fields(GET, large, ...decoded));
    const [headers] = spoken.frames().filter(({ name }) => name === 'HEADERS');
    expect(headers!.payload.toString('latin1')).to.contain('431');
  });

  it('takes no more requests at a time than it said, and says that nothing was done', () => {
    const spoken = new Spoken().push(get(1), get(3), get(5), get(7), get(9));
    expect(spoken.asked).to.have.length(STREAMS);
    expect(spoken.ends()).to.deep.equal(['RST 7']);
    expect(spoken.reply(1).push(get(11)).asked).to.have.length(STREAMS + 1);
  });

  it('ends the connection of a client that takes back what it asks', () => {
    const spoken = new Spoken();
    const again = (id: number) => Buffer.concat([get(id), frame(Type.RST, 0, id, number(8))]);
    for (let i = 0; i < 200; i++) spoken.push(again(2 * i + 1));
    expect(spoken.ends()).to.deep.equal([]);
    expect(spoken.push(again(401)).ends()).to.deep.equal(['GOAWAY 11']);
  });

  it('lets a client take back what it asks now and then', () => {
    const spoken = new Spoken();
    for (let id = 1; id < 1001; id += 4) {
      spoken
        .push(get(id), frame(Type.RST, 0, id, number(8)), get(id + 2))
        .reply(id)
        .reply(id + 2);
    }
    expect(spoken.ends()).to.deep.equal([]);
  });

  it('resets the stream of a query that gets no answer', () => {
    const spoken = new Spoken().push(get(1));
    spoken.dialect.drop(1);
    expect(spoken.ends()).to.deep.equal(['RST 8']);
    expect(spoken.reply(1).dialect.hasOutput).to.equal(false);
  });

  it('says when it takes no more, and answers what it has taken', () => {
    const spoken = new Spoken().push(get(1));
    spoken.dialect.leave();
    const [goaway] = spoken.frames();
    expect(goaway!.name).to.equal('GOAWAY');
    expect([goaway!.payload.readUInt32BE(0), goaway!.payload.readUInt32BE(4)]).to.deep.equal([
      1, 0,
    ]);
    expect(spoken.reply(1).frames()).to.have.length(2);
  });

  it('never throws, whatever the octets', () => {
    const anyFrame = fc
      .tuple(
        fc.nat(10),
        fc.nat(255),
        fc.constantFrom(0, 1, 2, 3, 5),
        fc.uint8Array({ maxLength: 30 }),
      )
      .map(([type, flags, stream, payload]) => frame(type, flags, stream, Buffer.from(payload)));
    fc.assert(
      fc.property(
        fc.array(fc.oneof(anyFrame, fc.constant(get(1)), fc.constant(post(3, QUERY)))),
        (list) => {
          const spoken = new Spoken().push(...list);
          for (const { exchange } of spoken.asked) spoken.reply(exchange);
          framesOf(spoken.dialect.take());
        },
      ),
      { numRuns: 300 },
    );
  });
});
