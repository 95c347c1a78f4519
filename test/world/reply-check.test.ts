import { expect } from 'chai';
import { Flag, message, opt, question, record, TO_QUESTION, TYPE } from './messages.ts';
import { faultOf } from './reply-check.ts';

const asked = { id: 7, flags: Flag.RD, questions: [question('www.example.com')] };
const query = message(asked);
const told = { ...asked, flags: Flag.QR | Flag.RD };
const address = record(TO_QUESTION, TYPE.A, [192, 0, 2, 1]);
const long = { ...told, answers: Array.from({ length: 40 }, () => address) };

const CASES = [
  { what: 'an answer', reply: message({ ...told, answers: [address] }), fault: undefined },
  { what: 'FORMERR without a question', reply: message({ ...told, questions: [], rcode: 1 }) },
  { what: 'another ID', reply: message({ ...told, id: 8 }), fault: 'another ID' },
  { what: 'another OPCODE', reply: message({ ...told, opcode: 4 }), fault: 'another OPCODE' },
  { what: 'QR not set', reply: query, fault: 'the reply is a query' },
  { what: 'no question', reply: message({ ...told, questions: [] }), fault: 'no question' },
  {
    what: 'another question',
    reply: message({ ...told, questions: [question('www.example.org')] }),
    fault: 'another question',
  },
  {
    what: 'other letters in the question',
    reply: message({ ...told, questions: [question('WWW.example.com')] }),
    fault: 'another question',
  },
  {
    what: 'octets behind it',
    reply: message({ ...told, answers: [address], counts: [1, 0, 0, 0] }),
    fault: 'the reply is malformed: 16 octets behind the message',
  },
  {
    what: 'records that are not there',
    reply: message({ ...told, counts: [1, 1, 0, 0] }),
    fault: 'the reply is malformed: the name at 33 has no end',
  },
  {
    what: 'more octets than without EDNS',
    reply: message(long),
    fault: '673 octets, and 512 are allowed',
  },
];

describe('reply-check', () => {
  for (const { what, reply, fault } of CASES) {
    it(`says ${fault ?? 'nothing'} of ${what}`, () => {
      expect(faultOf(query, reply, 'udp')).to.equal(fault);
    });
  }

  it('knows the payload size that the query tells, and that TCP has none', () => {
    const roomy = message({ ...asked, additionals: [opt({ payload: 1232 })] });
    expect(faultOf(roomy, message(long), 'udp')).to.equal(undefined);
    expect(faultOf(query, message(long), 'tcp')).to.equal(undefined);
  });

  it('expects no answer to a response, nor to less than a header', () => {
    const reply = message(told);
    expect(faultOf(message(told), reply, 'udp')).to.equal('an answer to a response');
    expect(faultOf(query.subarray(0, 11), reply, 'udp')).to.match(/less than a header/);
  });
});
