import { expect } from 'chai';
import fc from 'fast-check';
import { explainQuestion } from '../../src/explain/explain.ts';
import { askedQuestion } from '../../src/explain/question.ts';
import { writeAnswer } from '../world/answer-text.ts';
import { writeQuery } from '../world/query-text.ts';
import { Stage } from '../world/stage.ts';
import type { WrittenRecord } from '../world/written-record.ts';

const CONFIG = `
node: ns1.test
clientGroups: { office: [10.20.0.0/16, "2001:db8:20::/48"] }
acl:
  query:
    office: allow
    10.20.99.0/24: { action: refuse, owner: netops }
    10.21.0.0/16: truncate
    10.22.0.0/16: drop
    127.0.0.0/8: allow
  recursion: { office: allow }
  transfer: { 10.20.0.5: allow }
  update: { 10.20.0.6: allow }
  notify: { 10.20.0.7: allow }
policies:
  - name: house
    rules:
      good.bad.example: allow
      "*.bad.example": refuse
      bad.example: { action: nxdomain, types: [A] }
      walled.example: { answer: [192.0.2.7] }
      silent.example: drop
      big.example: truncate
  - { name: feed, rpz: feed.rpz }
upstreams: { default: { servers: [192.0.2.1] }, corp: { servers: [192.0.2.2] } }
routes: { example: default, com: default, corp.example: corp, 20.10.in-addr.arpa: corp }
`;

const FEED = `
@ 60 SOA a. b. 7 1 1 1 1
bad.example CNAME *.
worse.example CNAME .
*.worse.example CNAME .
local.example A 192.0.2.8
`;

/** What the two must say alike. */
const FIELDS = [
  ...['level', 'event', 'node', 'policy', 'client', 'group', 'transport', 'view', 'opcode', 'rd'],
  ...['qname', 'qtype', 'qclass', 'rcode', 'layer', 'action', 'rule', 'trigger', 'match'],
  ...['hint', 'ede'],
];

const anyClient = fc.constantFrom(
  ...['10.20.0.1', '10.20.0.5', '10.20.0.6', '10.20.0.7', '10.20.99.9', '10.21.0.1', '10.22.0.1'],
  ...['127.0.0.1', '192.0.2.77', '2001:db8:20::1', '2001:db8:21::1'],
);

const anyName = fc
  .tuple(
    fc.constantFrom('', 'www.', 'a.b.', 'good.', 'GOOD.', '5.1.'),
    fc.constantFrom(
      ...['example', 'bad.example', 'worse.example', 'walled.example', 'silent.example', 'com'],
      ...['big.example', 'local.example', 'corp.example', 'onion', 'localhost', 'resolver.arpa'],
      ...['20.10.in-addr.arpa', '21.10.in-addr.arpa', 'id.server', 'org', 'Bad.EXAMPLE'],
    ),
  )
  .map((labels) => labels.join(''));

const anyQuestion = fc.record({
  client: anyClient,
  name: anyName,
  type: fc.constantFrom('A', 'AAAA', 'MX', 'ANY', 'AXFR', 'IXFR', 'SOA', 'TXT', 'OPT', 'TYPE65280'),
  class: fc.constantFrom('IN', 'IN', 'IN', 'CH', 'HS', 'ANY'),
  opcode: fc.constantFrom('QUERY', 'QUERY', 'QUERY', 'NOTIFY', 'UPDATE', 'STATUS'),
  rd: fc.constantFrom('0', '1'),
  transport: fc.constantFrom('udp' as const, 'tcp' as const),
});

type Words = typeof anyQuestion extends fc.Arbitrary<infer T> ? T : never;

/** The record that the engine writes for the question, its upstreams answering NOERROR. */
function served(stage: Stage, { rd, ...words }: Words): WrittenRecord {
  const octets = writeQuery({ ...words, flags: rd === '1' ? 'rd' : '' }, 1);
  const { client: address, transport } = words;
  stage.query(octets, { address, port: 40_000, transport });
  const question = stage.asked.pop();
  if (question !== undefined) {
    stage.answer(writeAnswer({}, question.octets), question);
    stage.fail(question, undefined);
  }
  return stage.records.at(-1)!;
}

function explained(stage: Stage, words: Words) {
  const question = askedQuestion(words);
  if (typeof question === 'string') expect.fail(question);
  return explainQuestion(stage.serving.policy, question, stage.now);
}

const pick = (record: WrittenRecord) =>
  Object.fromEntries(Object.entries(record).filter(([name]) => FIELDS.includes(name)));

describe('explain', () => {
  let stage: Stage;
  before(() => {
    stage = new Stage(CONFIG, { files: { 'feed.rpz': FEED } });
  });
  after(() => stage?.close());

  /** Files as the records of the stage name them. */
  const asServed = (value: unknown) => JSON.parse(stage.shown(JSON.stringify(value)));

  it('says what the engine does, whoever asks for whatever', () => {
    fc.assert(
      fc.property(anyQuestion, (words) => {
        const { decision, trace } = explained(stage, words);
        const record = served(stage, words);
        expect(pick(asServed(decision))).to.deep.equal(pick(record));
        const last = trace.at(-1)!;
        const ended = last.verdict === 'pass' ? 'forward' : last.verdict;
        expect(ended).to.equal(record['action']);
        if (ended !== 'forward') {
          expect(last.layer).to.equal(record['layer']);
          expect(asServed(last.rule)).to.deep.equal(record['rule']);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('sends nothing, and counts nothing', () => {
    const { asked, replies, records, told } = stage;
    const sizes = () => [asked.length, replies.length, records.length, told.size];
    const before = sizes();
    explained(stage, {
      ...{ client: '10.20.0.1', name: 'www.example', type: 'A', class: 'IN' },
      ...{ opcode: 'QUERY', rd: '1', transport: 'udp' },
    });
    expect(sizes()).to.deep.equal(before);
  });
});

describe('explain of a rate limit', () => {
  const limited = `${CONFIG}rateLimit: { queriesPerSecond: 1, burst: 2, action: refuse }\n`;
  const words: Words = {
    ...{ client: '10.20.0.1', name: 'bad.example', type: 'A', class: 'IN', opcode: 'QUERY' },
    ...{ rd: '1', transport: 'udp' },
  };
  const refused: Words = { ...words, client: '192.0.2.7' };
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage(limited, { files: { 'feed.rpz': FEED } });
  });
  afterEach(() => stage?.close());

  const stepOf = () => {
    return explained(stage, words).trace.find(({ layer }) => layer === 'rate-limit')!;
  };

  it('says what a client has left, and takes nothing of it', () => {
    for (let i = 0; i < 5; i++) {
      expect(stepOf()).to.deep.include({
        verdict: 'pass',
        why: '10.20.0.1/32 has 2 of 2 left, 1 a second come back',
      });
    }
    for (let i = 0; i < 2; i++) expect(served(stage, words)['layer']).to.equal('policy');
    expect(stepOf().verdict).to.equal('refuse');
    expect(explained(stage, words).decision).to.include({ layer: 'rate-limit', rcode: 'REFUSED' });
    expect(served(stage, words)['layer']).to.equal('rate-limit');
  });

  it('takes nothing of what limits refusals either', () => {
    for (let i = 0; i < 5; i++) {
      expect(explained(stage, refused).decision).to.include({ event: 'refused', layer: 'acl' });
    }
    for (let i = 0; i < 2; i++) expect(served(stage, refused)['layer']).to.equal('acl');
    expect(served(stage, refused)['layer']).to.equal('rate-limit');
  });
});

describe('explain of rules in shadow mode', () => {
  const addresses = '@ 60 SOA a. b. 7 1 1 1 1\n32.1.2.0.192.rpz-ip CNAME .\n';
  const config = `
acl: { query: { 10.0.0.0/8: allow } }
upstreams: { default: { servers: [192.0.2.1] } }
policies:
  - { name: addresses, rpz: addresses.rpz }
  - { name: trial, mode: shadow, rules: { bad.example: refuse } }
`;

  it('tells of one that waits for the answer what it would do without', () => {
    const stage = new Stage(config, { files: { 'addresses.rpz': addresses } });
    const question = askedQuestion({ client: '10.0.0.1', name: 'bad.example' });
    if (typeof question === 'string') expect.fail(question);
    const { shadow } = explainQuestion(stage.serving.policy, question, stage.now);
    stage.close();
    expect(shadow).to.have.length(1);
    expect(shadow![0]).to.deep.include({
      would: { layer: 'policy', action: 'refuse', rcode: 'REFUSED' },
    });
  });
});

describe('explain askedQuestion', () => {
  it('fills in what a plain query for an address is', () => {
    expect(askedQuestion({ client: '10.0.0.1', name: 'www.example' })).to.deep.equal({
      client: '10.0.0.1',
      name: 'www.example',
      type: 1,
      rrClass: 1,
      opcode: 0,
      recursionDesired: true,
      dnssecOk: false,
      transport: 'udp',
      listener: 0,
    });
  });

  it('reads every word', () => {
    const words = { client: '::1', name: '.', type: 'type65', class: 'ch', opcode: 'update' };
    const more = { rd: '0', do: '1', transport: 'tcp', listener: '[::1]:53' };
    expect(askedQuestion({ ...words, ...more }, ['127.0.0.1:53', '[::1]:53'])).to.deep.equal({
      client: '::1',
      name: '.',
      type: 65,
      rrClass: 3,
      opcode: 5,
      recursionDesired: false,
      dnssecOk: true,
      transport: 'tcp',
      listener: 1,
    });
  });

  const wrong: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
    [{ client: '' }, 'client : expect an IPv4 or IPv6 address'],
    [{ client: '10.0.0' }, 'client 10.0.0: expect an IPv4 or IPv6 address'],
    [{ name: 'a..b' }, 'name a..b: expect a domain name, not an empty label'],
    [{ type: 'AAA' }, 'type AAA: expect one like A, AAAA or TYPE65'],
    [{ class: 'INN' }, 'class INN: expect one like IN or CH'],
    [{ opcode: 'ASK' }, 'opcode ASK: expect one like QUERY or UPDATE'],
    [{ transport: 'tls' }, 'transport tls: expect one of udp, tcp, dot, doh'],
    [{ listener: '[::1]:53' }, 'listener [::1]:53: expect one of 127.0.0.1:53'],
  ];
  for (const [words, expected] of wrong) {
    it(`says "${expected}"`, () => {
      const plain = { client: '10.0.0.1', name: 'www.example' };
      expect(askedQuestion({ ...plain, ...words }, ['127.0.0.1:53'])).to.equal(expected);
    });
  }

  it('says what is missing', () => {
    expect(askedQuestion({ name: 'www.example' })).to.match(/^client is missing: expect/);
    expect(askedQuestion({ client: '10.0.0.1' })).to.match(
      /^name is missing: expect a domain name/,
    );
  });
});
