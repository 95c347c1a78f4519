import { expect } from 'chai';
import { ZoneReader } from '../../../src/policy/zone-text/zone-text.ts';
import { formatName } from '../../../src/wire/name.ts';
import { ascii, name, octets, TYPE, uint32 } from '../../world/messages.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);

/** A record in one line: `owner TTL class type` and its RDATA in hexadecimal. */
function read(text: string | Uint8Array, origin?: Uint8Array) {
  const reader = new ZoneReader(typeof text === 'string' ? utf8(text) : text, origin);
  const records: string[] = [];
  while (reader.next()) {
    const { owner, ttl, rrClass, type } = reader;
    const rdata = reader.rdata();
    if (rdata !== undefined) {
      records.push(`${formatName(owner)} ${ttl} ${rrClass} ${type} ${hex(rdata)}`);
    }
  }
  const problems = reader.problems.kept.map(
    ({ line, column, message }) => `${line}:${column} ${message}`,
  );
  return { records, problems };
}

const hex = (rdata: Uint8Array) => Buffer.from(rdata).toString('hex');
const SOA = (times: string) => `SOA . . ( 1 2 3 4 ; serial and times\n ${times} )`;
const soa = (minimum: number) =>
  hex(octets([0, 0], ...[1, 2, 3, 4, minimum].map((value) => uint32(value))));
const A = 'c0000201';

describe('policy/rpz/zone-text', () => {
  const zones: readonly { when: string; text: string; records: string[] }[] = [
    { when: 'an empty file', text: '', records: [] },
    {
      when: 'a record without TTL and class',
      text: 'a. A 192.0.2.1\n',
      records: [`a. 0 1 1 ${A}`],
    },
    { when: 'no final newline', text: 'a. A 192.0.2.1', records: [`a. 0 1 1 ${A}`] },
    {
      when: 'TTL and class in either order',
      text: 'a. 1h IN A 192.0.2.1\nb. in 60 a 192.0.2.1\nc. CLASS1 A 192.0.2.1\nd. 2d A 192.0.2.1',
      records: [`a. 3600 1 1 ${A}`, `b. 60 1 1 ${A}`, `c. 60 1 1 ${A}`, `d. 172800 1 1 ${A}`],
    },
    {
      when: 'a class other than IN, which later records share',
      text: 'a. CH TXT a\nb. TXT a\nc. CLASS1 TXT a',
      records: ['a. 0 3 16 0161', 'b. 0 3 16 0161', 'c. 0 1 16 0161'],
    },
    {
      when: 'owners left out',
      text: 'a. A 192.0.2.1\n\tA 192.0.2.1\n\n ; nothing\n 60 TXT a',
      records: [`a. 0 1 1 ${A}`, `a. 0 1 1 ${A}`, 'a. 60 1 16 0161'],
    },
    {
      when: '$ORIGIN, which can be relative itself',
      text: '$ORIGIN Example.\n@ NS ns\nB.a A 192.0.2.1\n$origin sub ; below\nc CNAME @\nd. A 192.0.2.1',
      records: [
        `example. 0 1 2 ${hex(name('ns.Example'))}`,
        `b.a.example. 0 1 1 ${A}`,
        `c.sub.example. 0 1 5 ${hex(name('sub.Example'))}`,
        `d. 0 1 1 ${A}`,
      ],
    },
    {
      when: 'an absolute SOA owner, which is the origin',
      text: `rpz.example. IN ${SOA('300')}\n NS localhost.\nbad CNAME .\n32.1.2.0.192.rpz-ip CNAME *.`,
      records: [
        `rpz.example. 300 1 6 ${soa(300)}`,
        `rpz.example. 300 1 2 ${hex(name('localhost'))}`,
        'bad.rpz.example. 300 1 5 00',
        '32.1.2.0.192.rpz-ip.rpz.example. 300 1 5 012a00',
      ],
    },
    {
      when: 'an absolute SOA owner behind $ORIGIN, which is not',
      text: `$ORIGIN example.\nrpz.example. ${SOA('5')}\nbad.rpz A 192.0.2.1`,
      records: [`rpz.example. 5 1 6 ${soa(5)}`, `bad.rpz.example. 5 1 1 ${A}`],
    },
    {
      when: 'a relative SOA owner, which leaves the origin as it is',
      text: `@ ${SOA('5')}\nbad A 192.0.2.1\nrpz.example. ${SOA('6')}\nbad A 192.0.2.1`,
      records: [
        `. 5 1 6 ${soa(5)}`,
        `bad. 5 1 1 ${A}`,
        `rpz.example. 5 1 6 ${soa(6)}`,
        `bad. 5 1 1 ${A}`,
      ],
    },
    {
      when: '$TTL, which goes before the minimum',
      text: `$TTL 1h\n@ 9 ${SOA('5')}\na A 192.0.2.1\n$TTL 2\nb A 192.0.2.1\nc 7 A 192.0.2.1`,
      records: [`. 9 1 6 ${soa(5)}`, `a. 3600 1 1 ${A}`, `b. 2 1 1 ${A}`, `c. 7 1 1 ${A}`],
    },
    {
      when: 'the minimum, which goes before the last TTL',
      text: `@ 9 ${SOA('5')}\na A 192.0.2.1`,
      records: [`. 9 1 6 ${soa(5)}`, `a. 5 1 1 ${A}`],
    },
    {
      when: 'a minimum above the largest TTL',
      text: `@ ${SOA('4294967295')}`,
      records: [`. 2147483647 1 6 ${soa(4_294_967_295)}`],
    },
    {
      when: 'unknown types and data',
      text: 'a. TYPE65280 \\# 4 ( 0a00\n 0001 )\nb. TYPE1 \\# 4 c0000201\nc. type5 .',
      records: ['a. 0 1 65280 0a000001', `b. 0 1 1 ${A}`, 'c. 0 1 5 00'],
    },
    {
      when: 'escapes in an owner',
      text: '\\$a\\.B\\032\\255. A 192.0.2.1\n\\097 A 192.0.2.1',
      records: [`\\$a\\.b\\032\\255. 0 1 1 ${A}`, `a. 0 1 1 ${A}`],
    },
  ];
  for (const { when, text, records } of zones) {
    it(`reads ${when}`, () => {
      expect(read(text)).to.deep.equal({ records, problems: [] });
    });
    it(`reads ${when}, with CRLF and a byte order mark`, () => {
      const other = `\ufeff${text.replaceAll('\n', '\r\n')}`;
      expect(read(other)).to.deep.equal({ records, problems: [] });
    });
  }

  it('takes relative names below the origin that it is given', () => {
    const { records } = read('@ A 192.0.2.1\nbad A 192.0.2.1', name('rpz.example'));
    expect(records).to.deep.equal([`rpz.example. 0 1 1 ${A}`, `bad.rpz.example. 0 1 1 ${A}`]);
  });

  it('gives line, owner and target in lower case', () => {
    const reader = new ZoneReader(
      ascii('\nBad CNAME (\n Walled.Garden. )\na A 192.0.2.1\n'),
      name('x'),
    );
    expect(reader.next()).to.equal(true);
    expect(reader.line).to.equal(2);
    expect(reader.owner.slice(0, reader.ownerLength)).to.deep.equal(name('bad.x'));
    expect(reader.target.slice(0, reader.targetLength)).to.deep.equal(name('walled.garden'));
    expect(reader.rdata()).to.deep.equal(name('Walled.Garden'));
    expect(reader.next()).to.equal(true);
    expect([reader.line, reader.targetLength]).to.deep.equal([4, 0]);
    expect(reader.next()).to.equal(false);
  });

  for (const text of ['a CNAME \\# 3 014100', 'a CNAME "A."', 'a CNAME \\A.', 'a TYPE5 A.']) {
    it(`gives the target of ${text}`, () => {
      const reader = new ZoneReader(ascii(text));
      expect(reader.next()).to.equal(true);
      expect(reader.type).to.equal(TYPE.CNAME);
      expect(reader.target.slice(0, reader.targetLength)).to.deep.equal(name('a'));
      expect(reader.problems.kept).to.deep.equal([]);
    });
  }
});
