import { expect } from 'chai';
import { LogShare } from '../../src/observe/log-share.ts';

/** Milliseconds that a writer may wait, one after the other, at `now`. */
function patience(share: LogShare, now: number): number {
  let spent = 0;
  while (spent < 10_000 && share.spend(1, now)) spent++;
  return spent;
}

describe('observe/log-share', () => {
  it('is one for all who have its memory', () => {
    const share = new LogShare();
    const other = new LogShare(share.buffer);
    other.addLost(3);
    other.isTorn = true;
    other.failure = Object.assign(new Error(), { errno: -28 });
    expect(share).to.include({ lost: 3, isTorn: true, failure: 'ENOSPC' });
    expect(share.takeLost()).to.equal(3);
    expect(other.lost).to.equal(0);
  });

  it('does not know why before anything has failed', () => {
    expect(new LogShare().failure).to.equal('unknown');
  });

  it('has the patience of a second, for all threads', () => {
    const share = new LogShare();
    const other = new LogShare(share.buffer);
    expect(patience(share, 1e6) + patience(other, 1e6)).to.equal(1000);
    expect(other.isSlow).to.equal(true);
  });

  const later = [
    { after: 0, waits: 0 },
    { after: 900, waits: 0 },
    { after: 1000, waits: 100 },
    { after: 5000, waits: 500 },
    { after: 60_000, waits: 1000 },
    { after: -60_000, waits: 0 },
  ];
  for (const { after, waits } of later) {
    it(`may be waited for ${waits} ms, ${after} ms after a reader was too slow`, () => {
      const share = new LogShare();
      patience(share, 1e6);
      expect(patience(share, 1e6 + after)).to.equal(waits);
    });
  }

  it('is slow until a writer may wait again', () => {
    const share = new LogShare();
    patience(share, 1e6);
    share.spend(1, 1e6 + 2000);
    expect(share.isSlow).to.equal(false);
  });
});
