import { expect } from 'chai';
import fc from 'fast-check';
import { HeaderDecoder } from '../../../src/transport/http2/header-block.ts';
import { Http2Error } from '../../../src/transport/http2/http2-error.ts';
import { RequestDecoder } from '../../../src/transport/http2/request-decoder.ts';
import { RequestHeaders } from '../../../src/transport/http2/request-headers.ts';
import { field } from './spoken.ts';

const POST = Buffer.of(0x83, 0x87);
/** A field that goes into the table: it is number 62 then, and what was there before one more. */
const indexed = (name: string, value: string) => {
  const octets = field(name, value);
  octets[0] = 0x40;
  return octets;
};
const NEWEST = Buffer.of(0xbe);
const BEFORE = Buffer.of(0xbf);

const decode = (decoder: RequestDecoder, octets: Buffer, start = 0) =>
  decoder.decode(octets, start, octets.length);

/** Blocks of one connection: each says another thing after one that changes the table. */
const PIECES = [
  indexed(':path', '/dns-query'),
  indexed(':path', '/other'),
  indexed('content-type', 'application/dns-message'),
  field(':path', '/third'),
  NEWEST,
  BEFORE,
  Buffer.of(0x20),
];

describe('transport/http2/request-decoder', () => {
  it('knows a request again, until its numbers stand for something else', () => {
    const decoder = new RequestDecoder();
    const first = Buffer.concat([POST, indexed(':path', '/one')]);
    const again = Buffer.concat([POST, NEWEST]);
    expect(decode(decoder, first).target).to.equal('/one');
    const known = decode(decoder, again);
    expect(known.target).to.equal('/one');
    expect(decode(decoder, Buffer.concat([POST, again]), POST.length)).to.equal(known);
    expect(decode(decoder, Buffer.concat([POST, indexed(':path', '/two')])).target).to.equal(
      '/two',
    );
    expect(decode(decoder, again).target).to.equal('/two');
  });

  it('says what a decoder without a memory says', () => {
    const block = fc
      .array(fc.constantFrom(...PIECES), { maxLength: 3 })
      .map((pieces) => Buffer.concat([POST, ...pieces]));
    fc.assert(
      fc.property(fc.array(block, { maxLength: 12 }), (blocks) => {
        const decoder = new RequestDecoder();
        const plain = new HeaderDecoder();
        for (const octets of blocks) {
          const expected = new RequestHeaders();
          if (!plain.decode(octets, (one) => expected.add(one))) {
            expect(() => decode(decoder, octets)).to.throw(Http2Error);
            return;
          }
          expected.finish();
          expect(decode(decoder, octets)).to.deep.equal(expected);
        }
      }),
      { numRuns: 500 },
    );
  });
});
