import { expect } from 'chai';
import fc from 'fast-check';
import {
  type DecisionRecord,
  FILTER_OPTIONS,
  matches,
  parseDecision,
  parseFilter,
} from '../../src/observe/decision-filter.ts';
import { formatName } from '../../src/wire/name.ts';
import { anyName } from '../world/arbitraries.ts';

const NOW = Date.UTC(2026, 10, 20, 23, 0, 0, 0) + 0.5;

const REFUSED: DecisionRecord = {
  time: '2026-11-20T22:50:00.000Z',
  event: 'refused',
  ref: 'k3f9x-1',
  client: '10.21.5.18',
  qname: 'www.example.com.',
  qtype: 'A',
  layer: 'acl',
};

function select(options: Record<string, string>, record: Partial<DecisionRecord>): boolean {
  const filter = parseFilter(options, NOW);
  if (typeof filter === 'string') throw new Error(filter);
  return matches(filter, { ...REFUSED, ...record });
}

describe('observe/decision-filter client', () => {
  const cases = [
    { asked: '10.21.5.18', client: '10.21.5.18', taken: true },
    { asked: '10.21.5.18', client: '10.21.5.19', taken: false },
    { asked: '10.21.0.0/16', client: '10.21.255.255', taken: true },
    { asked: '10.21.0.0/16', client: '10.22.0.0', taken: false },
    { asked: '0.0.0.0/0', client: '2001:db8::1', taken: false },
    { asked: '2001:db8::/32', client: '2001:db8:1::1', taken: true },
    { asked: '2001:db8::/32', client: '2001:db9::', taken: false },
    { asked: '::/0', client: '10.21.5.18', taken: false },
    { asked: '::ffff:10.21.0.0/112', client: '10.21.5.18', taken: true },
    { asked: '0.0.0.0/0', client: 'nobody', taken: false },
    // The clients of a summary: some of them may be meant.
    { asked: '10.21.5.18', client: '10.21.5.0/24', taken: true },
    { asked: '10.0.0.0/8', client: '10.21.5.0/24', taken: true },
    { asked: '10.21.6.0/24', client: '10.21.5.0/24', taken: false },
  ];
  for (const { asked, client, taken } of cases) {
    it(`${taken ? 'takes' : 'leaves'} ${client} when asked for ${asked}`, () => {
      expect(select({ client: asked }, { client })).to.equal(taken);
    });
  }
});

describe('observe/decision-filter name', () => {
  const cases = [
    { asked: 'example.com', qname: 'www.example.com.', taken: true },
    { asked: 'example.com', qname: 'example.com.', taken: true },
    { asked: 'example.com.', qname: 'example.com.', taken: true },
    { asked: 'EXAMPLE.Com', qname: 'a.b.example.com.', taken: true },
    { asked: 'example.com', qname: 'WWW.Example.COM.', taken: true },
    { asked: 'example.com', qname: 'notexample.com.', taken: false },
    { asked: 'example.com', qname: 'example.com.net.', taken: false },
    { asked: 'www.example.com', qname: 'example.com.', taken: false },
    { asked: '.', qname: 'www.example.com.', taken: true },
    { asked: '.', qname: '.', taken: true },
    { asked: 'com', qname: '.', taken: false },
    // One label that has a dot in it, and one that ends in a backslash.
    { asked: 'example.com', qname: 'www\\.example.com.', taken: false },
    { asked: 'example.com', qname: 'www\\\\.example.com.', taken: true },
    { asked: 'www\\.example.com', qname: 'www\\.example.com.', taken: true },
    { asked: 'a\\032b.com', qname: 'x.a\\032b.com.', taken: true },
    { asked: '\\097.com', qname: 'a.com.', taken: true },
  ];
  for (const { asked, qname, taken } of cases) {
    it(`${taken ? 'takes' : 'leaves'} ${qname} when asked for ${asked}`, () => {
      expect(select({ name: asked }, { qname })).to.equal(taken);
    });
  }

  it('leaves a record whose name could not be read', () => {
    const { qname: _, ...nameless } = REFUSED;
    const filter = parseFilter({ name: '.' }, NOW);
    expect(typeof filter !== 'string' && matches(filter, nameless)).to.equal(false);
  });

  it('takes a name when asked for any of its parents, whatever octets it has', () => {
    fc.assert(
      fc.property(anyName, (wire) => {
        const qname = formatName(wire);
        for (let at = 0; wire[at] !== 0; at += wire[at]! + 1) {
          const name = formatName(wire, at);
          expect(select({ name }, { qname })).to.equal(true);
          expect(select({ name }, { qname: `x${name}` })).to.equal(false);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('observe/decision-filter upstream', () => {
  const cases = [
    { asked: '10.0.0.10', address: '10.0.0.10:53', taken: true },
    { asked: '10.0.0.1', address: '10.0.0.10:53', taken: false },
    { asked: '10.0.0.10:53', address: '10.0.0.10:53', taken: true },
    { asked: '10.0.0.10:5', address: '10.0.0.10:53', taken: false },
    { asked: '10.0.0.11', address: 'tcp://10.0.0.11:53', taken: true },
    { asked: '10.0.0.11:53', address: 'tcp://10.0.0.11:53', taken: true },
    { asked: 'tcp://10.0.0.11', address: 'tcp://10.0.0.11:53', taken: true },
    { asked: 'tcp://10.0.0.11:53', address: '10.0.0.11:53', taken: false },
    { asked: '2001:DB8:0::1', address: '[2001:db8::1]:53', taken: true },
    { asked: '[2001:db8::1]', address: '[2001:db8::1]:53', taken: true },
    { asked: '[2001:db8::1]:53', address: '[2001:db8::1]:5353', taken: false },
    { asked: 'fe80::1%eth0', address: '[fe80::1%eth0]:53', taken: true },
  ];
  for (const { asked, address, taken } of cases) {
    it(`${taken ? 'takes' : 'leaves'} ${address} when asked for ${asked}`, () => {
      expect(select({ upstream: asked }, { upstream: { address } })).to.equal(taken);
    });
  }

  it('takes a record when the upstream was asked before the one that answered', () => {
    const attempts = [{ address: '10.0.0.10:53' }, { address: '10.0.0.11:53' }];
    const upstream = { address: '10.0.0.11:53' };
    expect(select({ upstream: '10.0.0.10' }, { upstream, attempts })).to.equal(true);
    expect(select({ upstream: '10.0.0.12' }, { upstream, attempts })).to.equal(false);
  });

  it('leaves a record without an upstream', () => {
    expect(select({ upstream: '10.0.0.10' }, {})).to.equal(false);
  });
});

describe('observe/decision-filter since', () => {
  const cases = [
    { asked: '10m', time: '2026-11-20T22:50:00.000Z', taken: true },
    { asked: '10m', time: '2026-11-20T22:49:59.999Z', taken: false },
    { asked: '500ms', time: '2026-11-20T22:59:59.500Z', taken: true },
    { asked: '30s', time: '2026-11-20T22:59:29.999Z', taken: false },
    { asked: '2h', time: '2026-11-20T21:00:00.000Z', taken: true },
    { asked: '1d', time: '2026-11-19T22:59:59.999Z', taken: false },
    { asked: '999999999999d', time: '1970-01-01T00:00:00.000Z', taken: true },
    { asked: '2026-11-20T22:50:00Z', time: '2026-11-20T22:50:00.000Z', taken: true },
    { asked: '2026-11-20T22:50:00.001Z', time: '2026-11-20T22:50:00.000Z', taken: false },
    { asked: '2026-11-20T22:50', time: '2026-11-20T22:50:00.000Z', taken: true },
    { asked: '2026-11-21T00:50+02:00', time: '2026-11-20T22:49:59.999Z', taken: false },
    { asked: '2026-11-21T00:50+02:00', time: '2026-11-20T22:50:00.000Z', taken: true },
    { asked: '2026-11-20', time: '2026-11-20T00:00:00.000Z', taken: true },
  ];
  for (const { asked, time, taken } of cases) {
    it(`${taken ? 'takes' : 'leaves'} ${time} when asked for ${asked}`, () => {
      expect(select({ since: asked }, { time })).to.equal(taken);
    });
  }
});

describe('observe/decision-filter words', () => {
  const cases = [
    { options: { type: 'a' }, record: { qtype: 'A' }, taken: true },
    { options: { type: 'TYPE1' }, record: { qtype: 'A' }, taken: true },
    { options: { type: 'TYPE65280' }, record: { qtype: 'TYPE65280' }, taken: true },
    { options: { type: 'AAAA' }, record: { qtype: 'A' }, taken: false },
    { options: { layer: 'acl' }, record: { layer: 'acl' }, taken: true },
    { options: { layer: 'rate-limit' }, record: { layer: 'acl' }, taken: false },
    { options: { event: 'refused' }, record: { event: 'refused' }, taken: true },
    { options: { event: 'blocked' }, record: { event: 'refused' }, taken: false },
    { options: { ref: 'k3f9x-1' }, record: { ref: 'k3f9x-1' }, taken: true },
    { options: { ref: 'k3f9x-1' }, record: { ref: 'k3f9x-10' }, taken: false },
    { options: { layer: 'acl', type: 'A' }, record: {}, taken: true },
    { options: { layer: 'acl', type: 'NS' }, record: {}, taken: false },
    { options: { limit: '5', json: 'true' }, record: {}, taken: true },
    { options: {}, record: {}, taken: true },
  ] as const;
  for (const { options, record, taken } of cases) {
    const what = `${JSON.stringify(record)} when asked for ${JSON.stringify(options)}`;
    it(`${taken ? 'takes' : 'leaves'} ${what}`, () => {
      expect(select(options, record)).to.equal(taken);
    });
  }
});

describe('observe/decision-filter parseFilter', () => {
  const wrong = [
    { client: '10.0.0.0/33', says: 'client: "10.0.0.0/33" is not a prefix; expect a length of 0' },
    { client: '10.0.0.1/8', says: 'client: "10.0.0.1/8" has bits set behind its length' },
    { client: '', says: 'client: "" is not an address or a prefix; expect one like 10.0.0.0/8' },
    { name: '', says: 'name: "" has no labels; expect a name like example.com' },
    { name: 'a..b', says: 'name: "a..b" has an empty label; expect a name like example.com' },
    { type: 'TYPE65536', says: 'type: "TYPE65536" is not a type; expect one like AAAA' },
    { layer: 'ACL', says: 'layer: "ACL" is not known; expect protocol, acl, ' },
    { event: 'denied', says: 'event: "denied" is not known; expect refused, blocked, dropped' },
    { since: 'yesterday', says: 'since: "yesterday" is not a time; expect a duration like 10m' },
    { since: '10', says: 'since: "10" is not a time' },
    { since: '2026-13-01', says: 'since: "2026-13-01" is not a time' },
    { since: '2026-02-30', says: 'since: "2026-02-30" is not a time' },
    { since: '2026-11-20T25:00Z', says: 'since: "2026-11-20T25:00Z" is not a time' },
    { upstream: 'ns1', says: 'upstream: "ns1" is not an upstream; expect an address like' },
    { upstream: 'tls://192.0.2.1', says: 'upstream: "tls://192.0.2.1" is not an upstream' },
    { upstream: '192.0.2.1:99999', says: 'upstream: "192.0.2.1:99999" is not an upstream' },
  ];
  for (const { says, ...options } of wrong) {
    it(`says ${says}`, () => {
      const said = parseFilter(options, NOW);
      expect(said)
        .to.be.a('string')
        .that.satisfies((text: string) => text.startsWith(says));
    });
  }

  it('takes any text or says what is wrong with it, and never throws', () => {
    fc.assert(
      fc.property(fc.constantFrom(...FILTER_OPTIONS), fc.string(), (option, text) => {
        const filter = parseFilter({ [option]: text }, NOW);
        if (typeof filter === 'string') expect(filter.startsWith(`${option}: `)).to.equal(true);
        else expect(matches(filter, REFUSED)).to.be.a('boolean');
      }),
    );
  });
});

describe('observe/decision-filter parseDecision', () => {
  const line = JSON.stringify(REFUSED);

  it('reads a record', () => {
    expect(parseDecision(line)).to.deep.equal(REFUSED);
  });

  const foreign = [
    { what: 'half a line', line: line.slice(0, 60) },
    {
      what: 'a line of pino',
      line: '{"level":30,"time":"2026-11-20T22:50:00.000Z","msg":"listening"}',
    },
    { what: 'another event', line: line.replace('"refused"', '"login"') },
    { what: 'another time', line: line.replace('2026-11-20T22:50:00.000Z', 'Friday') },
    { what: 'a client that is no text', line: line.replace('"10.21.5.18"', '17') },
    { what: 'a rule that is no object', line: line.replace('"acl"', '"acl","rule":"any"') },
    {
      what: 'an upstream without sense',
      line: line.replace('"A"', '"A","upstream":{"address":1}'),
    },
    { what: 'attempts without sense', line: line.replace('"A"', '"A","attempts":[1]') },
    { what: 'null', line: 'null' },
    { what: 'a list', line: '[]' },
    { what: 'a number', line: '17' },
    { what: 'nothing', line: '' },
  ];
  for (const { what, line } of foreign) {
    it(`does not take ${what}`, () => {
      expect(parseDecision(line)).to.equal(undefined);
    });
  }

  it('never throws, and every filter can judge what it reads', () => {
    const filter = parseFilter(
      { client: '::/0', name: '.', upstream: '::1', since: '1d', type: 'A', ref: 'a' },
      NOW,
    );
    const value = fc.dictionary(
      fc.constantFrom('client', 'qname', 'rule', 'upstream', 'attempts', 'layer'),
      fc.jsonValue({ maxDepth: 2 }),
    );
    fc.assert(
      fc.property(value, (fields) => {
        const read = parseDecision(
          JSON.stringify({ ...fields, time: REFUSED.time, event: 'failed' }),
        );
        if (read !== undefined && typeof filter !== 'string') matches(filter, read);
      }),
    );
  });
});
