import { expect } from 'chai';
import fc from 'fast-check';
import {
  compressedName,
  PART,
  planCompression,
  planRotation,
  type Step,
} from '../../src/observe/rotation-plan.ts';

const LOG = 'decisions.log';

const shown = (steps: readonly Step[]) =>
  steps.map((step) => (step.kind === 'remove' ? `- ${step.name}` : `${step.name} > ${step.to}`));

describe('observe/rotation-plan', () => {
  const cases = [
    { when: 'there is nothing', present: [], keep: 3, steps: [] },
    { when: 'there is the log', present: [LOG], keep: 3, steps: [`${LOG} > ${LOG}.1`] },
    {
      when: 'there is room for all old files',
      present: [`${LOG}.2.gz`, LOG, `${LOG}.1`],
      keep: 3,
      steps: [`${LOG}.2.gz > ${LOG}.3.gz`, `${LOG}.1 > ${LOG}.2`, `${LOG} > ${LOG}.1`],
    },
    {
      when: 'the oldest has to go',
      present: [LOG, `${LOG}.1`, `${LOG}.2.gz`],
      keep: 2,
      steps: [`- ${LOG}.2.gz`, `${LOG}.1 > ${LOG}.2`, `${LOG} > ${LOG}.1`],
    },
    {
      when: 'one is kept',
      present: [LOG, `${LOG}.1`],
      keep: 1,
      steps: [`- ${LOG}.1`, `${LOG} > ${LOG}.1`],
    },
    {
      when: 'fewer are kept than were before',
      present: [LOG, `${LOG}.1`, `${LOG}.2.gz`, `${LOG}.3.gz`, `${LOG}.4.gz`],
      keep: 2,
      steps: [
        `- ${LOG}.4.gz`,
        `- ${LOG}.3.gz`,
        `- ${LOG}.2.gz`,
        `${LOG}.1 > ${LOG}.2`,
        `${LOG} > ${LOG}.1`,
      ],
    },
    {
      when: 'a rotation was cut short among its renames',
      present: [LOG, `${LOG}.1`, `${LOG}.3.gz`],
      keep: 3,
      steps: [`${LOG}.1 > ${LOG}.2`, `${LOG} > ${LOG}.1`],
    },
    {
      when: 'a rotation was cut short before its last rename',
      present: [LOG, `${LOG}.2`, `${LOG}.3.gz`],
      keep: 3,
      steps: [`${LOG} > ${LOG}.1`],
    },
    {
      when: 'a compression was cut short',
      present: [LOG, `${LOG}.1`, `${LOG}.2`, `${LOG}.2.gz.part`],
      keep: 3,
      steps: [
        `- ${LOG}.2.gz.part`,
        `${LOG}.2 > ${LOG}.3`,
        `${LOG}.1 > ${LOG}.2`,
        `${LOG} > ${LOG}.1`,
      ],
    },
    {
      when: 'a file was compressed and not removed',
      present: [LOG, `${LOG}.1`, `${LOG}.2`, `${LOG}.2.gz`],
      keep: 3,
      steps: [
        `- ${LOG}.2`,
        `${LOG}.2.gz > ${LOG}.3.gz`,
        `${LOG}.1 > ${LOG}.2`,
        `${LOG} > ${LOG}.1`,
      ],
    },
    {
      when: 'other files have similar names',
      present: [LOG, `${LOG}.01`, `${LOG}.1.bz2`, `${LOG}-1`, 'x.1', `${LOG}.1.old`, `${LOG}.0`],
      keep: 1,
      steps: [`${LOG} > ${LOG}.1`],
    },
  ];
  for (const { when, present, keep, steps } of cases) {
    it(`makes room when ${when}`, () => {
      expect(shown(planRotation(LOG, present, keep))).to.deep.equal(steps);
    });
  }

  it('compresses all old files but the youngest, each once', () => {
    const present = [LOG, 1, '2', '3.gz', '4', '4.gz', '5', '5.gz.part', 'x'].map((end, i) =>
      i === 0 ? LOG : `${LOG}.${end}`,
    );
    expect(planCompression(LOG, present)).to.deep.equal([`${LOG}.2`, `${LOG}.5`]);
  });

  it('keeps the youngest in their order, wherever rotations are cut short', () => {
    const cut = fc.record({ keep: fc.integer({ min: 1, max: 4 }), steps: fc.nat({ max: 16 }) });
    fc.assert(
      fc.property(fc.array(cut, { maxLength: 12 }), (cuts) => {
        const folder = new Folder();
        let keptAll = Number.POSITIVE_INFINITY;
        for (const { keep, steps } of cuts) {
          folder.writeLog();
          folder.rotate(keep, steps);
          keptAll = Math.min(keptAll, keep);
        }
        folder.writeLog();
        folder.rotate(4, Number.POSITIVE_INFINITY);
        const ages = folder.ages();
        const youngest = Array.from({ length: ages.length }, (_, i) => folder.written - i);
        expect(ages).to.deep.equal(youngest);
        expect(ages.length).to.be.at.least(Math.min(folder.written, keptAll));
        expect(ages.length).to.be.at.most(4);
      }),
      { numRuns: 1000 },
    );
  });
});

/** Names and what they hold, the number of the log that was written; a crash stops all. */
class Folder {
  written = 0;
  readonly #files = new Map<string, number>();

  /** A start, or a thread that reopens: the log is made where there is none. */
  writeLog(): void {
    if (!this.#files.has(LOG)) this.#files.set(LOG, ++this.written);
  }

  /** Rotates and compresses until `steps` steps have been done. */
  rotate(keep: number, steps: number): void {
    let left = steps;
    const isAlive = () => left-- > 0;
    for (const step of planRotation(LOG, [...this.#files.keys()], keep)) {
      if (!isAlive()) return;
      if (step.kind === 'remove') this.#files.delete(step.name);
      else this.#rename(step.name, step.to);
    }
    for (const name of planCompression(LOG, [...this.#files.keys()])) {
      const held = this.#files.get(name)!;
      const part = `${compressedName(name)}${PART}`;
      if (!isAlive()) return;
      this.#files.set(part, held);
      if (!isAlive()) return;
      this.#rename(part, compressedName(name));
      if (!isAlive()) return;
      this.#files.delete(name);
    }
  }

  /** What the old files hold, the youngest first: each is there once, without a gap. */
  ages(): number[] {
    const names = [...this.#files.keys()].map((name) => name.slice(LOG.length));
    const numbers = names.map((end) => Number(/^\.(\d+)(\.gz)?$/.exec(end)?.[1]));
    const sorted = numbers.sort((a, b) => a - b);
    expect(sorted).to.deep.equal(sorted.map((_, i) => i + 1));
    return sorted.map((number) => {
      const name = `${LOG}.${number}`;
      return this.#files.get(name) ?? this.#files.get(compressedName(name))!;
    });
  }

  #rename(from: string, to: string): void {
    expect(this.#files.has(to), `${to} is taken`).to.equal(false);
    this.#files.set(to, this.#files.get(from)!);
    this.#files.delete(from);
  }
}
