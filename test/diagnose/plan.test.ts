import { expect } from 'chai';
import { burstQuestion, isUnsteady, nextQuestions, type Target } from '../../src/diagnose/plan.ts';
import { type Probe, probeOf } from '../../src/diagnose/probe.ts';
import type { Question } from '../../src/diagnose/question.ts';
import type { Reply } from '../../src/diagnose/reply.ts';
import { formatName } from '../../src/wire/name.ts';
import { formatType } from '../../src/wire/registry.ts';
import { NO_ANSWER, probe, REFUSED, REFUSED_RA0, WIRE } from './visits.ts';

const TARGET: Target = { name: WIRE, type: 1, burst: false };

const ANSWER: Reply = {
  rcode: 'NOERROR',
  aa: false,
  ra: true,
  tc: false,
  answers: 1,
  hasQuestion: true,
  hasOpt: true,
  ede: [],
  texts: [],
};

type Server = (question: Question) => Partial<Reply> | 'silent';

/** Everything that a server is asked, in its order, like `ask A`, `root NS .`. */
function askAll(server: Server, target = TARGET): string[] {
  const labels = { server: '192.0.2.53:53', source: '10.0.0.1' };
  const probes: Probe[] = [];
  const asked: string[] = [];
  for (;;) {
    const questions = nextQuestions(target, probes);
    if (questions.length === 0) return asked;
    expect(questions.length).to.be.at.most(3);
    for (const question of questions) {
      const said = server(question);
      const outcome =
        said === 'silent'
          ? { silence: 'no answer', ms: 1 }
          : { reply: { ...ANSWER, ...said }, ms: 1 };
      probes.push(probeOf(labels, question, outcome));
      const again = question.again ? ' again' : '';
      asked.push(
        `${question.probe}${again} ${formatType(question.type)} ${formatName(question.name)}`,
      );
    }
    expect(asked.length).to.be.at.most(24);
  }
}

const ALWAYS = [
  'ask A www.example.com.',
  'tcp A www.example.com.',
  'root NS .',
  'no-rd A www.example.com.',
  'plain A www.example.com.',
  'id.server TXT id.server.',
  'version.bind TXT version.bind.',
  'soa SOA www.example.com.',
];

describe('diagnose/plan', () => {
  it('asks no more of who is silent', () => {
    expect(askAll(() => 'silent')).to.deep.equal(ALWAYS.slice(0, 3));
  });

  it('asks what tells something, and for the zone up to where it is found', () => {
    const asked = askAll(({ probe: kind, name }) =>
      kind === 'soa' && formatName(name) === 'com.' ? { soa: 'com.' } : {},
    );
    expect(asked).to.deep.equal([...ALWAYS, 'soa SOA example.com.', 'soa SOA com.']);
  });

  it('asks for another type of a name that is refused, and for this type elsewhere', () => {
    const asked = askAll(({ probe: kind }) =>
      kind === 'soa' ? { soa: 'com.' } : kind === 'other-type' || kind === 'root' ? {} : REFUSED,
    );
    expect(asked).to.include.members(['other-type TXT www.example.com.', 'type-at-root A .']);
  });

  it('looks for where a refusal begins, up to the first name that is answered', () => {
    const asked = askAll(({ probe: kind, name }) => {
      if (kind === 'soa') return { soa: 'com.' };
      return kind === 'root' || formatName(name) === 'com.' ? {} : REFUSED;
    });
    const parents = asked.filter((one) => one.startsWith('parent'));
    expect(parents).to.deep.equal(['parent SOA example.com.', 'parent SOA com.']);
  });

  it('asks without validation what has failed', () => {
    const asked = askAll(({ probe: kind }) =>
      kind === 'ask' ? { rcode: 'SERVFAIL' } : { soa: '.' },
    );
    expect(asked).to.include('cd A www.example.com.');
  });

  it('asks again what was refused in one way and answered in another', () => {
    const asked = askAll(({ probe: kind }) => (kind === 'plain' ? REFUSED : { soa: '.' }));
    expect(asked.filter((one) => one.includes('again'))).to.deep.equal([
      'plain again A www.example.com.',
    ]);
  });

  it('does not ask again when the server says why it refuses', () => {
    const ede = [{ code: 15, text: '' }];
    const asked = askAll(({ probe: kind }) =>
      kind === 'root' ? {} : { ...REFUSED, ede, soa: '.' },
    );
    expect(asked.filter((one) => one.includes('again'))).to.deep.equal([]);
  });

  it('asks for a transfer by TCP once, and otherwise for the SOA record', () => {
    const target = { ...TARGET, type: 252 };
    const asked = askAll(() => ({ soa: 'www.example.com.' }), target);
    expect(asked.filter((one) => one.includes('AXFR'))).to.deep.equal([
      'ask AXFR www.example.com.',
    ]);
    expect(asked).to.include.members(['tcp SOA www.example.com.', 'plain SOA www.example.com.']);
  });

  it('has no names above the root to ask for', () => {
    const asked = askAll(() => REFUSED_RA0, { ...TARGET, name: Uint8Array.of(0) });
    expect(asked.filter((one) => /^(soa|parent)/.test(one))).to.deep.equal(['soa SOA .']);
  });
});

describe('diagnose/plan of a burst', () => {
  const steady = [probe('ask'), probe('plain')];
  const cases = [
    { when: 'nothing leads there', target: TARGET, probes: steady, isAsked: false },
    { when: 'it is told to', target: { ...TARGET, burst: true }, probes: steady, isAsked: true },
    {
      when: 'the same question was refused once and answered once',
      target: TARGET,
      probes: [...steady, probe('plain', { ...REFUSED, again: true })],
      isAsked: true,
    },
    {
      when: 'the server says that it limits rates',
      target: TARGET,
      probes: [probe('ask', { ...REFUSED, ede: [{ code: 31, text: '' }] })],
      isAsked: true,
    },
    {
      when: 'nobody answers',
      target: { ...TARGET, burst: true },
      probes: [probe('ask', NO_ANSWER)],
      isAsked: false,
    },
  ];
  for (const { when, target, probes, isAsked } of cases) {
    it(`is ${isAsked ? 'asked' : 'not asked'} when ${when}`, () => {
      expect(burstQuestion(target, probes) !== undefined).to.equal(isAsked);
    });
  }

  it('takes a change to "come by TCP" for unsteady', () => {
    const cut = probe('ask', { tc: true, answers: 0, again: true });
    expect(isUnsteady([probe('ask'), cut])).to.equal(true);
    expect(isUnsteady([probe('ask'), probe('ask', { again: true })])).to.equal(false);
  });
});
