import { expect } from 'chai';
import {
  followDecisions,
  latestDecisions,
  type SeenDecision,
} from '../../src/admin/merged-decisions.ts';
import { RecentDecisions } from '../../src/observe/recent.ts';

/** A record as far as readers look at it; `second` is when it was made. */
function line(second: number, qname: string): string {
  const time = new Date(Date.UTC(2026, 10, 20, 23, 0, second)).toISOString();
  return JSON.stringify({ time, event: 'refused', qname });
}

function add(recent: RecentDecisions, text: string): void {
  const octets = Buffer.from(`${text}\n`);
  recent.add(octets, 0, octets.length);
}

function names(seen: readonly SeenDecision[]): (string | undefined)[] {
  return seen.map(({ record }) => record.qname);
}

describe('observe/merged-decisions latestDecisions', () => {
  it('puts the records of all threads into one order, the latest first', () => {
    const rings = [new RecentDecisions(), new RecentDecisions()];
    for (const [i, name] of ['a', 'b', 'c', 'd'].entries()) add(rings[i % 2]!, line(i, name));
    expect(names(latestDecisions(rings))).to.deep.equal(['d', 'c', 'b', 'a']);
  });

  it('gives each record as it was written', () => {
    const ring = new RecentDecisions();
    add(ring, line(1, 'a'));
    expect(latestDecisions([ring])[0]!.line).to.equal(line(1, 'a'));
  });

  it('passes over what is no record', () => {
    const ring = new RecentDecisions();
    for (const text of ['{"level":40,"ti', line(1, 'a'), '{}']) add(ring, text);
    expect(names(latestDecisions([ring]))).to.deep.equal(['a']);
  });
});

describe('observe/merged-decisions followDecisions', () => {
  it('tells the records to come, once each, also of threads that start later', async () => {
    const rings = [new RecentDecisions()];
    const seen: SeenDecision[] = [];
    add(rings[0]!, line(0, 'before'));
    const stop = followDecisions(
      () => rings,
      (decision) => seen.push(decision),
    );
    add(rings[0]!, line(1, 'a'));
    while (seen.length < 1) await new Promise(setImmediate);
    rings.push(new RecentDecisions());
    add(rings[1]!, line(2, 'b'));
    add(rings[0]!, line(3, 'c'));
    while (seen.length < 3) await new Promise(setImmediate);
    stop();
    add(rings[0]!, line(4, 'd'));
    expect(names(seen).toSorted()).to.deep.equal(['a', 'b', 'c']);
  });
});
