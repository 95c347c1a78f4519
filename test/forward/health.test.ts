import { expect } from 'chai';
import { Health, Rank } from '../../src/forward/health.ts';

/** Refuses so many different names, one each millisecond. */
function refusing(names: number): Health {
  const health = new Health();
  for (let name = 1; name <= names; name++) health.refused(name, name);
  return health;
}

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
    expect(health.rank(0)).to.equal(Rank.GOOD);
    expect(health.isCheckDue(1e9)).to.equal(false);
  });

  it('is down when a question was not answered', () => {
    const health = new Health();
    health.failed(1000, 3000);
    expect(health.rank(1e9)).to.equal(Rank.DOWN);
    expect(health.heard(1e9)).to.equal(true);
    expect(health.rank(1e9)).to.equal(Rank.GOOD);
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

  it('is refusing when five names were refused and none answered', () => {
    expect(refusing(4).rank(5)).to.equal(Rank.GOOD);
    expect(refusing(5).rank(5)).to.equal(Rank.REFUSING);
    const health = refusing(4);
    health.answered();
    health.refused(5, 5);
    expect(health.isRefusing).to.equal(false);
  });

  it('is not refusing because of one name that is asked again and again', () => {
    const health = new Health();
    for (let i = 0; i < 100; i++) health.refused(7, i);
    expect(health.isRefusing).to.equal(false);
  });

  it('is tried again after five seconds, then after ten, and is good when that is answered', () => {
    const health = refusing(5);
    expect(health.rank(5004)).to.equal(Rank.REFUSING);
    expect(health.rank(5005)).to.equal(Rank.GOOD);
    expect(health.isRefusing).to.equal(true);
    health.refused(9, 5010);
    expect(health.rank(15_009)).to.equal(Rank.REFUSING);
    expect(health.rank(15_010)).to.equal(Rank.GOOD);
    health.answered();
    expect(health.isRefusing).to.equal(false);
    expect(health.rank(15_010)).to.equal(Rank.GOOD);
  });

  it('is not tried later for what others asked in the meantime', () => {
    const health = refusing(5);
    for (let i = 0; i < 50; i++) health.refused(100 + i, 100);
    expect(health.rank(5005)).to.equal(Rank.GOOD);
  });
});
