import { expect } from 'chai';
import { Answer } from '../../src/wire/answer.ts';
import { Query } from '../../src/wire/query.ts';
import {
  ede,
  Flag,
  type MessageParts,
  message,
  name,
  type Octets,
  octets,
  opt,
  pointer,
  question,
  record,
  TO_QUESTION,
  TYPE,
} from '../world/messages.ts';

const ASKED = question('www.example.com');
const A = record(TO_QUESTION, TYPE.A, [192, 0, 2, 1]);

function answer(parts: MessageParts): Uint8Array {
  return message({ flags: Flag.QR, questions: [ASKED], ...parts });
}

function parse(octets: Uint8Array): Answer & { ok: boolean } {
  const parsed = new Answer();
  return Object.assign(parsed, { ok: parsed.parse(octets, octets.length) });
}

describe('wire/answer isAnswer', () => {
  it('takes a whole header that says QR=1', () => {
    expect(Answer.isAnswer(message({ flags: Flag.QR }), 12)).to.equal(true);
    expect(Answer.isAnswer(message({ flags: Flag.QR }), 11)).to.equal(false);
    expect(Answer.isAnswer(message({ flags: 0x7fff }), 12)).to.equal(false);
  });
});

describe('wire/answer parse', () => {
  it('reads the header', () => {
    const parsed = parse(
      answer({ id: 77, flags: Flag.QR | Flag.AA | Flag.TC | Flag.RA, rcode: 5 }),
    );
    expect(parsed).to.include({ ok: true, id: 77, rcode: 5, questionEnd: 33 });
    expect(parsed).to.include({ authoritative: true, truncated: true, recursionAvailable: true });
  });

  it('leaves out what is behind the last record', () => {
    const whole = answer({ answers: [A], additionals: [opt()] });
    const parsed = parse(octets(whole, [1, 2, 3]));
    expect(parsed).to.include({ ok: true, length: whole.length });
  });

  it('reads flags that are not set', () => {
    const flags = 0xffff & ~(Flag.AA | Flag.TC | Flag.RA);
    const parsed = parse(answer({ flags: flags & 0xfff0 }));
    expect(parsed).to.include({ authoritative: false, truncated: false });
    expect(parsed).to.include({ recursionAvailable: false, rcode: 0 });
  });

  it('takes the upper bits of the rcode from the OPT record', () => {
    expect(parse(answer({ additionals: [opt({ extendedRcode: 1 })] })).rcode).to.equal(16);
    expect(parse(answer({ rcode: 7, additionals: [opt({ extendedRcode: 1 })] })).rcode).to.equal(
      23,
    );
    expect(parse(answer({ rcode: 5, additionals: [opt({})] })).rcode).to.equal(5);
  });

  it('forgets the answer before', () => {
    const parsed = new Answer();
    const first = answer({ answers: [A], additionals: [opt({ extendedRcode: 1 })] });
    parsed.parse(first, first.length);
    const second = answer({ rcode: 3 });
    parsed.parse(second, second.length);
    expect(parsed).to.include({ rcode: 3, optAt: 0, ttl: -1, ttlCount: 0, isNegative: true });
    expect(parsed.withoutOpt()).to.equal(second.length);
  });

  const malformed: readonly (readonly [string, Uint8Array])[] = [
    ['a question that is not there', answer({ questions: [], counts: [1, 0, 0, 0] })],
    ['a count of one too many', answer({ answers: [A], counts: [1, 2, 0, 0] })],
    ['a cut record', answer({ answers: [A.subarray(0, 15)] })],
    ['an RDLENGTH that lies', answer({ answers: [record('.', 1, [], { rdlength: 9 })] })],
    ['two OPT records', answer({ additionals: [opt(), opt()] })],
    ['options that are not whole', answer({ additionals: [opt({ options: [[0, 3]] })] })],
    ['an OPT record among the answers', answer({ answers: [opt()] })],
    ['an OPT record among the authorities', answer({ authorities: [opt()] })],
    ['an OPT record that is not of the root', answer({ additionals: [opt({ owner: 'a' })] })],
    ['an OPT record of a pointer', answer({ additionals: [opt({ owner: pointer(28) })] })],
  ];
  for (const [what, octets] of malformed) {
    it(`does not take ${what}`, () => {
      expect(parse(octets).ok).to.equal(false);
    });
  }

  it('takes octets behind the last record for none of it', () => {
    const whole = answer({ answers: [A] });
    const parsed = parse(octets(whole, [1, 2, 3]));
    expect(parsed.ok).to.equal(true);
    expect(parsed.withoutOpt()).to.equal(whole.length);
  });
});

describe('wire/answer matches', () => {
  const asked = message({ questions: [question('wWw.Example.com', TYPE.MX)] });
  const query = new Query();
  query.parse(asked, asked.length);

  const cases: { when: string; questions: Octets[]; parts?: MessageParts; is: boolean }[] = [
    { when: 'the question is the same', questions: [question('wWw.Example.com', 15)], is: true },
    { when: 'the case is another', questions: [question('WWW.eXAMPLE.com', 15)], is: true },
    { when: 'the name is another', questions: [question('www.example.org', 15)], is: false },
    { when: 'the labels are others', questions: [question('wwwxexample.com', 15)], is: false },
    { when: 'the name is shorter', questions: [question('example.com', 15)], is: false },
    { when: 'the type is another', questions: [question('www.example.com', 1)], is: false },
    { when: 'the class is another', questions: [question('www.example.com', 15, 3)], is: false },
    {
      when: 'the opcode is another',
      questions: [question('www.example.com', 15)],
      parts: { opcode: 4 },
      is: false,
    },
    {
      when: 'there are two questions',
      questions: [question('www.example.com', 15), question('www.example.com', 15)],
      is: false,
    },
    { when: 'there is no question in NOERROR', questions: [], is: false },
    { when: 'there is no question in NXDOMAIN', questions: [], parts: { rcode: 3 }, is: false },
    { when: 'there is no question in FORMERR', questions: [], parts: { rcode: 1 }, is: true },
    { when: 'there is no question in REFUSED', questions: [], parts: { rcode: 5 }, is: true },
    {
      when: 'there is no question in BADVERS',
      questions: [],
      parts: { additionals: [opt({ extendedRcode: 1 })] },
      is: true,
    },
    {
      when: 'there is no question and another opcode',
      questions: [],
      parts: { rcode: 5, opcode: 4 },
      is: false,
    },
  ];
  for (const { when, questions, parts, is } of cases) {
    it(`is ${is} when ${when}`, () => {
      expect(parse(answer({ ...parts, questions })).matches(query)).to.equal(is);
    });
  }

  it('takes octets that only look like letters of another case for others', () => {
    const at = message({ questions: [question([1, 0x40, 0])] });
    const grave = parse(answer({ questions: [question([1, 0x60, 0])] }));
    query.parse(at, at.length);
    expect(grave.matches(query)).to.equal(false);
    query.parse(asked, asked.length);
  });

  it('is true without a question in the later messages of a transfer', () => {
    const transfer = message({ questions: [question('example', 252)] });
    const asker = new Query();
    asker.parse(transfer, transfer.length);
    expect(parse(answer({ questions: [], answers: [A] })).matches(asker)).to.equal(true);
  });

  it('is false for a question with a pointer', () => {
    const root = message({ questions: [question([1, 0x61, 0])] });
    const short = new Query();
    short.parse(root, root.length);
    const tricky = parse(answer({ questions: [octets([1, 0x61], [0xc0, 12], [0, 1, 0])] }));
    expect(tricky.matches(short)).to.equal(false);
  });
});

describe('wire/answer withoutOpt', () => {
  const NS = record('example.com', TYPE.NS, name('ns.example.com'));
  const glue = record('ns.example.com', TYPE.A, [192, 0, 2, 53]);
  const body = { answers: [A], authorities: [NS] };

  it('counts the records of this answer, not of those before', () => {
    const parsed = new Answer();
    for (const additionals of [
      [glue, glue, opt()],
      [glue, opt()],
    ]) {
      const given = answer({ ...body, additionals });
      parsed.parse(given, given.length);
    }
    const length = parsed.withoutOpt();
    expect(parsed.message.subarray(0, length)).to.deep.equal(
      answer({ ...body, additionals: [glue] }),
    );
  });

  const cases = [
    { when: 'it is the last record', additionals: [glue, opt()], left: [glue] },
    { when: 'it is the only additional record', additionals: [opt()], left: [] },
    {
      when: 'records follow',
      additionals: [glue, opt({ options: [ede(18)] }), glue],
      left: [glue],
    },
    { when: 'it comes first', additionals: [opt(), glue, glue], left: [] },
    { when: 'there is none', additionals: [glue, glue], left: [glue, glue] },
  ];
  for (const { when, additionals, left } of cases) {
    it(`leaves a whole message when ${when}`, () => {
      const parsed = parse(answer({ ...body, additionals }));
      expect(parsed.ok).to.equal(true);
      const length = parsed.withoutOpt();
      expect(parsed.message.subarray(0, length)).to.deep.equal(
        answer({ ...body, additionals: left }),
      );
    });
  }
});
