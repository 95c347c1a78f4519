import { expect } from 'chai';
import fc from 'fast-check';
import { readReply } from '../../src/diagnose/reply.ts';
import {
  ascii,
  ede,
  Flag,
  message,
  name,
  octets,
  opt,
  option,
  question,
  record,
  soa,
  TO_QUESTION,
  TYPE,
} from '../world/messages.ts';

const questions = [question('www.example.com')];
const ASKED = message({ id: 7, flags: Flag.RD, questions });

function answer(parts: Parameters<typeof message>[0]): Uint8Array {
  return message({ id: 7, flags: Flag.QR | Flag.RD, questions, ...parts });
}

describe('diagnose/reply', () => {
  it('reads flags and counts', () => {
    const flags = Flag.QR | Flag.AA | Flag.TC | Flag.RA;
    const answers = [record(TO_QUESTION, TYPE.A, [192, 0, 2, 1])];
    expect(readReply(answer({ flags, answers }), ASKED)).to.deep.equal({
      rcode: 'NOERROR',
      aa: true,
      ra: true,
      tc: true,
      answers: 1,
      hasQuestion: true,
      hasOpt: false,
      ede: [],
      texts: [],
    });
  });

  const identities = [
    { what: 'text', data: ascii('ns1.site-a'), nsid: 'ns1.site-a' },
    { what: 'octets that are no text', data: [0, 255], nsid: '00ff' },
  ];
  for (const { what, data, nsid } of identities) {
    it(`reads Extended DNS Errors and an identity that is ${what}`, () => {
      const additionals = [opt({ options: [ede(18, 'no'), ede(0), option(3, data)] })];
      const reply = readReply(answer({ rcode: 5, additionals }), ASKED);
      const errors = [
        { code: 18, text: 'no' },
        { code: 0, text: '' },
      ];
      expect(reply).to.deep.include({ rcode: 'REFUSED', hasOpt: true, nsid, ede: errors });
    });
  }

  it('tells the zone of an answer from a policy zone beside it', () => {
    const parts = { authorities: [soa('Example.COM', 60, 60)], additionals: [soa('rpz', 60, 60)] };
    const reply = readReply(answer({ rcode: 3, ...parts }), ASKED);
    expect(reply).to.include({ rcode: 'NXDOMAIN', soa: 'example.com.', policyZone: 'rpz.' });
  });

  it('reads texts of more than one string', () => {
    const asked = message({ id: 7, questions: [question('id.server', TYPE.TXT, 3)] });
    const rdata = octets([2], ascii('ns'), [1], ascii('1'));
    const reply = readReply(
      message({
        id: 7,
        flags: Flag.QR,
        questions: [question('id.server', TYPE.TXT, 3)],
        answers: [record(name('id.server'), TYPE.TXT, rdata, { rrClass: 3 })],
      }),
      asked,
    );
    expect(reply?.texts).to.deep.equal(['ns1']);
  });

  it('takes an error without a question', () => {
    const reply = readReply(answer({ rcode: 5, questions: [] }), ASKED);
    expect(reply).to.include({ rcode: 'REFUSED', hasQuestion: false });
  });

  const others = [
    { what: 'a question', octets: message({ id: 7, questions }) },
    { what: 'the answer to another ID', octets: answer({ id: 8 }) },
    { what: 'the answer to another name', octets: answer({ questions: [question('a.example')] }) },
    { what: 'no question and no error', octets: answer({ questions: [] }) },
    { what: 'a header that is cut', octets: answer({}).subarray(0, 11) },
    { what: 'a count that is a lie', octets: answer({ counts: [1, 1, 0, 0] }) },
  ];
  for (const { what, octets: given } of others) {
    it(`does not take ${what}`, () => {
      expect(readReply(given, ASKED)).to.equal(undefined);
    });
  }

  it('does not throw, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (tail) => {
        readReply(octets(answer({ counts: [1, 2, 1, 1] }), tail), ASKED);
      }),
    );
  });
});
