import { expect } from 'chai';
import fc from 'fast-check';
import { RecordLimit } from '../../src/observe/record-limit.ts';
import { formatSummary } from '../../src/observe/summary.ts';
import { asked } from '../world/asked.ts';
import { outcome, verdict } from '../world/outcomes.ts';
import { CONTEXT } from './records.ts';

const NOON = Date.parse('2026-11-21T12:00:00Z');
const QUERY = asked('www.example.com');
const ACL = verdict();
const MALWARE = verdict({
  layer: 'policy',
  action: 'nxdomain',
  rule: { id: 'malware/', file: 'policy/malware.rpz', line: 0, implicit: false },
  named: true,
});

function create(perSecond = 2, ipv4Prefix = 32, ipv6Prefix = 56): RecordLimit {
  const limit = new RecordLimit();
  limit.settings = { perSecond, ipv4Prefix, ipv6Prefix };
  return limit;
}

/** The counts of what was taken. */
const counts = (limit: RecordLimit) => limit.drain().map(({ count }) => count);

describe('observe/record-limit', () => {
  it('takes nothing without settings', () => {
    const limit = new RecordLimit();
    for (let i = 0; i < 9; i++) expect(limit.takes(QUERY, outcome(ACL), NOON)).to.equal(false);
    expect(limit.drain()).to.deep.equal([]);
  });

  it('takes what is one too many in a second', () => {
    const limit = create();
    const taken = [0, 1, 2, 3].map((after) => limit.takes(QUERY, outcome(ACL), NOON + after));
    expect(taken).to.deep.equal([false, false, true, true]);
    expect(limit.isOver(NOON + 999)).to.equal(false);
    expect(limit.isOver(NOON + 1000)).to.equal(true);
    const [fold, ...others] = limit.drain();
    expect(fold).to.include({ count: 2, first: NOON + 2, last: NOON + 3, verdict: ACL });
    expect(others).to.deep.equal([]);
    expect(limit.isOver(NOON + 1000)).to.equal(false);
    expect(limit.takes(QUERY, outcome(ACL), NOON + 1000)).to.equal(false);
  });

  const apart = [
    { what: 'a client', other: asked('www.example.com', { address: [0xc0000202] }), ends: {} },
    { what: 'an rcode', other: QUERY, ends: { rcode: 3 } },
    { what: 'an origin', other: QUERY, ends: { origin: 'cache' } },
  ] as const;
  for (const { what, other, ends } of apart) {
    it(`counts ${what} by itself`, () => {
      const limit = create(1);
      for (let i = 0; i < 3; i++) limit.takes(QUERY, outcome(ACL), NOON);
      for (let i = 0; i < 2; i++) limit.takes(other, outcome(ACL, ends), NOON);
      expect(counts(limit)).to.deep.equal([2, 1]);
    });
  }

  it('counts a verdict by itself', () => {
    const limit = create(1);
    for (const one of [ACL, MALWARE, ACL, MALWARE]) limit.takes(QUERY, outcome(one), NOON);
    expect(counts(limit)).to.deep.equal([1, 1]);
  });

  const clients = [
    { prefix: 24, address: [0xc00002fe], together: true },
    { prefix: 25, address: [0xc00002fe], together: false },
    { prefix: 24, address: [0xc0000200, 0, 0, 0], together: false },
  ];
  for (const { prefix, address, together } of clients) {
    it(`counts ${address} ${together ? 'with' : 'without'} 192.0.2.1 of a /${prefix}`, () => {
      const limit = create(1, prefix);
      limit.takes(QUERY, outcome(ACL), NOON);
      expect(limit.takes(asked('example.com', { address }), outcome(ACL), NOON)).to.equal(together);
    });
  }

  it('counts together the clients that there is no place for', () => {
    const limit = create(1);
    const query = asked('example.com');
    let recorded = 0;
    const asks = 20_000;
    for (let i = 0; i < asks; i++) {
      query.address[0] = i;
      if (!limit.takes(query, outcome(ACL), NOON)) recorded++;
    }
    expect(recorded).to.be.within(1000, 8193);
    const folds = limit.drain();
    expect(folds.map(({ family }) => family)).to.deep.equal([0]);
    expect(recorded + folds[0]!.count).to.equal(asks);
    expect(JSON.parse(formatSummary(folds[0]!, CONTEXT, NOON))).to.not.have.any.keys(
      'client',
      'group',
    );
  });

  it('loses no decision', () => {
    const ask = fc.record({
      client: fc.nat({ max: 5 }),
      verdict: fc.constantFrom(ACL, MALWARE),
      after: fc.nat({ max: 700 }),
    });
    fc.assert(
      fc.property(fc.array(ask), fc.integer({ min: 1, max: 4 }), (asks, perSecond) => {
        const limit = create(perSecond, 30);
        let now = NOON;
        let accounted = 0;
        const settle = () => {
          for (const { count } of limit.drain()) accounted += count;
        };
        for (const { client, verdict: decided, after } of asks) {
          now += after;
          if (limit.isOver(now)) settle();
          const query = asked('example.com', { address: [client] });
          if (!limit.takes(query, outcome(decided), now)) accounted++;
        }
        settle();
        expect(accounted).to.equal(asks.length);
      }),
    );
  });
});

describe('observe/summary', () => {
  function summaryOf(prefix: number, decided = ACL, address = [0xc0000201]): object {
    const limit = create(1, prefix);
    const query = asked('www.example.com', { address });
    const ended = outcome(decided, { group: 1 });
    for (const after of [0, 10, 20]) limit.takes(query, ended, NOON + after);
    const [fold] = limit.drain();
    return JSON.parse(formatSummary(fold!, CONTEXT, NOON + 1000));
  }

  it('says what it stands for', () => {
    expect(summaryOf(24)).to.deep.equal({
      level: 40,
      time: '2026-11-21T12:00:01.000Z',
      event: 'summary',
      of: 'refused',
      count: 2,
      first: '2026-11-21T12:00:00.010Z',
      last: '2026-11-21T12:00:00.020Z',
      node: 'ns1.site-a',
      policy: '3f2a9c11',
      client: '192.0.2.0/24',
      group: 'vpn',
      view: 'default',
      rcode: 'REFUSED',
      layer: 'acl',
      origin: 'local',
      action: 'refuse',
      rule: ACL.rule,
      msg: 'summary of 2 refused for 192.0.2.0/24 by acl (acl.query 0.0.0.0/0)',
    });
  });

  it('names a client that is one', () => {
    expect(summaryOf(32)).to.include({ client: '192.0.2.1' });
    expect(summaryOf(32, ACL, [0x20010db8, 0, 0, 1])).to.include({ client: '2001:db8::/56' });
  });

  it('says what a rule on trial would have done, and leaves out what was not sent', () => {
    const shadow = summaryOf(32, verdict({ isShadow: true }));
    expect(shadow).to.deep.include({
      of: 'shadow',
      action: 'shadow',
      would: { layer: 'acl', action: 'refuse', rcode: 'REFUSED' },
    });
    expect(shadow).to.not.have.property('rcode');
    expect(summaryOf(32, verdict({ action: 'drop' }))).to.not.have.any.keys('rcode', 'would');
  });
});
