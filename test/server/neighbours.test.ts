import { expect } from 'chai';
import { Neighbours } from '../../src/server/neighbours.ts';

const ENDPOINTS = [
  { address: '127.0.0.1', port: 5300 },
  { address: '::1', port: 5300 },
];
const OWN = 2;

describe('sharing', () => {
  let there: number;
  let told: (readonly number[])[];
  const threads = { steer: (others: readonly number[]) => void told.push(others) };
  const count = () => there;
  beforeEach(() => {
    told = [];
  });

  it('asks nobody about addresses that are not shared', () => {
    const fail = () => expect.fail('sockets were counted');
    const neighbours = new Neighbours(false, fail);
    expect(neighbours.meet(ENDPOINTS)).to.deep.equal([0, 0]);
    neighbours.look(threads, OWN);
    expect(told).to.deep.equal([]);
  });

  it('counts the sockets that are there before ours', () => {
    there = 3;
    expect(new Neighbours(true, count).meet(ENDPOINTS)).to.deep.equal([3, 3]);
  });

  const cases = [
    { when: 'those before have left', before: 2, seen: [4, 2, 2], says: [[0, 0]] },
    { when: 'those before are there still', before: 2, seen: [4, 4], says: [] },
    { when: 'one of several has left', before: 4, seen: [6, 4], says: [] },
    { when: 'nobody was there', before: 0, seen: [2, 2], says: [] },
    { when: 'one that came later has gone', before: 0, seen: [2, 4, 2], says: [[0, 0]] },
    { when: 'a thread of ours is starting again', before: 0, seen: [1, 2], says: [] },
  ];
  for (const { when, before, seen, says } of cases) {
    const telling = says.length > 0 ? 'tells the threads' : 'tells nobody anything';
    it(`${telling} when ${when}`, () => {
      there = before;
      const neighbours = new Neighbours(true, count);
      neighbours.meet(ENDPOINTS);
      for (const now of seen) {
        there = now;
        neighbours.look(threads, OWN);
      }
      expect(told).to.deep.equal(says);
    });
  }
});
