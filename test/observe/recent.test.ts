import { expect } from 'chai';
import fc from 'fast-check';
import { RecentDecisions } from '../../src/observe/recent.ts';

const OCTETS = 1 << 20;
const LINES = 4096;

/** A line that no other is like, of this length with its line end. */
function line(number: number, length: number): string {
  const start = `${number}:`;
  return start + 'x'.repeat(Math.max(length - start.length - 1, 0));
}

function add(recent: RecentDecisions, text: string): void {
  // Records stand somewhere in a larger buffer.
  const octets = Buffer.from(`before\n${text}\nbehind`);
  recent.add(octets, 7, octets.length - 6);
}

describe('observe/recent', () => {
  it('is empty at first', () => {
    expect([...new RecentDecisions().latest()]).to.deep.equal([]);
  });

  it('gives the latest first', () => {
    const recent = new RecentDecisions();
    for (const text of ['one', 'two', 'zwölf']) add(recent, text);
    expect([...recent.latest()]).to.deep.equal(['zwölf', 'two', 'one']);
  });

  it('keeps what stood in the buffer', () => {
    const recent = new RecentDecisions();
    const octets = Buffer.from('one\n');
    recent.add(octets, 0, 4);
    octets.fill(0);
    expect([...recent.latest()]).to.deep.equal(['one']);
  });

  it(`keeps ${LINES} lines`, () => {
    const recent = new RecentDecisions();
    for (let i = 0; i < LINES + 10; i++) add(recent, String(i));
    const lines = [...recent.latest()];
    expect(lines).to.have.lengthOf(LINES);
    expect([lines[0], lines.at(-1)]).to.deep.equal([String(LINES + 9), '10']);
  });

  it('keeps a line that takes all its memory, and none that takes more', () => {
    const recent = new RecentDecisions();
    for (const [i, length] of [10, OCTETS, OCTETS + 1].entries()) add(recent, line(i, length));
    expect([...recent.latest()]).to.deep.equal([line(1, OCTETS)]);
    add(recent, 'next');
    expect([...recent.latest()]).to.deep.equal(['next']);
  });

  const anyLengths = fc.array(
    fc.oneof(fc.integer({ min: 4, max: 300 }), fc.integer({ min: 4, max: 300_000 })),
    { minLength: 1, maxLength: 60, size: 'max' },
  );

  it('never gives a broken line, and no line too few', () => {
    fc.assert(
      fc.property(anyLengths, (lengths) => {
        const recent = new RecentDecisions();
        const all: string[] = [];
        for (const [i, length] of lengths.entries()) {
          all.unshift(line(i, length));
          add(recent, all[0]!);
        }
        const kept = [...recent.latest()];
        expect(kept.map((text) => text.length)).to.deep.equal(
          all.slice(0, kept.length).map((text) => text.length),
        );
        expect(kept.every((text, i) => text === all[i])).to.equal(true);
        // What is lost is at most what one line covers, at the front and at the end.
        const octets = kept.reduce((sum, text) => sum + text.length + 1, 0);
        if (kept.length < all.length) expect(octets).to.be.above(OCTETS - 3 * 300_000);
      }),
      { numRuns: 30 },
    );
  });
});

describe('observe/recent after two thousand million lines', () => {
  /** As it is when so many lines have been taken. */
  function after(count: number): RecentDecisions {
    const recent = new RecentDecisions();
    new Float64Array(recent.buffer, 0, 2).fill(count);
    return recent;
  }

  for (const count of [2 ** 31 - 2, 2 ** 32 - 2]) {
    it(`goes on (${count})`, () => {
      const recent = after(count);
      const before = recent.count;
      for (let i = 0; i < LINES + 10; i++) add(recent, String(i));
      const lines = [...recent.latest()];
      expect(lines).to.have.lengthOf(LINES);
      expect([lines[0], lines.at(-1)]).to.deep.equal([String(LINES + 9), '10']);
      expect([...recent.since(before)]).to.deep.equal(lines.toReversed());
      expect([...recent.since(recent.count)]).to.deep.equal([]);
      const seen = recent.count;
      add(recent, 'next');
      expect([...recent.since(seen)]).to.deep.equal(['next']);
    });
  }
});

describe('observe/recent since', () => {
  it('gives the lines from a number on, the oldest first', () => {
    const recent = new RecentDecisions();
    for (const text of ['0', '1', '2', '3']) add(recent, text);
    expect(recent.count).to.equal(4);
    expect([...recent.since(2)]).to.deep.equal(['2', '3']);
    expect([...recent.since(4)]).to.deep.equal([]);
  });

  it('begins with the oldest that is still there', () => {
    const recent = new RecentDecisions();
    for (let i = 0; i < LINES + 10; i++) add(recent, String(i));
    const lines = [...recent.since(3)];
    expect([lines[0], lines.length]).to.deep.equal(['10', LINES]);
  });

  it('gives a reader in another thread what one adds', () => {
    const recent = new RecentDecisions();
    const reader = new RecentDecisions(recent.buffer);
    add(recent, 'one');
    expect([...reader.since(0)]).to.deep.equal(['one']);
    add(recent, 'two');
    expect([...reader.latest()]).to.deep.equal(['two', 'one']);
  });

  it('stops a reader that was overtaken', () => {
    const recent = new RecentDecisions();
    for (const text of ['0', '1', '2']) add(recent, text);
    const [latest, since] = [recent.latest(), recent.since(0)];
    expect([latest.next().value, since.next().value]).to.deep.equal(['2', '0']);
    add(recent, line(3, OCTETS));
    expect([...latest, ...since]).to.deep.equal([]);
  });
});
