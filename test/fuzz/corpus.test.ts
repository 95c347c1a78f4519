import { expect } from 'chai';
import { fuzz, plainly } from './fuzzing.ts';
import { Random } from './random.ts';
import { readCorpus, type Target } from './target.ts';
import { TARGETS } from './targets.ts';

describe('fuzz', () => {
  for (const target of TARGETS) {
    describe(target.name, () => {
      after(() => target.close?.());

      it('has a corpus', () => {
        expect(readCorpus(target.name)).to.not.have.lengthOf(0);
      });

      it('holds for all of its corpus', async () => {
        const inputs = readCorpus(target.name).map(({ octets }) => octets);
        for (const input of [...inputs, ...(target.seeds ?? [])]) await target.run(input);
      });
    });
  }

  it('finds what fails, and tells each kind of failure once', async () => {
    const target: Target = {
      name: 'none',
      seeds: [new TextEncoder().encode('good')],
      mutate: plainly(['bad']),
      run(input) {
        const text = Buffer.from(input).toString();
        if (text.includes('bad')) throw new Error('it is bad');
        return text.length > 8 ? 'long' : 'short';
      },
    };
    const { failures, fresh, runs } = await fuzz(target, 1, (runs) => runs >= 200);
    expect(failures.map(({ error, isAlone }) => [error.message, isAlone])).to.deep.equal([
      ['it is bad', true],
    ]);
    expect(fresh).to.have.lengthOf(1);
    expect(runs).to.equal(200);
  });

  it('makes the same of the same seed', () => {
    const make = (seed: number) => {
      const random = new Random(seed);
      const change = plainly(['word']);
      const input = new TextEncoder().encode('an input');
      return Array.from({ length: 50 }, () => [...change(input, random, input)]);
    };
    expect(make(7)).to.deep.equal(make(7));
    expect(make(7)).to.not.deep.equal(make(8));
  });
});
