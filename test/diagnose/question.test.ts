import { expect } from 'chai';
import { formatQuestion, type Question } from '../../src/diagnose/question.ts';
import {
  Flag,
  message,
  name,
  octets,
  opt,
  option,
  question,
  record,
  TO_QUESTION,
  TYPE,
  uint32,
} from '../world/messages.ts';

const NSID = option(3);
const OPT = opt({ options: [NSID] });

const ASKED: Question = {
  probe: 'ask',
  name: name('www.example.com'),
  type: TYPE.A,
  rrClass: 1,
  transport: 'udp',
  rd: true,
  edns: true,
};

describe('diagnose/question', () => {
  const questions = [question('www.example.com')];
  const cases = [
    {
      asks: 'with RD, and with EDNS for the identity of the server',
      parts: {},
      octets: message({ id: 7, flags: Flag.RD, questions, additionals: [OPT] }),
    },
    {
      asks: 'without RD',
      parts: { rd: false },
      octets: message({ id: 7, questions, additionals: [OPT] }),
    },
    {
      asks: 'without EDNS',
      parts: { edns: false },
      octets: message({ id: 7, flags: Flag.RD, questions }),
    },
    {
      asks: 'without validation',
      parts: { cd: true },
      octets: message({ id: 7, flags: Flag.RD | Flag.CD, questions, additionals: [OPT] }),
    },
    {
      asks: 'in class CHAOS',
      parts: { name: name('id.server'), type: TYPE.TXT, rrClass: 3, edns: false },
      octets: message({
        id: 7,
        flags: Flag.RD,
        questions: [question('id.server', TYPE.TXT, 3)],
      }),
    },
    {
      asks: 'for the changes of a zone since serial 0',
      parts: { type: 251 },
      octets: message({
        id: 7,
        flags: Flag.RD,
        questions: [question('www.example.com', 251)],
        authorities: [
          record(TO_QUESTION, TYPE.SOA, octets([0], [0], ...[0, 0, 0, 0, 0].map(uint32)), {
            ttl: 0,
          }),
        ],
        additionals: [OPT],
      }),
    },
  ];
  for (const { asks, parts, octets: expected } of cases) {
    it(`asks ${asks}`, () => {
      expect([...formatQuestion({ ...ASKED, ...parts }, 7)]).to.deep.equal([...expected]);
    });
  }
});
