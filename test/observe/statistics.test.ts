import { expect } from 'chai';
import fc from 'fast-check';
import { LAYERS } from '../../src/decision/layers.ts';
import { ORIGINS, type Outcome } from '../../src/decision/outcome.ts';
import { ACTIONS, type VerdictSpec } from '../../src/decision/verdict.ts';
import type { CellFamily } from '../../src/observe/cells.ts';
import { Statistics } from '../../src/observe/statistics.ts';
import { CLIENT_TRANSPORTS } from '../../src/wire/client-transport.ts';
import { asked } from '../world/asked.ts';
import { TYPE } from '../world/messages.ts';
import { outcome, verdict } from '../world/outcomes.ts';

const QUERY = asked('www.example.com');
const REFUSED = 5;

function total(family: CellFamily): number {
  return family.values().reduce((sum, { value }) => sum + value, 0);
}

function series(family: CellFamily) {
  return family.values().map(({ labels, value }) => ({ labels, value }));
}

/** The labels of the only refusal. */
function refusalOf(parts: Partial<VerdictSpec>, given: Partial<Outcome> = {}, query = QUERY) {
  const statistics = new Statistics();
  statistics.groups = ['office', 'vpn'];
  statistics.decided(query, outcome(verdict(parts), given), 0);
  expect(statistics.families.refused.values()).to.have.lengthOf(1);
  return statistics.families.refused.values()[0]!.labels;
}

function rule(id: string) {
  return { id, file: 'site.yaml', line: 1, implicit: false };
}

describe('observe/statistics refused', () => {
  it('counts by layer, origin, rule, client group and type', () => {
    const labels = refusalOf({ rule: rule('acl.query 10.0.0.0/8') }, { group: 1 });
    expect(labels).to.deep.equal({
      layer: 'acl',
      origin: 'local',
      rule: 'acl.query 10.0.0.0/8',
      client_group: 'vpn',
      qtype: 'A',
    });
  });

  it('has a word for clients in no group', () => {
    expect(refusalOf({})).to.include({ client_group: 'none' });
  });

  const types = [
    { type: TYPE.AAAA, qtype: 'AAAA' },
    { type: TYPE.ANY, qtype: 'ANY' },
    { type: 65, qtype: 'HTTPS' },
    { type: 251, qtype: 'IXFR' },
    { type: 99, qtype: 'other' },
    { type: 65_280, qtype: 'other' },
    { type: 0, qtype: 'other' },
  ];
  for (const { type, qtype } of types) {
    it(`counts type ${type} as ${qtype}`, () => {
      expect(refusalOf({}, {}, asked('example.com', { type }))).to.include({ qtype });
    });
  }

  it('counts a rule of many names under its policy', () => {
    const named = {
      layer: 'policy',
      rule: rule('malware/'),
      named: true,
      policy: 'malware',
    } as const;
    expect(refusalOf(named)).to.include({ rule: 'malware' });
  });

  it('counts a rule of one name by itself', () => {
    const single = { layer: 'policy', rule: rule('house/bad.example'), policy: 'house' } as const;
    expect(refusalOf(single)).to.include({ rule: 'house/bad.example' });
  });

  it('gives 500 rules a series of their own, and the rest one together', () => {
    const statistics = new Statistics();
    const verdicts = Array.from({ length: 520 }, (_, i) => verdict({ rule: rule(`rule ${i}`) }));
    for (const round of [1, 2]) {
      for (const one of verdicts) statistics.decided(QUERY, outcome(one), round);
    }
    const rules = new Map(
      statistics.families.refused.values().map(({ labels, value }) => [labels['rule'], value]),
    );
    expect(rules.size).to.equal(501);
    expect(rules.get('rule 499')).to.equal(2);
    expect(rules.get('other')).to.equal(40);
  });

  it('goes on with the series of a rule after a reload', () => {
    const statistics = new Statistics();
    for (let i = 0; i < 3; i++) statistics.decided(QUERY, outcome(verdict()), 0);
    expect(statistics.families.refused.values()).to.have.lengthOf(1);
    expect(total(statistics.families.refused)).to.equal(3);
  });
});

describe('observe/statistics decided', () => {
  const anyDecision = fc.record({
    verdict: fc.nat(19),
    rcode: fc.constantFrom(0, 2, 3, REFUSED, REFUSED, 16),
    origin: fc.constantFrom(...ORIGINS),
    group: fc.integer({ min: -1, max: 2 }),
    transport: fc.constantFrom(...CLIENT_TRANSPORTS),
    type: fc.constantFrom(1, 28, 99, 65_535),
  });
  const verdicts = Array.from({ length: 20 }, (_, i) =>
    verdict({
      layer: LAYERS[i % LAYERS.length]!,
      action: ACTIONS[i % ACTIONS.length]!,
      rule: rule(`rule ${i % 7}`),
      ...(i % 3 === 0 && { policy: `policy ${i % 2}` }),
    }),
  );

  it('adds up: refusals, responses, hits of policies and times', () => {
    fc.assert(
      fc.property(fc.array(anyDecision, { maxLength: 50, size: 'max' }), (list) => {
        const statistics = new Statistics();
        statistics.groups = ['office', 'vpn'];
        for (const { verdict: index, type, transport, ...parts } of list) {
          const query = asked('example.com', { type, transport });
          statistics.decided(query, outcome(verdicts[index]!, parts), 0);
        }
        const sent = list.filter(({ verdict: index }) => verdicts[index]!.action !== 'drop');
        const refused = sent.filter(({ rcode }) => rcode === REFUSED);
        expect(total(statistics.families.refused)).to.equal(refused.length);
        expect(total(statistics.families.responses)).to.equal(sent.length);
        const hits = list.filter(({ verdict: index }) => verdicts[index]!.policy !== undefined);
        expect(total(statistics.families.policyHits)).to.equal(hits.length);
        for (const origin of ORIGINS) {
          const { counts } = statistics.responseTimes[origin];
          const ofOrigin = sent.filter((one) => one.origin === origin);
          expect(counts.reduce((sum, count) => sum + count)).to.equal(ofOrigin.length);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('counts responses by rcode, layer and transport', () => {
    const statistics = new Statistics();
    const query = asked('example.com', { transport: 'tcp' });
    const decided = verdict({ layer: 'policy', action: 'nxdomain', policy: 'house' });
    statistics.decided(query, outcome(decided), 0);
    expect(series(statistics.families.responses)).to.deep.equal([
      { labels: { rcode: 'NXDOMAIN', layer: 'policy', transport: 'tcp' }, value: 1 },
    ]);
    expect(series(statistics.families.policyHits)).to.deep.equal([
      { labels: { policy: 'house', action: 'nxdomain', mode: 'enforce' }, value: 1 },
    ]);
    expect(series(statistics.families.refused)).to.deep.equal([]);
  });

  it('measures from query to decision, in seconds', () => {
    const statistics = new Statistics();
    const query = asked('example.com', { receivedAt: 1000 });
    statistics.decided(query, outcome(verdict(), { origin: 'cache' }), 1003);
    const { counts, sum } = statistics.responseTimes.cache;
    expect(sum).to.be.closeTo(0.003, 1e-9);
    // At most 0.005: the fifth bound.
    expect(counts[4]).to.equal(1);
  });
});

describe('observe/statistics', () => {
  it('counts queries by transport, from zero', () => {
    const statistics = new Statistics();
    const values = () =>
      Object.fromEntries(
        statistics.families.queries
          .values()
          .map(({ labels, value }) => [labels['transport'], value]),
      );
    expect(values()).to.deep.equal({ udp: 0, tcp: 0, dot: 0, doh: 0 });
    for (const transport of ['udp', 'tcp', 'dot', 'doh', 'udp'] as const) {
      statistics.received(asked('example.com', { transport }));
    }
    expect(values()).to.deep.equal({ udp: 2, tcp: 1, dot: 1, doh: 1 });
  });

  it('counts answers and refusals of upstreams, and packets that ask nothing', () => {
    const statistics = new Statistics();
    statistics.upstreamAnswered('192.0.2.1:53', REFUSED, 20);
    statistics.upstreamWasRefused('192.0.2.1:53', 'client-acl', 'zone');
    statistics.ignored('short');
    const one = (family: CellFamily) => series(family)[0];
    expect(one(statistics.families.upstreamResponses)).to.deep.equal({
      labels: { upstream: '192.0.2.1:53', rcode: 'REFUSED' },
      value: 1,
    });
    expect(one(statistics.families.upstreamRefused)).to.deep.equal({
      labels: { upstream: '192.0.2.1:53', verdict: 'client-acl', scope: 'zone' },
      value: 1,
    });
    expect(one(statistics.families.ignoredPackets)).to.deep.equal({
      labels: { reason: 'short' },
      value: 1,
    });
    expect(statistics.upstreamRtt.sum).to.equal(0.02);
  });
});
