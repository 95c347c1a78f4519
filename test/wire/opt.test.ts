import { expect } from 'chai';
import fc from 'fast-check';
import { readUint16 } from '../../src/wire/header.ts';
import {
  appendOptions,
  collectOptions,
  ednsVersion,
  extendedRcode,
  findOption,
  formatEde,
  formatOption,
  hasWholeOptions,
  isDnssecOk,
  OPT_LENGTH,
  optionEnd,
  padQuery,
  payloadSize,
  readExtendedErrors,
  writeOpt,
  writePadding,
} from '../../src/wire/opt.ts';
import { EdnsOption } from '../../src/wire/registry.ts';
import { ascii, ede, octets, opt, option } from '../world/messages.ts';

/** An OPT record at offset 3, as a message carries it. */
const AT = 3;
const at3 = (parts: Parameters<typeof opt>[0]) => octets([9, 9, 9], opt(parts));

describe('wire/opt reading', () => {
  it('reads the fields that OPT makes of CLASS and TTL', () => {
    const given = at3({ payload: 4096, version: 3, dnssecOk: true, extendedRcode: 0xab });
    expect(payloadSize(given, AT)).to.equal(4096);
    expect(extendedRcode(given, AT)).to.equal(0xab);
    expect(ednsVersion(given, AT)).to.equal(3);
    expect(isDnssecOk(given, AT)).to.equal(true);
    expect(isDnssecOk(at3({}), AT)).to.equal(false);
  });

  const whole = [
    { what: 'no options', options: [], is: true },
    { what: 'an option without data', options: [option(3)], is: true },
    { what: 'two options', options: [option(10, [1, 2, 3]), option(3)], is: true },
    { what: 'three octets', options: [[0, 3, 0]], is: false },
    { what: 'an option and one octet', options: [option(3), [0]], is: false },
    { what: 'a length of one too many', options: [option(3, [1], 2)], is: false },
    { what: 'a length of 65535', options: [option(3, [1], 0xffff)], is: false },
  ];
  for (const { what, options, is } of whole) {
    it(`calls ${what} ${is ? 'whole' : 'not whole'}`, () => {
      expect(hasWholeOptions(at3({ options }), AT)).to.equal(is);
    });
  }

  it('finds options of a code one after the other', () => {
    const given = at3({ options: [option(15, [0, 1]), option(3), option(15, [0, 2])] });
    const first = findOption(given, AT, 15, AT + OPT_LENGTH);
    expect(first).to.equal(AT + OPT_LENGTH);
    const second = findOption(given, AT, 15, optionEnd(given, first));
    expect(second).to.equal(AT + OPT_LENGTH + 6 + 4);
    expect(findOption(given, AT, 15, optionEnd(given, second))).to.equal(-1);
  });

  it('finds NSID, and not its code within other data', () => {
    const nsid = option(EdnsOption.NSID);
    const with3 = at3({ options: [option(10, nsid), nsid] });
    expect(findOption(with3, AT, EdnsOption.NSID, AT + OPT_LENGTH)).to.equal(AT + OPT_LENGTH + 8);
    const without = at3({ options: [option(10, nsid)] });
    expect(findOption(without, AT, EdnsOption.NSID, AT + OPT_LENGTH)).to.equal(-1);
  });

  it('finds nothing behind the record', () => {
    const given = octets(at3({}), option(3));
    expect(findOption(given, AT, 3, AT + OPT_LENGTH)).to.equal(-1);
  });
});

describe('wire/opt writing', () => {
  it('writes the record that RFC 6891 describes', () => {
    const out = new Uint8Array(AT + OPT_LENGTH).fill(9);
    expect(writeOpt(out, AT, 1232, 0xab5, true)).to.equal(AT + OPT_LENGTH);
    expect(out).to.deep.equal(at3({ payload: 1232, extendedRcode: 0xab, dnssecOk: true }));
  });

  it('appends options and counts their octets', () => {
    const out = new Uint8Array(64);
    let end = writeOpt(out, AT, 512, 0, false);
    end = appendOptions(out, AT, end, formatOption(3, ascii('ns1')));
    end = appendOptions(out, AT, end, formatEde(18, 'acl'));
    const options = [option(3, ascii('ns1')), ede(18, 'acl')];
    expect(out.subarray(AT, end)).to.deep.equal(opt({ payload: 512, options }));
  });

  it('writes EDE with and without text', () => {
    expect(formatEde(20)).to.deep.equal(octets([0, 15, 0, 2, 0, 20]));
    expect(formatEde(0x1234, 'é')).to.deep.equal(octets([0, 15, 0, 4, 0x12, 0x34, 0xc3, 0xa9]));
  });
});

describe('wire/opt collectOptions', () => {
  it('takes all options of a code, octet for octet', () => {
    const errors = [ede(18, 'no'), ede(22)];
    const given = at3({ options: [errors[0]!, option(3, ascii('ns1')), errors[1]!] });
    expect(collectOptions(given, AT, 15)).to.deep.equal(octets(...errors));
    expect(collectOptions(given, AT, 10)).to.deep.equal(octets());
  });

  it('takes none without an OPT record', () => {
    expect(collectOptions(at3({ options: [ede(18)] }), 0, 15)).to.deep.equal(octets());
  });
});

describe('wire/opt of somebody with much to say', () => {
  const nine = Array.from({ length: 9 }, (_, i) => ede(i, 'text'));

  it('keeps eight options', () => {
    const given = at3({ options: nine });
    expect(collectOptions(given, AT, 15)).to.deep.equal(octets(...nine.slice(0, 8)));
    expect(readExtendedErrors(given, AT).map(({ code }) => code)).to.deep.equal([
      0, 1, 2, 3, 4, 5, 6, 7,
    ]);
  });

  it('keeps 1024 octets', () => {
    const long = ede(1, 'x'.repeat(1000));
    const given = at3({ options: [long, ede(2, 'y'.repeat(50)), ede(3, 'z')] });
    expect(collectOptions(given, AT, 15)).to.deep.equal(octets(long, ede(3, 'z')));
    expect(readExtendedErrors(given, AT).map(({ text }) => text.length)).to.deep.equal([
      1000, 24, 0,
    ]);
    expect(
      readExtendedErrors(at3({ options: [ede(1, `${'x'.repeat(1023)}é`)] }), AT),
    ).to.deep.equal([{ code: 1, text: 'x'.repeat(1023) }]);
  });
});

describe('wire/opt readExtendedErrors', () => {
  const cases = [
    { what: 'no error', options: [option(3)], errors: [] },
    { what: 'a code alone', options: [ede(18)], errors: [{ code: 18, text: '' }] },
    {
      what: 'several, among other options',
      options: [ede(15, 'list'), option(3), ede(65_535, 'é')],
      errors: [
        { code: 15, text: 'list' },
        { code: 65_535, text: 'é' },
      ],
    },
    { what: 'a final NUL', options: [ede(18, 'no\0')], errors: [{ code: 18, text: 'no' }] },
    { what: 'a NUL alone', options: [ede(18, '\0')], errors: [{ code: 18, text: '' }] },
    {
      what: 'octets that are not UTF-8',
      options: [option(15, [0, 18, 0x61, 0xff])],
      errors: [{ code: 18, text: 'a\ufffd' }],
    },
    {
      what: 'an option without a code',
      options: [option(15, [1]), ede(2)],
      errors: [{ code: 2, text: '' }],
    },
    { what: 'an empty option', options: [option(15)], errors: [] },
  ];
  for (const { what, options, errors } of cases) {
    it(`reads ${what}`, () => {
      expect(readExtendedErrors(at3({ options }), AT)).to.deep.equal(errors);
    });
  }

  it('reads back what formatEde writes', () => {
    // A text that ends in NUL loses it; a byte order mark is none of ours to write.
    const text = fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', 'é', '😀') });
    fc.assert(
      fc.property(fc.nat(0xffff), text, (code, extraText) => {
        const given = at3({ options: [formatEde(code, extraText)] });
        expect(readExtendedErrors(given, AT)).to.deep.equal([{ code, text: extraText }]);
      }),
    );
  });
});

describe('wire/opt writePadding', () => {
  const MOST = 0xffff;
  const ends = [
    { end: 40, limit: MOST, padded: 468 },
    { end: 464, limit: MOST, padded: 468 },
    { end: 465, limit: MOST, padded: 936 },
    { end: 468, limit: MOST, padded: 936 },
    { end: 65_300, limit: MOST, padded: 65_520 },
    { end: 65_517, limit: MOST, padded: MOST },
    { end: MOST - 4, limit: MOST, padded: MOST },
    { end: MOST - 3, limit: MOST, padded: MOST - 3 },
    { end: MOST, limit: MOST, padded: MOST },
  ];
  for (const { end, limit, padded } of ends) {
    it(`makes ${padded} of ${end} octets`, () => {
      const out = new Uint8Array(0x10000).fill(0xee);
      const at = end - OPT_LENGTH;
      writeOpt(out, at, 1232, 0, false);
      expect(writePadding(out, at, end, limit)).to.equal(padded);
      const room = padded - end;
      expect((out[at + 9]! << 8) | out[at + 10]!).to.equal(room);
      if (room === 0) return;
      expect([...out.subarray(end, end + 4)]).to.deep.equal([
        ...[0, 12, (room - 4) >> 8, (room - 4) & 0xff],
      ]);
      expect(out.subarray(end + 4, padded).every((octet) => octet === 0)).to.equal(true);
      expect(out[padded]).to.equal(0xee);
    });
  }
});

describe('wire/opt padQuery', () => {
  for (const end of [28, 40, 123, 124, 125, 128, 300]) {
    it(`pads ${end} octets to a multiple of 128`, () => {
      const out = new Uint8Array(1024).fill(0xff);
      writeOpt(out, end - OPT_LENGTH, 1232, 0, false);
      const padded = padQuery(out, end - OPT_LENGTH, end);
      expect(padded % 128).to.equal(0);
      expect(padded).to.be.within(end + 4, end + 131);
      const length = readUint16(out, end - 2);
      expect(length).to.equal(padded - end);
      expect([...out.subarray(end, end + 4)]).to.deep.equal([0, 12, 0, length - 4]);
      expect(out.subarray(end + 4, padded).every((octet) => octet === 0)).to.equal(true);
    });
  }
});
