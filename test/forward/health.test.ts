import { expect } from 'chai';
import { Health } from '../../src/forward/health.ts';

/** When the checks of a server that fails at 0 are due. */
function checks(until: number): number[] {
  const health = new Health();
  health.failed(0, 0);
  const due: number[] = [];
  for (let now = 0; now <= until; now += 100) if (health.isCheckDue(now)) due.push(now);
  return due;
}

describe('forward/health', () => {
  it('is good to begin with', () => {
    const health = new Health();
    expect(health.isDown).to.equal(false);
    expect(health.isCheckDue(1e9)).to.equal(false);
  });

  it('is down when a question was not answered', () => {
    const health = new Health();
    health.failed(1000, 3000);
    expect(health.isDown).to.equal(true);
    expect(health.heard(1e9)).to.equal(true);
    expect(health.isDown).to.equal(false);
  });

  it('is not down when something has come since the question was sent', () => {
    const health = new Health();
    health.heard(1001);
    health.failed(1000, 3000);
    expect(health.isDown).to.equal(false);
    health.failed(1002, 3002);
    expect(health.isDown).to.equal(true);
  });

  it('is checked after a second, and then at times that double up to 32 seconds', () => {
    expect(checks(100_000)).to.deep.equal([1000, 3000, 7000, 15_000, 31_000, 63_000, 95_000]);
  });

  it('is down when three questions were answered by others in its place', () => {
    const health = new Health();
    health.overtaken(10, 60);
    health.overtaken(20, 70);
    health.heard(75);
    health.overtaken(80, 130);
    health.overtaken(80, 130);
    expect(health.isDown).to.equal(false);
    health.overtaken(80, 130);
    expect(health.isDown).to.equal(true);
  });
});
