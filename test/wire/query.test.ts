import { expect } from 'chai';
import { isQuery } from '../../src/wire/header.ts';
import { Malformed, Query } from '../../src/wire/query.ts';
import {
  ascii,
  Flag,
  message,
  octets,
  opt,
  option,
  question,
  record,
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

  it('are given back to who sees the same name again, where there is room for all', () => {
    const seen = parse(message({ questions: [question('a.b.example')] }));
    const again = parse(message({ questions: [question('A.B.EXAMPLE')] }));
    const kept = new Int32Array(4);
    expect(seen.keepHashes(kept)).to.equal(true);
    expect(seen.keepHashes(new Int32Array(3))).to.equal(false);
    // What is given back is taken as it is: these are not made again.
    kept[0] = 7;
    again.restoreHashes(kept);
    expect([...again.hashes.subarray(0, 4)]).to.deep.equal([7, ...kept.subarray(1)]);
  });

  it('are those of the name that was read last', () => {
    const query = new Query();
    for (const text of ['www.example', 'w', '.', 'other.example']) {
      const octets = message({ questions: [question(text)] });
      query.parse(octets, octets.length);
      expect([...query.hashes.subarray(0, query.labels + 1)]).to.deep.equal(hashesOf(text));
    }
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

describe('wire/query kinds', () => {
  const cases = [
    { what: 'a question', type: TYPE.A, opcode: 0, isTransfer: false, isVerbatim: false },
    { what: 'AXFR', type: 252, opcode: 0, isTransfer: true, isVerbatim: true },
    { what: 'IXFR', type: 251, opcode: 0, isTransfer: true, isVerbatim: true },
    { what: 'AXFR in an UPDATE', type: 252, opcode: 5, isTransfer: false, isVerbatim: true },
    { what: 'an UPDATE', type: TYPE.SOA, opcode: 5, isTransfer: false, isVerbatim: true },
  ];
  for (const { what, type, opcode, isTransfer, isVerbatim } of cases) {
    it(`calls ${what} ${isTransfer ? 'a' : 'no'} transfer, ${isVerbatim ? '' : 'not '}verbatim`, () => {
      const query = parse(message({ opcode, questions: [question('example', type)] }));
      expect(query).to.include({ isTransfer, isVerbatim });
    });
  }

  it('calls a signed query verbatim', () => {
    const query = parse(message({ questions: [ASKED], additionals: [TSIG] }));
    expect(query).to.include({ isTransfer: false, isVerbatim: true });
  });
});
