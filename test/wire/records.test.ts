import { expect } from 'chai';
import fc from 'fast-check';
import { RecordCursor, Section, skipQuestions } from '../../src/wire/records.ts';
import { anyOctets } from '../world/arbitraries.ts';
import {
  message,
  octets,
  pointer,
  question,
  record,
  TO_QUESTION,
  TYPE,
} from '../world/messages.ts';

const ASKED = question('www.example.com');

function read(octets: Uint8Array, length = octets.length) {
  const cursor = new RecordCursor();
  const records = [];
  cursor.start(octets, length);
  while (cursor.next()) {
    const { section, ownerAt, type, rrClass, ttlAt, ttl, rdataAt, end } = cursor;
    records.push({ section, ownerAt, type, rrClass, ttlAt, ttl, rdataAt, end });
  }
  return { records, malformed: cursor.malformed, end: cursor.end };
}

describe('wire/records RecordCursor', () => {
  it('finds every field of a record', () => {
    const given = message({
      questions: [ASKED],
      answers: [record(TO_QUESTION, TYPE.A, [192, 0, 2, 1], { ttl: 0xfedcba98, rrClass: 3 })],
    });
    const { records, malformed, end } = read(given);
    expect(records).to.deep.equal([
      {
        section: Section.ANSWER,
        ownerAt: 33,
        type: TYPE.A,
        rrClass: 3,
        ttlAt: 39,
        ttl: 0xfedcba98,
        rdataAt: 45,
        end: 49,
      },
    ]);
    expect({ malformed, end }).to.deep.equal({ malformed: false, end: given.length });
  });

  it('goes through the sections in order and says which one it is in', () => {
    const { records } = read(
      message({
        questions: [ASKED, ASKED],
        answers: [record('a', 1, []), record('b', 2, [])],
        additionals: [record('c', 3, [7, 7])],
      }),
    );
    expect(records.map(({ section, type }) => [section, type])).to.deep.equal([
      [Section.ANSWER, 1],
      [Section.ANSWER, 2],
      [Section.ADDITIONAL, 3],
    ]);
  });

  it('goes through a message without records', () => {
    expect(read(message({ questions: [ASKED] }))).to.deep.include({ records: [], end: 33 });
    expect(read(message({}))).to.deep.equal({ records: [], malformed: false, end: 12 });
  });

  it('says where the last record ends, whatever follows', () => {
    const given = message({ authorities: [record('.', TYPE.NS, [0])] });
    const { malformed, end } = read(octets(given, [1, 2, 3]));
    expect({ malformed, end }).to.deep.equal({ malformed: false, end: given.length });
  });

  const glue = record('ns.example', TYPE.A, [192, 0, 2, 1]);
  const malformed = [
    { what: 'questions that are not there', octets: message({ counts: [1, 0, 0, 0] }), before: 0 },
    {
      what: 'a count of one too many',
      octets: message({ answers: [glue], counts: [0, 2, 0, 0] }),
      before: 1,
    },
    {
      what: 'an owner that runs over the end',
      octets: message({ answers: [glue, [9, 0x61]] }),
      before: 1,
    },
    { what: 'a cut header', octets: message({ answers: [glue.subarray(0, 21)] }), before: 0 },
    { what: 'cut rdata', octets: message({ answers: [glue.subarray(0, 25)] }), before: 0 },
    {
      what: 'an RDLENGTH of 65535',
      octets: message({ authorities: [record('.', 1, [], { rdlength: 0xffff }), glue] }),
      before: 0,
    },
    { what: 'half a pointer', octets: message({ answers: [glue, [0xc0]] }), before: 1 },
  ];
  for (const { what, octets: given, before } of malformed) {
    it(`stops at ${what}, for good`, () => {
      const cursor = new RecordCursor();
      cursor.start(given, given.length);
      for (let i = 0; i < before; i++) expect(cursor.next()).to.equal(true);
      for (let i = 0; i < 3; i++) expect(cursor.next()).to.equal(false);
      expect(cursor.malformed).to.equal(true);
    });
  }

  it('does not follow the pointer of an owner', () => {
    const given = message({ answers: [record(pointer(0x3fff), TYPE.A, [])] });
    expect(read(given)).to.include({ malformed: false, end: given.length });
  });

  it('is bounded by the length, not by the buffer or the counts', () => {
    const given = message({ answers: [glue], counts: [0, 65_535, 65_535, 65_535] });
    expect(read(octets(given, new Uint8Array(10_000)), given.length)).to.deep.include({
      malformed: true,
      end: given.length,
    });
  });

  it('ends on any octets, each record behind the one before', () => {
    fc.assert(
      fc.property(anyOctets, (given) => {
        let before = 12;
        for (const { ownerAt, ttlAt, rdataAt, end } of read(given).records) {
          expect(ownerAt).to.be.at.least(before);
          expect(ttlAt).to.be.above(ownerAt);
          expect(rdataAt).to.equal(ttlAt + 6);
          expect(end).to.be.within(rdataAt, given.length);
          before = end;
        }
      }),
    );
  });
});

describe('wire/records skipQuestions', () => {
  it('passes as many questions as it is told', () => {
    const given = message({ questions: [ASKED, question('.')] });
    expect([0, 1, 2, 3].map((count) => skipQuestions(given, given.length, count))).to.deep.equal([
      12, 33, 38, -1,
    ]);
  });

  it('does not pass half a question', () => {
    const given = message({ questions: [ASKED] });
    for (let end = 13; end < given.length; end++) {
      expect(skipQuestions(given, end, 1)).to.equal(-1);
    }
  });
});
