import { expect } from 'chai';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { JsonWriter } from '../../src/observe/json-writer.ts';
import { formatName } from '../../src/wire/name.ts';
import { anyName } from '../world/arbitraries.ts';
import { name, octets } from '../world/messages.ts';

/** What a writer has written. */
function written(write: (writer: JsonWriter) => void): string {
  const writer = new JsonWriter();
  write(writer);
  return writer.octets.toString('utf8', 0, writer.length);
}

describe('observe/json-writer number', () => {
  for (const value of [0, 1, 9, 10, 99, 100, 65_535, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
    it(`writes ${value}`, () => {
      expect(written((writer) => writer.number(value))).to.equal(String(value));
    });
  }

  it('writes whatever whole number', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        expect(written((writer) => writer.number(value))).to.equal(String(value));
      }),
    );
  });
});

describe('observe/json-writer decimal', () => {
  const cases = [
    { value: 0, text: '0' },
    { value: 0.0004, text: '0' },
    { value: 0.0005, text: '0.001' },
    { value: 1.5, text: '1.5' },
    { value: 12.34567, text: '12.346' },
    { value: 2000, text: '2000' },
    { value: 123_456_789.000_01, text: '123456789' },
  ];
  for (const { value, text } of cases) {
    it(`writes ${value} as ${text}`, () => {
      expect(written((writer) => writer.decimal(value))).to.equal(text);
    });
  }

  it('writes JSON that is as near as a thousandth', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (value) => {
        const text = written((writer) => writer.decimal(value));
        expect(JSON.parse(text)).to.be.closeTo(value, 0.000_51);
        expect(text).to.match(/^\d+(\.\d{1,3})?$/);
      }),
    );
  });
});

describe('observe/json-writer text', () => {
  for (const text of ['', 'plain', 'a "quoted" \\ word', 'zwölf Boxkämpfer 🥊', '\u0000\n\ud800']) {
    it(`writes ${JSON.stringify(text)} like JSON.stringify`, () => {
      expect(written((writer) => writer.text(text))).to.equal(JSON.stringify(text));
    });
  }

  it('writes any text like JSON.stringify', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(written((writer) => writer.text(text))).to.equal(JSON.stringify(text));
      }),
    );
  });
});

describe('observe/json-writer name', () => {
  const cases = [
    { what: 'the root', wire: name('.'), text: '.' },
    { what: 'a name', wire: name('www.example.com'), text: 'www.example.com.' },
    {
      what: 'a quote and a backslash, escaped twice',
      wire: octets([2, 0x22, 0x5c], [0]),
      text: '\\\\\\"\\\\\\\\.',
    },
    {
      what: 'a dot inside a label, a space and an octet that is no character',
      wire: octets([3, 0x2e, 0x20, 0xff], [0]),
      text: '\\\\.\\\\032\\\\255.',
    },
  ];
  for (const { what, wire, text } of cases) {
    it(`writes ${what}`, () => {
      expect(written((writer) => writer.name(wire, 0))).to.equal(text);
    });
  }

  it('writes the longest name with the longest escapes', () => {
    const label = [63, ...Array(63).fill(0)];
    const wire = octets(label, label, label, [61, ...Array(61).fill(0)], [0]);
    const text = written((writer) => writer.name(wire, 0));
    expect(JSON.parse(`"${text}"`)).to.equal(formatName(wire));
  });

  it('writes any name so that JSON gives back its presentation format', () => {
    fc.assert(
      fc.property(anyName, fc.nat(20), (wire, room) => {
        // The name may begin anywhere in the octets.
        const shifted = octets(new Uint8Array(room), wire, [3, 1, 2, 3]);
        const text = written((writer) => writer.name(shifted, room));
        expect(JSON.parse(`"${text}"`)).to.equal(formatName(wire));
      }),
    );
  });
});

describe('observe/json-writer address', () => {
  const cases = [
    { text: '0.0.0.0', words: [0] },
    { text: '192.0.2.1', words: [0xc0000201] },
    { text: '255.255.255.255', words: [0xffffffff] },
    { text: '::', words: [0, 0, 0, 0] },
    { text: '::1', words: [0, 0, 0, 1] },
    { text: '2001:db8::', words: [0x20010db8, 0, 0, 0] },
    { text: '2001:db8::1:0:0:1', words: [0x20010db8, 0, 0x00010000, 0x00000001] },
    { text: '2001:0:0:1::2', words: [0x20010000, 0x00000001, 0, 0x00000002] },
    { text: '1:0:2:0:3:0:4:0', words: [0x10000, 0x20000, 0x30000, 0x40000] },
    { text: '2001:db8:a0b0:c0d0::ff', words: [0x20010db8, 0xa0b0c0d0, 0, 0xff] },
  ];
  for (const { text, words } of cases) {
    it(`writes ${text}`, () => {
      const given = Uint32Array.from({ length: 4 }, (_, i) => words[i] ?? 0);
      const family = words.length === 1 ? 4 : 6;
      expect(written((writer) => writer.address(family, given))).to.equal(text);
    });
  }

  // Half of the groups are zero, so that runs of zeros are common.
  const group = fc.oneof(fc.constant(0), fc.nat(0xf), fc.nat(0xffff));

  it('writes any IPv6 address as RFC 5952 has it', () => {
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const words = Uint32Array.from({ length: 4 }, (_, i) => {
          return groups[2 * i]! * 0x10000 + groups[2 * i + 1]!;
        });
        const text = written((writer) => writer.address(6, words));
        expect(text).to.equal(new ipaddr.IPv6(groups).toRFC5952String());
      }),
      { numRuns: 500 },
    );
  });

  it('writes any IPv4 address', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), (word) => {
        const text = written((writer) => writer.address(4, Uint32Array.of(word, 0, 0, 0)));
        expect(text).to.equal(
          ipaddr.fromByteArray([24, 16, 8, 0].map((by) => (word >>> by) & 255)).toString(),
        );
      }),
    );
  });
});

describe('observe/json-writer room', () => {
  it('grows with what is written', () => {
    const piece = 'x'.repeat(1000);
    const text = written((writer) => {
      for (let i = 0; i < 300; i++) writer.ascii(piece);
      writer.raw(Buffer.alloc(100_000, 'y'));
    });
    expect(text).to.equal('x'.repeat(300_000) + 'y'.repeat(100_000));
  });

  it('grows whatever is written where the room ends', () => {
    const words = Uint32Array.of(0x11111111, 0x22222222, 0x33333333, 0x44444444);
    const long = octets([63, ...Array(63).fill(0xff)], [0]);
    const writes: ((writer: JsonWriter) => void)[] = [
      (writer) => writer.number(Number.MAX_SAFE_INTEGER),
      (writer) => writer.address(6, words),
      (writer) => writer.name(long, 0),
      (writer) => writer.text('ä'.repeat(50)),
      (writer) => writer.quote(),
    ];
    for (const write of writes) {
      const alone = written(write);
      for (let left = 0; left <= alone.length; left++) {
        const writer = new JsonWriter();
        writer.length = writer.octets.length - left;
        const start = writer.length;
        write(writer);
        expect(writer.octets.toString('utf8', start, writer.length)).to.equal(alone);
      }
    }
  });
});
