import { expect } from 'chai';
import { Fingerprints, MANY } from '../../src/observe/fingerprints.ts';
import { asked } from '../world/asked.ts';

const MINUTE = 60_000;

/** A query from an address, at a time, with this payload size; 0 is without EDNS. */
function query(payload: number, address = 1, receivedAt = 0) {
  const one = asked('a.example', { address: [address] });
  return Object.assign(one, { receivedAt, optAt: payload === 0 ? 0 : 40, advertised: payload });
}

describe('observe/fingerprints', () => {
  it('counts ways, not queries', () => {
    const ways = new Fingerprints();
    const counts = [512, 512, 0, 1232, 0, 512, 4096].map((payload) => ways.note(query(payload)));
    expect(counts).to.deep.equal([1, 1, 2, 3, 3, 3, 4]);
  });

  it('counts no further than many', () => {
    const ways = new Fingerprints();
    const counts = Array.from({ length: 40 }, (_, i) => ways.note(query(1000 + i)));
    expect(Math.max(...counts)).to.equal(MANY);
    expect(ways.note(query(1000))).to.equal(MANY);
  });

  it('tells addresses apart', () => {
    const ways = new Fingerprints();
    for (const payload of [512, 1232, 4096]) ways.note(query(payload, 1));
    expect(ways.note(query(512, 2))).to.equal(1);
    expect(ways.note(query(512, 1))).to.equal(3);
  });

  it('begins anew after ten minutes', () => {
    const ways = new Fingerprints();
    for (const payload of [512, 1232, 4096]) ways.note(query(payload));
    expect(ways.note(query(1400, 1, 10 * MINUTE - 1))).to.equal(4);
    expect(ways.note(query(1400, 1, 10 * MINUTE))).to.equal(1);
  });
});
