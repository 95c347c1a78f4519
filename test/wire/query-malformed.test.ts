import { expect } from 'chai';
import { Malformed, Query } from '../../src/wire/query.ts';
import {
  message,
  name,
  octets,
  opt,
  option,
  pointer,
  question,
  record,
  soa,
  TO_QUESTION,
  TYPE,
} from '../world/messages.ts';

const ASKED = question('www.example.com');
const TSIG = record('key', TYPE.TSIG, [1, 2, 3], { rrClass: 255 });

function parse(octets: Uint8Array): Query {
  const query = new Query();
  query.parse(octets, octets.length);
  return query;
}

describe('wire/query Malformed', () => {
  const glue = record('ns.example', TYPE.A, [192, 0, 2, 1]);
  const one = { questions: [ASKED] };
  const faults: Record<keyof typeof Malformed, readonly (readonly [string, Uint8Array])[]> = {
    NONE: [
      ['one question', message(one)],
      ['an OPT record', message({ ...one, additionals: [opt()] })],
      ['the SOA of an IXFR', message({ ...one, authorities: [soa(TO_QUESTION, 0, 0)] })],
    ],
    QUESTION_COUNT: [
      ['no question', message({})],
      ['two questions', message({ questions: [ASKED, ASKED] })],
      ['a question that is not counted', message({ ...one, counts: [0, 0, 0, 0] })],
      ['65535 questions', message({ ...one, counts: [65_535, 0, 0, 0] })],
    ],
    QUESTION: [
      ['a question that is not there', message({ counts: [1, 0, 0, 0] })],
      ['a pointer', message({ questions: [question(pointer(12))] })],
      ['a pointer behind a label', message({ questions: [question([1, 0x61, 0xc0, 12])] })],
      ['a label of 64 octets', message({ questions: [question('a'.repeat(64))] })],
      ['a label type 01', message({ questions: [question([0x41, 0x61, 0])] })],
      ['a name without its root', message({ questions: [[3, 0x77, 0x77, 0x77]] })],
      ['a name that takes the place of QCLASS', message({ questions: [[1, 0x61, 0, 0, 1, 0]] })],
      ['a name of 256 octets', message({ questions: [question(`${'a.'.repeat(126)}aa`)] })],
      ['half a QTYPE', message({ questions: [[0, 0]] })],
    ],
    RECORDS: [
      ['an answer that is not there', message({ ...one, counts: [1, 1, 0, 0] })],
      ['a lying ARCOUNT', message({ ...one, additionals: [glue], counts: [1, 0, 0, 2] })],
      ['65535 records', message({ ...one, counts: [1, 65_535, 65_535, 65_535] })],
      [
        'a record that is not counted',
        message({ ...one, additionals: [glue], counts: [1, 0, 0, 0] }),
      ],
      ['an octet behind the question', octets(message(one), [0])],
      ['an octet behind the last record', octets(message({ ...one, additionals: [opt()] }), [0])],
      ['an owner that runs over the end', message({ ...one, additionals: [[9, 0x61]] })],
      ['an owner of a label type 10', message({ ...one, additionals: [record([0x80, 0], 1, [])] })],
      ['a record cut in its header', message({ ...one, additionals: [glue.subarray(0, 20)] })],
      ['rdata that runs over the end', message({ ...one, additionals: [glue.subarray(0, 25)] })],
      [
        'an RDLENGTH that lies',
        message({ ...one, additionals: [record('.', 1, [], { rdlength: 1 })] }),
      ],
    ],
    OPT: [
      ['two OPT records', message({ ...one, additionals: [opt(), opt()] })],
      ['an OPT record of example.', message({ ...one, additionals: [opt({ owner: 'example' })] })],
      [
        'an OPT record of a pointer',
        message({ ...one, additionals: [opt({ owner: pointer(28) })] }),
      ],
      ['an OPT record among the answers', message({ ...one, answers: [opt()] })],
      ['an OPT record among the authorities', message({ ...one, authorities: [opt()] })],
      ['half an option', message({ ...one, additionals: [opt({ options: [[0, 3, 0]] })] })],
      [
        'an option longer than its record',
        message({ ...one, additionals: [opt({ options: [option(10, [1, 2], 3)] })] }),
      ],
      [
        'an option shorter than its record',
        message({ ...one, additionals: [opt({ options: [option(10, [1, 2], 1)] })] }),
      ],
    ],
    TSIG: [
      ['an OPT record behind TSIG', message({ ...one, additionals: [TSIG, opt()] })],
      ['two TSIG records', message({ ...one, additionals: [TSIG, TSIG] })],
      ['a record behind TSIG', message({ ...one, additionals: [opt(), TSIG, glue] })],
    ],
  };
  for (const [fault, cases] of Object.entries(faults)) {
    for (const [what, octets] of cases) {
      it(`is ${fault} for ${what}`, () => {
        expect(parse(octets).malformed).to.equal(Malformed[fault as keyof typeof Malformed]);
      });
    }
  }

  it('keeps what was read before the fault', () => {
    const query = parse(message({ ...one, additionals: [opt({ dnssecOk: true }), opt()] }));
    expect(query).to.include({ questionEnd: 33, optAt: 33, dnssecOk: true, labels: 3 });
    expect([...query.name.subarray(0, 17)]).to.deep.equal([...name('www.example.com')]);
  });

  it('leaves no question when that is the fault', () => {
    const query = parse(message({ questions: [question(pointer(12), TYPE.MX)] }));
    expect(query).to.include({ questionEnd: 12, nameLength: 0, labels: 0, qtype: 0 });
  });
});
