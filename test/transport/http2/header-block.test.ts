import { connect } from 'node:http2';
import { Duplex } from 'node:stream';
import { expect } from 'chai';
import fc from 'fast-check';
import { HeaderDecoder } from '../../../src/transport/http2/header-block.ts';
import { decodeHuffman } from '../../../src/transport/http2/huffman.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

function decode(decoder: HeaderDecoder, block: Buffer): string[] | undefined {
  const fields: string[] = [];
  const isWhole = decoder.decode(block, ({ name, value }) => fields.push(`${name}: ${value}`));
  return isWhole ? fields : undefined;
}

describe('transport/http2/huffman', () => {
  const texts = [
    { octets: 'f1e3 c2e5 f23a 6ba0 ab90 f4ff', text: 'www.example.com' },
    { octets: 'a8eb 1064 9cbf', text: 'no-cache' },
    { octets: '25a8 49e9 5ba9 7d7f', text: 'custom-key' },
    { octets: '9d29 ad17 1863 c78f 0b97 c8e9 ae82 ae43 d3', text: 'https://www.example.com' },
    { octets: '', text: '' },
  ];
  for (const { octets, text } of texts) {
    it(`reads "${text}" (RFC 7541 appendix C)`, () => {
      expect(decodeHuffman(hex(octets))).to.equal(text);
    });
  }

  const broken = [
    { what: 'EOS', octets: 'ffff ffff' },
    { what: 'padding of an octet', octets: '1fff' },
    { what: 'padding that is not all ones', octets: '18' },
  ];
  for (const { what, octets } of broken) {
    it(`takes no ${what}`, () => expect(decodeHuffman(hex(octets))).to.equal(undefined));
  }
});

describe('transport/http2/header-block', () => {
  const first = [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com'];
  const second = [...first, 'cache-control: no-cache'];
  const third = [
    ...[':method: GET', ':scheme: https', ':path: /index.html', ':authority: www.example.com'],
    'custom-key: custom-value',
  ];
  const blocks = {
    'C.3': [
      '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
      '8286 84be 5808 6e6f 2d63 6163 6865',
      '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
    ],
    'C.4': [
      '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
      '8286 84be 5886 a8eb 1064 9cbf',
      '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
    ],
  };
  for (const [what, requests] of Object.entries(blocks)) {
    it(`reads the requests of RFC 7541 appendix ${what}, one behind the other`, () => {
      const decoder = new HeaderDecoder();
      const read = requests.map((block) => decode(decoder, hex(block)));
      expect(read).to.deep.equal([first, second, third]);
    });
  }

  it('forgets the oldest fields when the table is full, and all when it has no size', () => {
    const decoder = new HeaderDecoder();
    const value = Buffer.alloc(4000, 'v').toString('hex');
    // The name is `a`, the length of the value 4000: 127 + 3873.
    const large = hex(`40 01 61 7f a11e ${value}`);
    decode(decoder, hex('40 01 62 01 63'));
    expect(decode(decoder, hex('be'))).to.deep.equal(['b: c']);
    expect(decode(decoder, large)).to.have.length(1);
    expect(decode(decoder, large)).to.have.length(1);
    expect(decode(decoder, hex('bf'))).to.equal(undefined);
    expect(decode(new HeaderDecoder(), hex('40 01 62 01 63 20 be'))).to.equal(undefined);
    const emptied = new HeaderDecoder();
    decode(emptied, hex('40 01 62 01 63'));
    expect(decode(emptied, hex('20 be'))).to.equal(undefined);
  });

  const broken = [
    { what: 'the number 0', block: '80' },
    { what: 'a number without a field', block: 'be' },
    { what: 'a number that does not end', block: 'ff ff ff ff ff ff ff ff' },
    { what: 'a number that is cut', block: 'ff' },
    { what: 'a value that is cut', block: '40 01 61 05 62' },
    { what: 'a name without a value', block: '40 01 61' },
    { what: 'a table that is larger than we allow', block: '3f e2 1f' },
    { what: 'a size behind a field', block: '82 20' },
    { what: 'broken Huffman code', block: '40 01 61 84 ff ff ff ff' },
  ];
  for (const { what, block } of broken) {
    it(`takes no ${what}`, () =>
      expect(decode(new HeaderDecoder(), hex(block))).to.equal(undefined));
  }

  it('never throws, whatever the octets', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 4 }), (list) => {
        const decoder = new HeaderDecoder();
        for (const block of list) decode(decoder, Buffer.from(block));
      }),
      { numRuns: 500 },
    );
  });

  const anyName = fc.stringMatching(/^x-[a-z0-9]{1,12}$/);
  const anyValue = fc.stringMatching(/^[!-~]([ -~]{0,60}[!-~])?$/);
  const anyFields = fc.array(fc.tuple(anyName, anyValue), { minLength: 1, maxLength: 8 });
  it('reads what another implementation has written, request after request', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyFields, { minLength: 1, maxLength: 5 }), async (requests) => {
        const blocks = await writtenBlocks(requests.map((fields) => Object.fromEntries(fields)));
        const decoder = new HeaderDecoder();
        const read = blocks.map((block) => decode(decoder, block)?.filter((one) => one[0] === 'x'));
        const wanted = requests.map((fields) =>
          Object.entries(Object.fromEntries(fields)).map(([name, value]) => `${name}: ${value}`),
        );
        expect(read).to.deep.equal(wanted);
      }),
      { numRuns: 40 },
    );
  });
});

/** The header blocks of requests as node:http2 writes them, each small enough for one frame. */
async function writtenBlocks(requests: readonly Record<string, string>[]): Promise<Buffer[]> {
  let written = Buffer.alloc(0);
  let wake: () => void = () => {};
  const socket = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      written = Buffer.concat([written, chunk]);
      wake();
      done();
    },
  });
  const session = connect('http://localhost', { createConnection: () => socket });
  session.on('error', () => {});
  for (const headers of requests) {
    const stream = session.request({ ':path': '/', ...headers });
    stream.on('error', () => {});
    stream.end();
  }
  let blocks = blocksIn(written);
  while (blocks.length < requests.length) {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
    blocks = blocksIn(written);
  }
  session.destroy();
  return blocks;
}

function blocksIn(written: Buffer): Buffer[] {
  const blocks: Buffer[] = [];
  // Behind the preface.
  for (let at = 24; at + 9 <= written.length; ) {
    const end = at + 9 + written.readUIntBE(at, 3);
    if (written[at + 3] === 1 && end <= written.length) {
      const skipped = (written[at + 4]! & 0x20) === 0 ? 0 : 5;
      blocks.push(written.subarray(at + 9 + skipped, end));
    }
    at = end;
  }
  return blocks;
}
