import { expect } from 'chai';
import { isQuery, Malformed, Query } from '../../src/wire/query.ts';
import {
  ascii,
  Flag,
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
} from '../messages.ts';

const ASKED = question('www.example.com');
const TSIG = record('key', TYPE.TSIG, [1, 2, 3], { rrClass: 255 });

function parse(octets: Uint8Array): Query {
  const query = new Query();
  query.parse(octets, octets.length);
  return query;
}

describe('wire/query isQuery', () => {
  it('takes a whole header that says QR=0', () => {
    expect(isQuery(message({}), 12)).to.equal(true);
    expect(isQuery(message({}), 11)).to.equal(false);
    expect(isQuery(message({ flags: Flag.QR }), 12)).to.equal(false);
  });
});

describe('wire/query Query', () => {
  it('reads the question', () => {
    const query = parse(
      message({ id: 9, flags: Flag.RD, opcode: 4, questions: [question('a.Example', 65_280, 3)] }),
    );
    expect(query).to.include({ malformed: Malformed.NONE, opcode: 4, qtype: 65_280, qclass: 3 });
    expect(query).to.include({ recursionDesired: true, questionEnd: 27, length: 27 });
  });

  it('lowers ASCII letters of the name and leaves the message as it came', () => {
    const asked = message({ questions: [question(octets([4, 0x41, 0x5a, 0xc4, 0x5b], [0]))] });
    const query = parse(asked.slice());
    expect([...query.name.subarray(0, 6)]).to.deep.equal([4, 0x61, 0x7a, 0xc4, 0x5b, 0]);
    expect(query.message).to.deep.equal(asked);
  });

  it('knows where each label begins', () => {
    const query = parse(message({ questions: [ASKED] }));
    expect(query).to.include({ labels: 3, nameLength: 17 });
    expect([0, 1, 2, 3].map((depth) => query.suffixAt(depth))).to.deep.equal([0, 4, 12, 16]);
  });

  it('reads the root', () => {
    const query = parse(message({ questions: [question('.', TYPE.NS)] }));
    expect(query).to.include({ malformed: Malformed.NONE, labels: 0, nameLength: 1, qtype: 2 });
    expect(query.suffixAt(0)).to.equal(0);
  });

  it('reads a name of 255 octets and 127 labels', () => {
    const longest = octets(...Array.from({ length: 127 }, () => [1, 0x61]), [0]);
    const query = parse(message({ questions: [question(longest)] }));
    expect(query).to.include({ malformed: Malformed.NONE, labels: 127, nameLength: 255 });
    expect(query.suffixAt(127)).to.equal(254);
  });

  it('reads a label of 63 octets', () => {
    const query = parse(message({ questions: [question('a'.repeat(63))] }));
    expect(query).to.include({ malformed: Malformed.NONE, labels: 1, nameLength: 65 });
  });

  it('reads a question of any class and type beside other records', () => {
    const update = message({
      opcode: 5,
      questions: [question('example', TYPE.SOA)],
      answers: [record('gone.example', TYPE.A, [], { rrClass: 255 })],
      authorities: [record(TO_QUESTION, TYPE.A, [192, 0, 2, 1])],
    });
    expect(parse(update)).to.include({ malformed: Malformed.NONE, opcode: 5, signed: false });
  });

  it('forgets the query before', () => {
    const query = new Query();
    const full = message({
      questions: [ASKED],
      additionals: [opt({ version: 1, dnssecOk: true, options: [option(3)] }), TSIG],
    });
    query.parse(full, full.length);
    expect(query).to.include({ malformed: Malformed.NONE, signed: true, dnssecOk: true });
    query.parse(message({ opcode: 2 }), 12);
    expect(query).to.include({
      malformed: Malformed.QUESTION_COUNT,
      opcode: 2,
      qtype: 0,
      qclass: 0,
    });
    expect(query).to.include({ questionEnd: 12, nameLength: 0, labels: 0, optAt: 0, payload: 512 });
    expect(query).to.include({ ednsVersion: 0, dnssecOk: false, wantsNsid: false, signed: false });
  });
});

describe('wire/query hashes', () => {
  const hashesOf = (text: string) => {
    const query = parse(message({ questions: [question(text)] }));
    return [...query.hashes.subarray(0, query.labels + 1)];
  };

  it('are those of the suffixes', () => {
    expect(hashesOf('www.example.com').slice(1)).to.deep.equal(hashesOf('example.com'));
    expect(hashesOf('example.com').slice(2)).to.deep.equal(hashesOf('.'));
  });

  it('do not depend on case', () => {
    expect(hashesOf('WWW.Example.com')).to.deep.equal(hashesOf('www.example.COM'));
  });

  it('tell labels apart that hold the same octets', () => {
    expect(hashesOf('ab.c')[0]).to.not.equal(hashesOf('a.bc')[0]);
    expect(hashesOf('a.b.c')[0]).to.not.equal(hashesOf('ab.c')[0]);
  });
});

describe('wire/query EDNS', () => {
  const edns = (parts: Parameters<typeof opt>[0], transport: 'udp' | 'tcp' = 'udp') => {
    const query = parse(message({ questions: [ASKED], additionals: [opt(parts)] }));
    query.transport = transport;
    return query;
  };

  it('says where the OPT record is', () => {
    expect(edns({}).optAt).to.equal(12 + ASKED.length);
    expect(parse(message({ questions: [ASKED] })).optAt).to.equal(0);
  });

  for (const [payload, limit] of [
    [0, 512],
    [511, 512],
    [512, 512],
    [513, 513],
    [1232, 1232],
    [1233, 1232],
    [4096, 1232],
    [65_535, 1232],
  ] as const) {
    it(`answers a payload size of ${payload} within ${limit} octets, by TCP within 65535`, () => {
      expect(edns({ payload })).to.include({ payload: limit, limit });
      expect(edns({ payload }, 'tcp').limit).to.equal(65_535);
    });
  }

  it('answers within 512 octets without EDNS', () => {
    expect(parse(message({ questions: [ASKED] })).limit).to.equal(512);
  });

  it('reads version and DO', () => {
    expect(edns({ version: 1 })).to.include({ ednsVersion: 1, dnssecOk: false });
    expect(edns({ dnssecOk: true })).to.include({ ednsVersion: 0, dnssecOk: true });
  });

  it('finds NSID among the options', () => {
    expect(edns({ options: [option(10, ascii('cookie')), option(3)] }).wantsNsid).to.equal(true);
    expect(edns({ options: [option(10, [0, 3, 0, 0])] }).wantsNsid).to.equal(false);
  });

  it('finds the OPT record wherever it stands among the additional records', () => {
    const before = parse(message({ questions: [ASKED], additionals: [opt(), TSIG] }));
    expect(before).to.include({ malformed: Malformed.NONE, optAt: 33, signed: true });
    const glue = record('ns.example', TYPE.A, [192, 0, 2, 1]);
    const behind = parse(message({ questions: [ASKED], additionals: [glue, opt()] }));
    expect(behind).to.include({ malformed: Malformed.NONE, optAt: 33 + glue.length });
  });
});

describe('wire/query signatures', () => {
  it('are seen: TSIG and SIG(0) as the last record', () => {
    const sig = record('.', TYPE.SIG, [0, 0], { rrClass: 255 });
    for (const last of [TSIG, sig]) {
      const query = parse(message({ questions: [ASKED], additionals: [opt(), last] }));
      expect(query).to.include({ malformed: Malformed.NONE, signed: true });
    }
  });

  it('are only those in the additional section', () => {
    const update = message({
      questions: [ASKED],
      authorities: [record('a.example', TYPE.SIG, [0, 0])],
    });
    expect(parse(update)).to.include({ malformed: Malformed.NONE, signed: false });
  });
});

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
