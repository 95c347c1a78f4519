import { expect } from 'chai';
import { UpstreamHistory } from '../../src/forward/upstream-history.ts';
import { Answer } from '../../src/wire/answer.ts';
import { asked } from '../world/asked.ts';
import { Flag, type MessageParts, message, question, TYPE } from '../world/messages.ts';

const MINUTE = 60_000;
const START = 1_000_000;
const QUERY = asked('www.example.com');
const RECURSIVE = Flag.QR | Flag.RA;

const answer = (parts: MessageParts = {}): Answer => {
  const octets = message({ flags: RECURSIVE, questions: [question('www.example.com')], ...parts });
  const parsed = new Answer();
  parsed.parse(octets, octets.length);
  return parsed;
};
const REFUSED = answer({ rcode: 5 });

describe('forward/upstream-history', () => {
  it('knows nothing to begin with', () => {
    expect(new UpstreamHistory().recall(QUERY, START)).to.deep.equal({
      answered: 0,
      refused: 0,
      sameAnswered: false,
      sameRefused: false,
      typesAnswered: [],
      typeAnsweredElsewhere: 0,
      typeRefusedElsewhere: 0,
      recanted: 0,
      overruled: 0,
      recurses: false,
      answersRecursively: false,
      isAuthoritative: false,
      codesElsewhere: [],
      quickestMs: undefined,
      load: undefined,
      identity: undefined,
      program: undefined,
      localAnswered: undefined,
      neutralRefused: false,
      byTcp: undefined,
      identityByTcp: false,
    });
  });

  const roles = [
    { says: 'RA=1', flags: RECURSIVE, recurses: true, isAuthoritative: false },
    { says: 'AA=1', flags: Flag.QR | Flag.AA, recurses: false, isAuthoritative: true },
    { says: 'neither', flags: Flag.QR, recurses: false, isAuthoritative: false },
    { says: 'both', flags: RECURSIVE | Flag.AA, recurses: true, isAuthoritative: false },
  ];
  for (const { says, flags, ...expected } of roles) {
    it(`knows the role of an upstream that says ${says}, for a minute`, () => {
      const history = new UpstreamHistory();
      history.note(asked('a.example'), answer({ flags }), 5, START);
      expect(history.recall(QUERY, START + MINUTE - 1)).to.include(expected);
      expect(history.recall(QUERY, START + MINUTE)).to.include({
        recurses: false,
        isAuthoritative: false,
      });
    });
  }

  it('tells answers from refusals, and takes no other rcode for either', () => {
    const history = new UpstreamHistory();
    history.note(asked('a.example'), answer(), 5, START);
    history.note(asked('b.example'), answer({ rcode: 3 }), 5, START);
    history.note(asked('c.example'), answer({ rcode: 2 }), 5, START);
    history.note(asked('d.example'), REFUSED, 5, START);
    expect(history.recall(QUERY, START)).to.include({ answered: 2, refused: 1 });
  });

  const others = [
    { what: 'without RD', query: asked('a.example', { flags: 0 }), given: REFUSED },
    { what: 'for transfers', query: asked('a.example', { type: 252 }), given: REFUSED },
    { what: 'of opcode UPDATE', query: asked('a.example', { opcode: 5 }), given: REFUSED },
    {
      what: 'that came truncated',
      query: asked('a.example'),
      given: answer({ rcode: 5, flags: RECURSIVE | Flag.TC }),
    },
  ];
  for (const { what, query, given } of others) {
    it(`counts no refusal of queries ${what}`, () => {
      const history = new UpstreamHistory();
      history.note(query, given, 5, START);
      expect(history.recall(QUERY, START).refused).to.equal(0);
    });
  }

  it('counts what was answered after a refusal', () => {
    const history = new UpstreamHistory();
    for (const name of ['a.example', 'b.example']) {
      history.note(asked(name), REFUSED, 5, START);
      history.note(asked(name), answer(), 5, START + 1000);
    }
    expect(history.recall(QUERY, START + 1000).recanted).to.equal(2);
    expect(history.recall(QUERY, START + 1000 + MINUTE).recanted).to.equal(0);
  });

  it('counts what others have answered in its place', () => {
    const history = new UpstreamHistory();
    history.overrule(START);
    history.overrule(START + 10);
    expect(history.recall(QUERY, START + 10).overruled).to.equal(2);
    history.overrule(START + 10 + MINUTE);
    expect(history.recall(QUERY, START + 10 + MINUTE).overruled).to.equal(1);
  });

  it('knows the quickest answer once there are eight', () => {
    const history = new UpstreamHistory();
    history.note(asked('r.example'), REFUSED, 1, START);
    for (let i = 1; i <= 8; i++) {
      expect(history.recall(QUERY, START).quickestMs).to.equal(undefined);
      history.note(asked(`n${i}.example`), answer(), 30 - i, START);
    }
    expect(history.recall(QUERY, START).quickestMs).to.equal(22);
  });

  it('remembers for an hour what the upstream and its program call themselves', () => {
    const history = new UpstreamHistory();
    history.identify('ns7', START);
    history.nameProgram('BIND', START);
    for (const [after, expected] of [
      [0, { identity: 'ns7', program: 'BIND' }],
      [60 * MINUTE - 1, { identity: 'ns7', program: 'BIND' }],
      [60 * MINUTE, { identity: undefined, program: undefined }],
    ] as const) {
      expect(history.recall(QUERY, START + after)).to.include(expected);
      expect(history.isStranger(START + after)).to.equal(expected.identity === undefined);
    }
  });

  it('forgets after a minute what else it has found out', () => {
    const history = new UpstreamHistory();
    history.noteLocal(false, START);
    history.noteNeutral(true, START);
    history.noteByTcp(QUERY, 'answered', START);
    const known = { localAnswered: false, neutralRefused: true, byTcp: 'answered' };
    expect(history.recall(QUERY, START + MINUTE - 1)).to.include(known);
    const unknown = { localAnswered: undefined, neutralRefused: false, byTcp: undefined };
    expect(history.recall(QUERY, START + MINUTE)).to.include(unknown);
  });

  it('remembers for an hour that localhost was answered, or its name by TCP', () => {
    const history = new UpstreamHistory();
    history.noteLocal(true, START);
    history.identifyByTcp(START);
    const known = { localAnswered: true, identityByTcp: true };
    expect(history.recall(QUERY, START + 60 * MINUTE - 1)).to.include(known);
    const unknown = { localAnswered: undefined, identityByTcp: false };
    expect(history.recall(QUERY, START + 60 * MINUTE)).to.include(unknown);
  });

  it('has room for a bounded number of questions', () => {
    const history = new UpstreamHistory();
    for (let i = 0; i < 5000; i++) history.note(asked(`n${i}.example`), answer(), 5, START + i);
    expect(history.recall(QUERY, START + 5000).answered).to.equal(512);
  });

  it('knows the other types of the name', () => {
    const history = new UpstreamHistory();
    for (const type of [TYPE.MX, TYPE.AAAA, TYPE.A]) {
      history.note(asked('www.example.com', { type }), answer(), 5, START);
    }
    history.note(asked('www.example.com', { type: TYPE.TXT }), REFUSED, 5, START);
    expect(history.recall(QUERY, START)).to.deep.include({
      typesAnswered: [TYPE.MX, TYPE.AAAA],
      sameAnswered: true,
      answered: 0,
      refused: 0,
    });
  });

  it('does not forget by a refusal that the question was answered', () => {
    const history = new UpstreamHistory();
    history.note(QUERY, answer(), 5, START);
    history.note(QUERY, REFUSED, 5, START + 1);
    expect(history.recall(QUERY, START + 1).sameAnswered).to.equal(true);
    history.note(QUERY, REFUSED, 5, START + MINUTE);
    expect(history.recall(QUERY, START + MINUTE).sameAnswered).to.equal(false);
  });
});
