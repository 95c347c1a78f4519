import { expect } from 'chai';
import { DECISION_FIELDS } from '../../src/decision/fields.ts';
import type { Outcome } from '../../src/decision/outcome.ts';
import { Query } from '../../src/wire/query.ts';
import { asked } from '../world/asked.ts';
import { Flag, message, withRoom } from '../world/messages.ts';
import { outcome, refusal, verdict } from '../world/outcomes.ts';
import { lineOf, pinoLineOf } from './records.ts';

const NOW = Date.parse('2026-11-20T23:00:00.123Z');
const CLIENT = [0x0a151205];

const query = asked('WWW.example.com', { id: 59_821, address: CLIENT, receivedAt: NOW - 1.25 });

/** A packet whose question cannot be read. */
function broken(): Query {
  const octets = message({ id: 1, counts: [2, 0, 0, 0] });
  const made = new Query();
  made.address.set(CLIENT);
  made.port = 43_812;
  made.receivedAt = NOW;
  made.parse(withRoom(octets), octets.length);
  return made;
}

/** The rule `depth` labels into the name asked. */
function matched(name: string, depth: number, { wildcard = false, line = 7 } = {}): Query {
  const made = asked(name, { address: CLIENT, receivedAt: NOW });
  Object.assign(made.match, { depth, wildcard, line });
  return made;
}

/** A query that came through 2001:db8::2. */
function proxied(): Query {
  const made = asked('www.example.com', { id: 59_821, address: CLIENT, receivedAt: NOW - 1.25 });
  made.isProxied = true;
  made.peer.family = 6;
  made.peer.address.set([0x20010db8, 0, 0, 2]);
  return made;
}

const RULE = { id: 'acl.query 0.0.0.0/0', file: 'config/site.yaml', line: 42, implicit: false };

/** The fields of a record, unless a case says otherwise. */
const FACTS = {
  time: '2026-11-20T23:00:00.123Z',
  ref: 'k3f9x-1',
  node: 'ns1.site-a',
  policy: '3f2a9c11',
  client: '10.21.18.5',
  port: 43_812,
  transport: 'udp',
  listener: '10.0.0.53:53',
  view: 'default',
  id: 59_821,
  opcode: 'QUERY',
  rd: true,
  qname: 'www.example.com.',
  qtype: 'A',
  qclass: 'IN',
  origin: 'local',
  rule: RULE,
  elapsedMs: 1.25,
};
const MALWARE = { id: 'malware/', file: 'policy/malware.rpz', line: 0, implicit: false };

const cases: { what: string; query: Query; outcome: Outcome; fields: object }[] = [
  {
    what: 'a client without permission',
    query,
    outcome: outcome(
      verdict({
        rule: { ...RULE, owner: 'netops', reason: 'NET-42' },
        ede: 18,
        hint: () => 'nearest allow: 10.20.0.0/16 at config/site.yaml:41',
      }),
      { group: 1 },
    ),
    fields: {
      level: 40,
      event: 'refused',
      group: 'vpn',
      rcode: 'REFUSED',
      layer: 'acl',
      action: 'refuse',
      rule: { ...RULE, owner: 'netops', reason: 'NET-42' },
      hint: 'nearest allow: 10.20.0.0/16 at config/site.yaml:41',
      ede: [18],
      msg: 'refused www.example.com. A for 10.21.18.5 by acl (acl.query 0.0.0.0/0)',
    },
  },
  {
    what: 'a name that a wildcard of a policy matched',
    query: matched('www.example.com', 1, { wildcard: true }),
    outcome: outcome(
      verdict({ layer: 'policy', action: 'nxdomain', rule: MALWARE, named: true, ede: 15 }),
    ),
    fields: {
      level: 30,
      event: 'blocked',
      rcode: 'NXDOMAIN',
      layer: 'policy',
      action: 'nxdomain',
      rule: { ...MALWARE, id: 'malware/*.example.com', line: 7 },
      trigger: 'qname',
      match: 'www.example.com.',
      ede: [15],
      elapsedMs: 0,
      msg: 'blocked www.example.com. A for 10.21.18.5 by policy (malware/*.example.com)',
      id: 7,
    },
  },
  {
    what: 'a client that a proxy speaks for',
    query: proxied(),
    outcome: outcome(verdict({ rule: RULE, ede: 18 })),
    fields: {
      level: 40,
      event: 'refused',
      peer: '2001:db8::2',
      rcode: 'REFUSED',
      layer: 'acl',
      origin: 'local',
      action: 'refuse',
      rule: RULE,
      ede: [18],
      msg: 'refused www.example.com. A for 10.21.18.5 by acl (acl.query 0.0.0.0/0)',
    },
  },
  {
    what: 'the refusal of an upstream',
    query,
    outcome: outcome(verdict({ layer: 'upstream', rule: { ...RULE, id: 'upstreams.default' } }), {
      origin: 'upstream',
      upstream: refusal().address,
      rttMs: 1.5,
      refusal: refusal(),
      attempts: refusal().attempts,
    }),
    fields: {
      level: 40,
      event: 'refused',
      rcode: 'REFUSED',
      layer: 'upstream',
      origin: 'upstream',
      action: 'refuse',
      rule: { ...RULE, id: 'upstreams.default' },
      ede: [18],
      upstream: {
        address: '192.0.2.53:53',
        rttMs: 1.5,
        aa: false,
        ra: true,
        tc: false,
        ede: [{ code: 18, text: 'not you' }],
        verdict: 'client-acl',
        scope: 'server',
        confidence: 'high',
        evidence: 'EDE 18',
      },
      attempts: [
        { address: '192.0.2.52:53', transport: 'udp', rcode: 'timeout', rttMs: 2000 },
        { address: '192.0.2.53:53', transport: 'udp', rcode: 'REFUSED', rttMs: 1.5 },
      ],
      msg: 'refused www.example.com. A for 10.21.18.5 by upstream (192.0.2.53:53)',
    },
  },
  {
    what: 'a failure after upstreams that did not answer',
    query,
    outcome: outcome(verdict({ layer: 'upstream', action: 'fail', ede: 23 }), {
      attempts: [
        { upstream: '192.0.2.52:53', transport: 'udp', result: 'timeout', rttMs: 2000.00049 },
      ],
    }),
    fields: {
      level: 50,
      event: 'failed',
      rcode: 'SERVFAIL',
      layer: 'upstream',
      action: 'fail',
      ede: [23],
      attempts: [{ address: '192.0.2.52:53', transport: 'udp', rcode: 'timeout', rttMs: 2000 }],
      msg: 'failed www.example.com. A for 10.21.18.5 by upstream (acl.query 0.0.0.0/0)',
    },
  },
  {
    what: 'an answer from the cache, without a ref',
    query,
    outcome: outcome(verdict({ layer: 'route', action: 'forward' }), {
      origin: 'cache',
      ref: '',
      rcode: 3,
      upstream: 'tcp://192.0.2.53:53',
    }),
    fields: {
      level: 30,
      event: 'answered',
      ref: undefined,
      rcode: 'NXDOMAIN',
      layer: 'route',
      origin: 'cache',
      action: 'forward',
      upstream: { address: 'tcp://192.0.2.53:53', rttMs: 0 },
      msg: 'answered www.example.com. A for 10.21.18.5 by route (tcp://192.0.2.53:53)',
    },
  },
  {
    what: 'a drop, for which nothing was sent',
    query,
    outcome: outcome(verdict({ action: 'drop' })),
    fields: {
      level: 40,
      event: 'dropped',
      layer: 'acl',
      action: 'drop',
      msg: 'dropped www.example.com. A for 10.21.18.5 by acl (acl.query 0.0.0.0/0)',
    },
  },
  {
    what: 'a packet too broken to have a name',
    query: broken(),
    outcome: outcome(verdict({ layer: 'protocol', action: 'reject' })),
    fields: {
      level: 30,
      event: 'answered',
      id: 1,
      opcode: 'QUERY',
      rd: false,
      qname: undefined,
      qtype: undefined,
      qclass: undefined,
      rcode: 'FORMERR',
      layer: 'protocol',
      action: 'reject',
      elapsedMs: 0,
      msg: 'answered for 10.21.18.5 by protocol (acl.query 0.0.0.0/0)',
    },
  },
  {
    what: 'types, classes, opcodes and rcodes without a name, over TCP and IPv6',
    query: Object.assign(
      asked('.', {
        id: 0xffff,
        opcode: 9,
        type: 65_280,
        rrClass: 42,
        flags: Flag.CD,
        address: [0x20010db8, 0, 0, 1],
        port: 1,
        transport: 'tcp',
        receivedAt: NOW,
      }),
      { listener: 1 },
    ),
    outcome: outcome(verdict({ layer: 'protocol', action: 'reject', rcode: 4095 })),
    fields: {
      level: 30,
      event: 'answered',
      client: '2001:db8::1',
      port: 1,
      transport: 'tcp',
      listener: '[2001:db8::53]:53',
      id: 0xffff,
      opcode: 'OPCODE9',
      rd: false,
      qname: '.',
      qtype: 'TYPE65280',
      qclass: 'CLASS42',
      rcode: 'RCODE4095',
      layer: 'protocol',
      action: 'reject',
      elapsedMs: 0,
      msg: 'answered . TYPE65280 for 2001:db8::1 by protocol (acl.query 0.0.0.0/0)',
    },
  },
];

describe('observe/record', () => {
  for (const { what, query: given, outcome: ended, fields } of cases) {
    const line = lineOf(given, ended, NOW);
    const record = JSON.parse(line);

    it(`tells ${what}`, () => {
      // What is undefined is not there.
      const expected = JSON.parse(JSON.stringify({ ...FACTS, ...fields }));
      expect(record).to.deep.equal(expected);
    });

    it(`has its fields in the order of the reference: ${what}`, () => {
      const known = DECISION_FIELDS.map(({ name }) => name);
      expect(Object.keys(record)).to.deep.equal(known.filter((name) => name in record));
    });

    it(`is the line that pino would write: ${what}`, () => {
      expect(line).to.equal(pinoLineOf(record));
    });
  }
});
