import { expect } from 'chai';
import { Packet, type Resource } from 'dns2';
import fc from 'fast-check';
import {
  parseRdata,
  parseRecordText,
  type RecordText,
} from '../../../src/policy/zone-text/rdata.ts';
import { anyUint16 } from '../../world/arbitraries.ts';
import { ascii, name, octets, uint16, uint32 } from '../../world/messages.ts';

function parsed(text: string): RecordText {
  const record = parseRecordText(text);
  if (typeof record === 'string') expect.fail(`${text}: ${record}`);
  return record;
}

/** A character-string. */
const string = (text: string) => octets([text.length], ascii(text));

const token = (text: string, quoted = false) => ({ octets: ascii(text), quoted });

describe('policy/rpz/rdata', () => {
  const texts: readonly (readonly [string, number, Uint8Array])[] = [
    ['A 192.0.2.1', 1, octets([192, 0, 2, 1])],
    ['AAAA 2001:db8::1', 28, octets(uint32(0x20010db8), uint32(0), uint32(0), uint32(1))],
    ['AAAA ::ffff:192.0.2.1', 28, octets(uint32(0), uint32(0), uint32(0xffff), uint32(0xc0000201))],
    ['AAAA ::192.0.2.1', 28, octets(uint32(0), uint32(0), uint32(0), uint32(0xc0000201))],
    ['NS ns.example.', 2, name('ns.example')],
    ['CNAME .', 5, name('.')],
    ['CNAME Walled.Example', 5, name('Walled.Example')],
    ['CNAME a\\.b\\032c\\255.example.', 5, octets([6], ascii('a.b c\xff'), name('example'))],
    ['PTR host.example.', 12, name('host.example')],
    ['DNAME other.example.', 39, name('other.example')],
    ['MX 10 mail.example.', 15, octets(uint16(10), name('mail.example'))],
    ['TXT "some text"', 16, string('some text')],
    ['TXT one two""', 16, octets(string('one'), string('two'), string(''))],
    ['TXT "say \\"so\\" \\092 \\065;" a\\ b', 16, octets(string('say "so" \\ A;'), string('a b'))],
    ['TXT "ü"', 16, octets([2, 0xc3, 0xbc])],
    ['SPF "v=spf1 -all"', 99, string('v=spf1 -all')],
    ['HINFO cpu "my os"', 13, octets(string('cpu'), string('my os'))],
    [
      'SRV 1 2 65535 a.example.',
      33,
      octets(uint16(1), uint16(2), uint16(0xffff), name('a.example')),
    ],
    [
      'SOA ns.example. host.example. ( 4294967295 2h 1h30m 1W2d 300 )',
      6,
      octets(
        name('ns.example'),
        name('host.example'),
        ...[4_294_967_295, 7200, 5400, 777_600, 300].map(uint32),
      ),
    ],
    [
      'NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:a@b!" .',
      35,
      octets(
        uint16(100),
        uint16(10),
        string('u'),
        string('E2U+sip'),
        string('!^.*$!sip:a@b!'),
        [0],
      ),
    ],
    [
      'CAA 128 issue "ca.example; a=b"',
      257,
      octets([128], string('issue'), ascii('ca.example; a=b')),
    ],
    ['URI 10 1 "https://a/\\"b"', 256, octets(uint16(10), uint16(1), ascii('https://a/"b'))],
    ['SSHFP 4 2 0A1b 2c', 44, octets([4, 2, 0x0a, 0x1b, 0x2c])],
    ['TLSA 3 1 1 0a1 b', 52, octets([3, 1, 1, 0x0a, 0x1b])],
    ['DS 60485 5 1 2BB1', 43, octets(uint16(60_485), [5, 1, 0x2b, 0xb1])],
    ['TYPE65280 \\# 4 0a000001', 65_280, octets([10, 0, 0, 1])],
    ['TYPE65280 \\# 3 0a 0 00 1', 65_280, octets([10, 0, 1])],
    ['TYPE65280 \\# 0', 65_280, octets()],
    ['NULL \\# 1 ff', 10, octets([255])],
    ['A \\# 4 c0000201', 1, octets([192, 0, 2, 1])],
    ['TYPE1 192.0.2.1', 1, octets([192, 0, 2, 1])],
    ['MX \\# 5 000a016100', 15, octets(uint16(10), name('a'))],
    ['TXT \\# 3 016100', 16, octets(string('a'), string(''))],
    ['CAA \\# 4 00016178', 257, octets([0], string('a'), ascii('x'))],
    ['DS \\# 5 0001020304', 43, octets([0, 1, 2, 3, 4])],
  ];
  for (const [text, type, rdata] of texts) {
    it(`reads ${text}`, () => {
      expect(parsed(text)).to.deep.equal({ type, ttl: undefined, rdata });
    });
  }

  const wrong: readonly (readonly [string, string])[] = [
    ['A 192.0.2.256', '"192.0.2.256" does not fit in "A address"; expect an IPv4 address'],
    ['A ::1', '"::1" does not fit in "A address"; expect an IPv4 address'],
    ['A', 'a field is missing in "A address"; expect its address'],
    ['A 192.0.2.1 x', '"x" does not fit in "A address"; expect the end of the record'],
    ['AAAA 192.0.2.1', 'expect an IPv6 address'],
    ['AAAA fe80::1%eth0', 'expect an IPv6 address'],
    ['CNAME a..b', '"a..b" does not fit in "CNAME target"; expect a label before each dot'],
    ['CNAME \\256.', 'expect a backslash before a character or before three digits up to 255'],
    ['MX 65536 a.', '"65536" does not fit in "MX preference exchange"; expect a number from 0'],
    ['MX 10', 'a field is missing in "MX preference exchange"; expect its exchange'],
    ['SOA . . 1 1 1 1h30 1', '"1h30" does not fit in "SOA primary mailbox serial refresh'],
    ['SOA . . 4294967296 1 1 1 1', 'expect a number from 0 to 4294967295'],
    ['TXT', 'a field is missing in "TXT strings"; expect a string'],
    ['TXT "\\25"', 'expect a backslash before a character or before three digits'],
    [`TXT ${'x'.repeat(256)}`, 'expect at most 255 octets in each string'],
    [`TXT ${'"" '.repeat(65_536)}`, 'RDATA of too many octets; expect 65535 at most'],
    [`TXT ${'x'.repeat(300_000)}`, 'RDATA of too many octets; expect 65535 at most'],
    [
      'CAA 256 issue a',
      '"256" does not fit in "CAA flags tag value"; expect a number from 0 to 255',
    ],
    ['CAA 0 is-sue a', '"is-sue" does not fit in "CAA flags tag value"; expect letters and digits'],
    ['CAA 0 issue \\1', 'expect a backslash before a character'],
    ['TLSA 3 1 1', 'expect hexadecimal digits'],
    ['TLSA 3 1 1 0a 0g', '"0g" does not fit in "TLSA usage selector match hex"'],
    ['TLSA 3 1 1 0a0', 'expect an even number of hexadecimal digits'],
    ['TYPE65280 0a000001', '"0a000001" does not fit in "TYPE65280"; expect its data as \\# text'],
    ['TYPE65280 "\\#" 0', 'expect its data as \\# text'],
    [
      'TYPE65280 \\# 65536',
      '"65536" does not fit in "TYPE65280"; expect a number of octets from 0',
    ],
    ['TYPE65280 \\# 3 0a000001', '"3" does not fit in "TYPE65280"; expect the number of octets'],
    ['TYPE65280 \\# 4', 'a field is missing in "TYPE65280"; expect hexadecimal digits'],
    [
      'A \\# 3 0a0000',
      '"\\#" does not fit in "A address"; expect octets that are well-formed RDATA',
    ],
    ['CNAME \\# 2 c000', 'expect octets that are well-formed RDATA'],
    ['CNAME \\# 3 400000', 'expect octets that are well-formed RDATA'],
    ['CNAME \\# 2 0161', 'expect octets that are well-formed RDATA'],
    ['MX \\# 4 000a0000', 'expect octets that are well-formed RDATA'],
    ['TXT \\# 0', 'expect octets that are well-formed RDATA'],
    ['TXT \\# 2 0261', 'expect octets that are well-formed RDATA'],
    ['DS \\# 4 00010203', 'expect octets that are well-formed RDATA'],
  ];
  for (const [text, message] of wrong) {
    it(`says what is wrong with ${text.slice(0, 40)}`, () => {
      expect(parseRecordText(text)).to.be.a('string').that.includes(message);
    });
  }

  it('makes relative names absolute by the origin', () => {
    const tokens = [token('10'), token('Mail')];
    const expected = octets(uint16(10), name('Mail.Example'));
    expect(parseRdata(15, tokens, name('Example'))).to.deep.equal(expected);
    expect(parseRdata(5, [token('@')], name('a.example'))).to.deep.equal(name('a.example'));
  });

  it('names the field that is wrong', () => {
    const tokens = ['1', '2', 'x', 'a.'].map((text) => token(text));
    expect(parseRdata(33, tokens, name('.'))).to.have.property('field', 2);
    expect(parseRdata(33, tokens.slice(0, 2), name('.'))).to.have.property('field', 2);
    expect(parseRdata(16, [token('a'), token('\\')], name('.'))).to.have.property('field', 1);
  });

  describe('parseRecordText', () => {
    const records: readonly (readonly [string, RecordText])[] = [
      ['192.0.2.1', { type: 1, ttl: undefined, rdata: octets([192, 0, 2, 1]) }],
      [' 192.0.2.1 ', { type: 1, ttl: undefined, rdata: octets([192, 0, 2, 1]) }],
      [
        '2001:db8::1',
        {
          type: 28,
          ttl: undefined,
          rdata: octets(uint32(0x20010db8), uint32(0), uint32(0), uint32(1)),
        },
      ],
      ['300 TXT "a;b"', { type: 16, ttl: 300, rdata: string('a;b') }],
      ['1h IN cname walled.example', { type: 5, ttl: 3600, rdata: name('walled.example') }],
      ['IN 0 A 192.0.2.1', { type: 1, ttl: 0, rdata: octets([192, 0, 2, 1]) }],
      ['TXT (a\n b)', { type: 16, ttl: undefined, rdata: octets(string('a'), string('b')) }],
    ];
    for (const [text, record] of records) {
      it(`reads ${JSON.stringify(text)}`, () => {
        expect(parseRecordText(text)).to.deep.equal(record);
      });
    }

    const refused: readonly (readonly [string, string])[] = [
      ['', 'an empty text; expect an address, or a type and its data'],
      ['walled.example.', '"walled.example." is not a type; expect one like CNAME or TYPE65280'],
      ['300', 'a record without a type; expect TTL and class or neither, then a type'],
      ['fe80::1%eth0', '"fe80::1%eth0" does not fit in "AAAA address"; expect an IPv6 address'],
      ['CH A 192.0.2.1', 'class CH does not belong here; expect IN or none'],
      ['A 192.0.2.1\nA 192.0.2.2', 'more than one record; expect one'],
      ['TXT a;b', 'a ";" starts a comment; expect it in a quoted string'],
      ['TXT "a', 'a quoted string without an end; expect a closing " on the same line'],
    ];
    for (const [text, message] of refused) {
      it(`refuses ${JSON.stringify(text)}`, () => {
        expect(parseRecordText(text)).to.equal(message);
      });
    }
  });

  it('reads the octets that dns2 writes', () => {
    const host = fc.stringMatching(/^[a-zA-Z0-9-]{1,12}(\.[a-z]{1,5}){0,3}$/);
    const uint32s = fc.nat(0x7fffffff);
    const anyRecord = fc.oneof(
      fc.ipV4().map((address) => ({ type: 1, address, text: `A ${address}` })),
      host.map((domain) => ({ type: 5, domain, text: `CNAME ${domain}` })),
      host.map((ns) => ({ type: 2, ns, text: `NS ${ns}.` })),
      fc.tuple(anyUint16, host).map(([priority, exchange]) => ({
        ...{ type: 15, priority, exchange },
        text: `MX ${priority} ${exchange}.`,
      })),
      fc.tuple(anyUint16, anyUint16, anyUint16, host).map(([priority, weight, port, target]) => ({
        ...{ type: 33, priority, weight, port, target },
        text: `SRV ${priority} ${weight} ${port} ${target}`,
      })),
      fc.array(host, { minLength: 1 }).map((data) => ({
        ...{ type: 16, data },
        text: `TXT ${data.map((text) => `"${text}"`).join(' ')}`,
      })),
      fc.tuple(host, uint32s, uint32s).map(([primary, serial, minimum]) => ({
        ...{ type: 6, primary, admin: 'a.example', serial, refresh: 1, retry: 2, expiration: 3 },
        ...{ minimum, text: `SOA ${primary}. a.example. ${serial} 1 2 3 ${minimum}` },
      })),
      host.map((value) => ({
        ...{ type: 257, flags: 0, tag: 'issue', value },
        text: `CAA 0 issue "${value}"`,
      })),
    );
    fc.assert(
      fc.property(anyRecord, ({ text, ...fields }) => {
        const resource = { ...fields, name: '', class: 1, ttl: 0 } as unknown as Resource;
        // The root, TYPE, CLASS, TTL and RDLENGTH stand before the RDATA.
        const encoded = new Uint8Array(Packet.Resource.encode(resource)).subarray(11);
        expect(parsed(text).rdata).to.deep.equal(Uint8Array.from(encoded));
      }),
    );
  });
});
