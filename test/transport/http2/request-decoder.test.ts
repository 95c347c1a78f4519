import { expect } from 'chai';
import fc from 'fast-check';
import { readQuery } from '../../../src/transport/doh-request.ts';
import { HeaderDecoder } from '../../../src/transport/http2/header-block.ts';
import { Http2Error } from '../../../src/transport/http2/http2-error.ts';
import { huffmanCode } from '../../../src/transport/http2/huffman.ts';
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

const PATH = '/dns-query';
const DNS = 'AAABAAABAAAAAAAAAncwB2V4YW1wbGUDY29tAAABAAE';

/** A GET as nghttp2, Go and curl write it: the path in Huffman code and in no table. */
function getBlock(path: string, { method = 'GET', length = '', isCoded = true } = {}): Buffer {
  return Buffer.concat([
    method === 'GET' ? Buffer.of(0x82) : field(':method', method),
    isCoded ? Buffer.concat([Buffer.of(0x04), coded(path)]) : field(':path', path),
    Buffer.of(0x87),
    field(':authority', '127.0.0.1:8443'),
    ...(length === '' ? [] : [field('content-length', length)]),
  ]);
}

/** A value in Huffman code (RFC 7541 section 5.2), by its bits as text. */
function coded(text: string): Buffer {
  const bits = [...Buffer.from(text, 'latin1')]
    .map((octet) => huffmanCode(octet))
    .map(({ bits, count }) => bits.toString(2).padStart(count, '0'))
    .join('');
  const octets = (bits.match(/.{1,8}/g) ?? []).map((eight) =>
    Number.parseInt(eight.padEnd(8, '1'), 2),
  );
  return Buffer.concat([lengthOf(octets.length), Buffer.from(octets)]);
}

/** A length with the bit for Huffman code (section 5.1). */
function lengthOf(length: number): Buffer {
  if (length < 0x7f) return Buffer.of(0x80 | length);
  const octets = [0xff];
  let rest = length - 0x7f;
  for (; rest >= 0x80; rest >>= 7) octets.push((rest & 0x7f) | 0x80);
  return Buffer.of(...octets, rest);
}

const decode = (decoder: RequestDecoder, octets: Buffer, start = 0) =>
  decoder.decode(octets, start, octets.length, false);

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
    const decoder = new RequestDecoder('/dns-query');
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
        const decoder = new RequestDecoder('/dns-query');
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

  /** What a request by GET asks for, read by this decoder and by one that has no memory. */
  const both = (decoder: RequestDecoder, octets: Buffer) => {
    const fresh = new RequestDecoder(PATH);
    return [decoder, fresh].map((one) => {
      const request = one.decode(octets, 0, octets.length, true);
      const query = readQuery({ path: PATH }, request, Buffer.alloc(0));
      return typeof query === 'number' ? query : query.toString('hex');
    });
  };

  it('knows what stands around the query of a GET, and reads the query alone', () => {
    const decoder = new RequestDecoder(PATH);
    const [first, second] = ['00', '11'].map((id) => `${id}34${'00'.repeat(20)}`);
    const ask = (query: string) =>
      getBlock(`${PATH}?dns=${Buffer.from(query, 'hex').toString('base64url')}`);
    expect(both(decoder, ask(first!))).to.deep.equal([first, first]);
    const known = decoder.decode(ask(second!), 0, ask(second!).length, true);
    expect(known.query!.toString('hex')).to.equal(second);
    // The first was read from its target.
    expect(known.target).to.equal(
      `${PATH}?dns=${Buffer.from(first!, 'hex').toString('base64url')}`,
    );
  });

  for (const [what, block] of [
    ['another method', () => getBlock(`${PATH}?dns=${DNS}`, { method: 'PUT' })],
    ['a body that follows', () => getBlock(`${PATH}?dns=${DNS}`, { length: '3' })],
    ['another path', () => getBlock(`/dns-quers?dns=${DNS}`)],
    ['a shorter path', () => getBlock('/dns')],
    ['another parameter before', () => getBlock(`${PATH}?ct&dns=${DNS}`)],
    ['another parameter behind', () => getBlock(`${PATH}?dns=${DNS}&ct=x`)],
    ['two queries', () => getBlock(`${PATH}?dns=${DNS}&dns=${DNS}`)],
    ['padding', () => getBlock(`${PATH}?dns=${DNS}==`)],
    ['no base64url', () => getBlock(`${PATH}?dns=${DNS}+/`)],
    ['one character too many', () => getBlock(`${PATH}?dns=${DNS}A`)],
    ['nothing', () => getBlock(`${PATH}?dns=`)],
    ['a response', () => getBlock(`${PATH}?dns=AACBgAABAAAAAAAAAXgA`)],
    ['too few octets', () => getBlock(`${PATH}?dns=AAAA`)],
    ['a path that is not coded', () => getBlock(`${PATH}?dns=${DNS}`, { isCoded: false })],
    ['a long query', () => getBlock(`${PATH}?dns=${DNS.repeat(40)}`)],
    ['a query that is too long', () => getBlock(`${PATH}?dns=${DNS.repeat(400)}`)],
  ] as const) {
    it(`says of ${what} what a decoder without a memory says`, () => {
      const decoder = new RequestDecoder(PATH);
      both(decoder, getBlock(`${PATH}?dns=${DNS}`));
      for (let i = 0; i < 2; i++) {
        const [known, fresh] = both(decoder, block());
        expect(known).to.equal(fresh);
      }
      expect(both(decoder, getBlock(`${PATH}?dns=${DNS}`))[0]).to.equal(
        Buffer.from(DNS, 'base64url').toString('hex'),
      );
    });
  }

  it('reads all queries by GET as a decoder without a memory does', () => {
    const query = fc
      .uint8Array({ minLength: 0, maxLength: 300 })
      .map((octets) => Buffer.from(octets));
    const text = query.map((octets) => octets.toString('base64url'));
    const odd = fc
      .tuple(text, fc.constantFrom('', '=', '&', '?', '%3D', '\u00ff', 'A'))
      .map((all) => all.join(''));
    const path = fc.oneof(
      ...[text, odd].map((one) => one.map((value) => `${PATH}?dns=${value}`)),
      fc.string({ unit: 'binary-ascii', maxLength: 40 }).map((one) => `/${one}`),
    );
    fc.assert(
      fc.property(fc.array(path, { maxLength: 8 }), (paths) => {
        const decoder = new RequestDecoder(PATH);
        for (const one of paths) {
          const [known, fresh] = both(decoder, getBlock(one));
          expect(known, one).to.equal(fresh);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('throws for damaged blocks, or takes them, as a decoder without a memory does', () => {
    const whole = getBlock(`${PATH}?dns=${DNS}`);
    const damage = fc.record({
      at: fc.nat(whole.length - 1),
      by: fc.integer({ min: 1, max: 255 }),
    });
    fc.assert(
      fc.property(damage, ({ at, by }) => {
        const octets = Buffer.from(whole);
        octets[at]! ^= by;
        const decoder = new RequestDecoder(PATH);
        both(decoder, whole);
        const outcome = (one: RequestDecoder) => {
          try {
            const request = one.decode(octets, 0, octets.length, true);
            if (request.isMalformed) return 'malformed';
            const query = readQuery({ path: PATH }, request, Buffer.alloc(0));
            return typeof query === 'number' ? query : query.toString('hex');
          } catch (error) {
            expect(error).to.be.instanceOf(Http2Error);
            return 'broken';
          }
        };
        expect(outcome(decoder)).to.equal(outcome(new RequestDecoder(PATH)));
      }),
      { numRuns: 1000 },
    );
  });
});
