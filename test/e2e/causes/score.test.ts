import { expect } from 'chai';
import { type Measured, readMeasured } from './measured.ts';

const ROWS = readMeasured();
const RUN = ROWS.filter(({ isByHand = false }) => !isByHand);
const RECORDED = ['first', 'later', 'probed'] as const;

interface Said {
  readonly row: Measured;
  readonly side: string;
  readonly confidence: string;
  readonly isRight: boolean;
  /** The verdict alone: below high confidence the scope is the likeliest. */
  readonly isVerdictRight: boolean;
}

/** What a side says about a row, and whether it is right. */
function sayOf(row: Measured, side: (typeof RECORDED)[number] | 'diagnose'): Said[] {
  const words = row[side]?.split(' ');
  if (words === undefined) return [];
  const [verdict, scope] = words;
  const confidence = words.at(-1)!;
  const { truth } = row;
  const expected = side === 'diagnose' ? (truth.diagnosis ?? truth.verdict) : truth.verdict;
  const isVerdictRight = verdict === expected;
  const isRight = isVerdictRight && (words.length === 2 || scope === truth.scope);
  return [{ row, side, confidence, isRight, isVerdictRight }];
}

const all = RUN.flatMap((row) =>
  [...RECORDED, 'diagnose' as const].flatMap((one) => sayOf(row, one)),
);

function share(of: readonly Said[], test: (said: Said) => boolean): number {
  return of.filter(test).length / of.length;
}

function show({ row, side }: Said): string {
  return `${row.server}: ${row.state}: ${side}: ${row[side as 'first']}`;
}

describe('e2e: the causes of all servers together', () => {
  it('are of eleven servers and a hundred and more states', () => {
    expect(new Set(ROWS.map(({ server }) => server)).size).to.be.at.least(11);
    expect(RUN.length).to.be.at.least(100);
  });

  it('are right wherever confidence is high', () => {
    const wrong = all.filter(({ confidence, isRight }) => confidence === 'high' && !isRight);
    expect(wrong.map(show)).to.deep.equal([]);
  });

  it('are told with high confidence in half of the states', () => {
    const sure = new Set(
      all.filter(({ confidence }) => confidence === 'high').map(({ row }) => row),
    );
    expect(sure.size / RUN.length).to.be.at.least(0.5);
  });

  for (const side of ['first', 'later', 'probed', 'diagnose']) {
    it(`are right in nine of ten where confidence is medium: ${side}`, () => {
      const likely = all.filter((one) => one.side === side && one.confidence === 'medium');
      const wrong = likely.filter(({ isVerdictRight }) => !isVerdictRight);
      expect(
        share(likely, (one) => one.isVerdictRight),
        wrong.map(show).join('\n'),
      ).to.be.at.least(0.9);
    });
  }

  for (const side of ['first', 'later', 'probed', 'diagnose']) {
    it(`are unknown or a guess in one of ten: ${side}`, () => {
      const said = all.filter((one) => one.side === side && one.confidence !== '');
      expect(share(said, ({ confidence }) => confidence === 'low')).to.be.at.most(0.1);
    });
  }

  for (const side of ['first', 'later', 'probed', 'diagnose']) {
    it(`are told with high confidence in half of what is said: ${side}`, () => {
      const said = all.filter((one) => one.side === side && one.confidence !== '');
      expect(share(said, ({ confidence }) => confidence === 'high')).to.be.at.least(0.5);
    });
  }

  it('are the same in records and for diagnose, or one of them knows less and guesses', () => {
    const differing = RUN.flatMap((row) => {
      const [diagnosed] = sayOf(row, 'diagnose');
      const recorded = RECORDED.flatMap((side) => sayOf(row, side));
      return recorded.filter((said) => isOtherwise(said, diagnosed)).map(show);
    });
    expect(differing).to.deep.equal([]);
  });

  it('are of Unbound where a refusal is 12 octets: the form by which it is known', () => {
    const bare = RUN.filter(({ wire }) => /^REFUSED.*12 octets/.test(wire));
    expect(new Set(bare.map(({ server }) => server))).to.deep.equal(new Set(['Unbound']));
  });

  it('are a limit of rates where our own questions were too many', () => {
    const pressed = RUN.flatMap((row) => (row.pressed === undefined ? [] : [row]));
    expect(pressed.length).to.be.at.least(6);
    for (const row of pressed) {
      expect(row.pressed, `${row.server}: ${row.state}`).to.match(/^rate-limit\b/);
    }
  });
});

/** Whether two sides that are not guessing say what cannot both be right. */
function isOtherwise(said: Said, diagnosed: Said | undefined): boolean {
  if (diagnosed === undefined || [said, diagnosed].some((one) => one.confidence === 'low')) {
    return false;
  }
  return said.confidence !== '' && said.isVerdictRight !== diagnosed.isVerdictRight;
}
