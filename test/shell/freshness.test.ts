import { expect } from 'chai';
import { freshnessOf } from '../../src/shell/freshness.ts';
import { type AnswerText, writeAnswer } from '../world/answer-text.ts';
import { writeQuery } from '../world/query-text.ts';

const ASKED = writeQuery({ name: 'www.example', client: '10.0.0.1', edns: {} }, 1);
const SOA = 'example. 300 SOA a. b. 1 2 3 4 60';

describe('shell/freshness', () => {
  const answers: readonly { what: string; answer: AnswerText; is: number }[] = [
    {
      what: 'the smallest TTL',
      answer: { answer: ['www.example. 60 A 192.0.2.1', 'www.example. 30 A 192.0.2.2'] },
      is: 30,
    },
    {
      what: 'the TTL of answers alone',
      answer: {
        answer: ['www.example. 60 A 192.0.2.1'],
        authority: ['example. 5 NS a.'],
        additional: ['a. 1 A 192.0.2.3'],
      },
      is: 60,
    },
    { what: 'MINIMUM of no data', answer: { authority: [SOA] }, is: 60 },
    {
      what: 'the TTL of a SOA that is smaller',
      answer: { authority: ['example. 9 SOA a. b. 1 2 3 4 60'] },
      is: 9,
    },
    { what: 'MINIMUM of no name', answer: { rcode: 'NXDOMAIN', authority: [SOA] }, is: 60 },
    {
      what: 'the alias of no name',
      answer: { rcode: 'NXDOMAIN', answer: ['www.example. 7 CNAME x.'], authority: [SOA] },
      is: 7,
    },
    { what: 'nothing of no data without SOA', answer: {}, is: -1 },
    { what: 'nothing of a refusal', answer: { rcode: 'REFUSED' }, is: -1 },
    { what: 'nothing of a failure', answer: { rcode: 'SERVFAIL', authority: [SOA] }, is: -1 },
    {
      what: 'nothing of BADVERS',
      answer: { rcode: 'BADVERS', answer: ['www.example. 60 A 192.0.2.1'] },
      is: -1,
    },
    {
      what: 'nothing of what was cut',
      answer: { flags: 'qr tc rd', answer: ['www.example. 60 A 192.0.2.1'] },
      is: -1,
    },
  ];
  for (const { what, answer, is } of answers) {
    it(`is ${what}: ${is}`, () => {
      const octets = writeAnswer(answer, ASKED);
      expect(freshnessOf(octets, octets.length)).to.equal(is);
    });
  }
});
