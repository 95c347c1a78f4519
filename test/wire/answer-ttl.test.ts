import { expect } from 'chai';
import { Answer } from '../../src/wire/answer.ts';
import {
  Flag,
  type MessageParts,
  message,
  name,
  octets,
  opt,
  question,
  record,
  soa,
  TO_QUESTION,
  TYPE,
} from '../world/messages.ts';

function parse(parts: MessageParts): Answer {
  const given = message({ flags: Flag.QR, questions: [question('www.example.com')], ...parts });
  const answer = new Answer();
  expect(answer.parse(given, given.length)).to.equal(true);
  return answer;
}

function a(ttl: number) {
  return record(TO_QUESTION, TYPE.A, [192, 0, 2, 1], { ttl });
}

const alias = record(TO_QUESTION, TYPE.CNAME, name('else.example'), { ttl: 60 });
const redirect = record('example.com', TYPE.DNAME, name('example'), { ttl: 60 });
const signature = record(TO_QUESTION, TYPE.RRSIG, new Uint8Array(20), { ttl: 60 });

describe('wire/answer ttl', () => {
  const cases: { what: string; parts: MessageParts; ttl: number; isNegative: boolean }[] = [
    { what: 'the TTL of its record', parts: { answers: [a(300)] }, ttl: 300, isNegative: false },
    {
      what: 'the least of all sections',
      parts: {
        answers: [a(300)],
        authorities: [record('.', TYPE.NS, [0], { ttl: 30 })],
        additionals: [record('.', TYPE.A, [192, 0, 2, 2], { ttl: 20 })],
      },
      ttl: 20,
      isNegative: false,
    },
    {
      what: 'that of the records, not what OPT makes of its TTL',
      parts: { answers: [a(300)], additionals: [opt()] },
      ttl: 300,
      isNegative: false,
    },
    {
      what: 'that of the records that outlive the OPT record',
      parts: { answers: [a(300)], additionals: [opt(), a(1)] },
      ttl: 300,
      isNegative: false,
    },
    { what: '0', parts: { answers: [a(300), a(0)] }, ttl: 0, isNegative: false },
    {
      what: '0 for a TTL with its first bit set (RFC 2181 section 8)',
      parts: { answers: [a(300), a(0x80000000)] },
      ttl: 0,
      isNegative: false,
    },
    {
      what: 'the greatest TTL there is',
      parts: { answers: [a(0x7fffffff)] },
      ttl: 0x7fffffff,
      isNegative: false,
    },
    {
      what: 'the MINIMUM of the SOA for NXDOMAIN (RFC 2308 section 5)',
      parts: { rcode: 3, authorities: [soa('example.com', 3600, 900)] },
      ttl: 900,
      isNegative: true,
    },
    {
      what: 'the TTL of the SOA when that is less',
      parts: { rcode: 3, authorities: [soa('example.com', 60, 900)] },
      ttl: 60,
      isNegative: true,
    },
    {
      what: 'the MINIMUM of the SOA for no data',
      parts: { authorities: [soa('example.com', 3600, 900)] },
      ttl: 900,
      isNegative: true,
    },
    {
      what: 'what an alias to nothing says: the least of both',
      parts: { answers: [alias], authorities: [soa('example', 3600, 900)] },
      ttl: 60,
      isNegative: true,
    },
    {
      what: 'what an alias by DNAME to nothing says',
      parts: { answers: [redirect, alias], authorities: [soa('example', 3600, 30)] },
      ttl: 30,
      isNegative: true,
    },
    {
      what: 'what a signed alias to a name that is not there says',
      parts: { rcode: 3, answers: [alias, signature], authorities: [soa('example', 3600, 30)] },
      ttl: 30,
      isNegative: true,
    },
    {
      what: 'the TTL of an alias to something',
      parts: { answers: [alias, record('else.example', TYPE.A, [192, 0, 2, 1])] },
      ttl: 60,
      isNegative: false,
    },
    {
      what: 'the TTL of an alias that was asked for',
      parts: { questions: [question('www.example.com', TYPE.CNAME)], answers: [alias] },
      ttl: 60,
      isNegative: false,
    },
    {
      what: 'no time for NXDOMAIN without an SOA',
      parts: { rcode: 3, authorities: [record('.', TYPE.NS, [0])] },
      ttl: -1,
      isNegative: true,
    },
    { what: 'no time for no data without an SOA', parts: {}, ttl: -1, isNegative: true },
    {
      what: 'no time for an alias to nothing without an SOA',
      parts: { answers: [alias] },
      ttl: -1,
      isNegative: true,
    },
    {
      what: 'no time when the SOA is not among the authorities',
      parts: { additionals: [soa('example', 3600, 900)] },
      ttl: -1,
      isNegative: true,
    },
    {
      what: '0 for an SOA too short to have a MINIMUM',
      parts: { authorities: [record('example', TYPE.SOA, [0, 0, 0])] },
      ttl: 0,
      isNegative: true,
    },
    { what: 'no time for a bare error', parts: { rcode: 2 }, ttl: -1, isNegative: true },
    {
      what: 'no time for an error without a question',
      parts: { rcode: 5, questions: [] },
      ttl: -1,
      isNegative: true,
    },
  ];
  for (const { what, parts, ttl, isNegative } of cases) {
    it(`is ${what}`, () => {
      expect(parse(parts)).to.include({ ttl, isNegative });
    });
  }
});

describe('wire/answer ttlAt', () => {
  it('says where the TTL of each record stands that ages', () => {
    const answer = parse({
      answers: [a(0x01020304), a(0x11121314)],
      authorities: [record('example.com', TYPE.NS, [0], { ttl: 0x21222324 })],
      additionals: [a(0x31323334), opt(), a(0x41424344)],
    });
    const ttls = [...answer.ttlAt.subarray(0, answer.ttlCount)].map((at) => answer.message[at]);
    expect(ttls).to.deep.equal([0x01, 0x11, 0x21, 0x31]);
  });

  it('has room for as many records as a message can hold', () => {
    const smallest = record('.', TYPE.A, []);
    const count = Math.floor((0xffff - 12) / smallest.length);
    const given = octets(
      message({ flags: Flag.QR, counts: [0, count, 0, 0] }),
      ...Array.from({ length: count }, () => smallest),
    );
    const answer = new Answer();
    expect(answer.parse(given, given.length)).to.equal(true);
    expect(answer).to.include({ ttlCount: count, ttl: 300 });
    expect(answer.ttlAt[count - 1]).to.equal(given.length - smallest.length + 5);
  });
});
