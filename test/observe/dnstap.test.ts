import { expect } from 'chai';
import type { Outcome, Reply } from '../../src/decision/outcome.ts';
import { DnstapWriter } from '../../src/observe/dnstap.ts';
import type { Query } from '../../src/wire/query.ts';
import { asked } from '../world/asked.ts';
import { outcome, verdict } from '../world/outcomes.ts';
import { type Fields, readProtobuf } from '../world/protobuf.ts';

const RECORD = Buffer.from('behind{"level":40}\n');
const NOW = 1_795_262_400_123.25;
const LISTENERS = [
  { address: '10.0.0.53', port: 53 },
  { address: '::', port: 5300 },
];
const REPLY: Reply = { octets: Buffer.from('response and more'), length: 8 };
const SENT_AT = { receivedAt: NOW - 1.25 };

interface Payload {
  readonly whole: Fields;
  readonly message: Fields;
  readonly policy: Fields | undefined;
}

function payload(query: Query, ended: Outcome, reply?: Reply): Payload {
  const writer = new DnstapWriter({ identity: 'ns1', version: 'rcode5 1', listeners: LISTENERS });
  // The second payload is written over the first.
  for (let i = 0; i < 2; i++) {
    writer.payload(query, ended, reply, {
      now: NOW,
      record: RECORD,
      start: 6,
      end: RECORD.length - 1,
    });
  }
  const whole = readProtobuf(writer.octets.subarray(0, writer.length));
  const message = readProtobuf(whole.get(14) as Buffer);
  const policy = message.get(15) as Buffer | undefined;
  return { whole, message, policy: policy && readProtobuf(policy) };
}

const text = (value: unknown) => String(value);
const hex = (value: unknown) => (value as Buffer | undefined)?.toString('hex');

describe('observe/dnstap', () => {
  it('says who speaks, and has the record', () => {
    const { whole } = payload(asked('example.com'), outcome(verdict()), REPLY);
    expect([1, 2, 3].map((field) => text(whole.get(field)))).to.deep.equal([
      'ns1',
      'rcode5 1',
      '{"level":40}',
    ]);
    expect(whole.get(15)).to.equal(1);
  });

  it('has the response that a client was sent, and when', () => {
    const query = asked('example.com', { ...SENT_AT, port: 4321 });
    const { message } = payload(query, outcome(verdict()), REPLY);
    const fields = Object.fromEntries(message);
    expect(fields).to.deep.include({ 1: 6, 2: 1, 3: 1, 6: 4321, 7: 53, 8: 1_795_262_400 });
    expect(fields).to.deep.include({ 9: 122_000_000, 12: 1_795_262_400, 13: 123_250_000 });
    expect([4, 5].map((field) => hex(message.get(field)))).to.deep.equal(['c0000201', '0a000035']);
    expect(text(message.get(14))).to.equal('response');
    expect(message.has(10)).to.equal(false);
  });

  it('has the query of a client that was sent nothing', () => {
    const query = asked('example.com', { ...SENT_AT, transport: 'tcp', address: [1, 2, 3, 4] });
    query.listener = 1;
    const { message } = payload(query, outcome(verdict({ action: 'drop' })));
    expect(Object.fromEntries(message)).to.deep.include({ 1: 5, 2: 2, 3: 2, 7: 5300 });
    expect(hex(message.get(4))).to.equal('00000001000000020000000300000004');
    expect(message.get(10)).to.deep.equal(Buffer.from(query.message.subarray(0, query.length)));
    // It listens on all addresses: which one was asked is not known.
    for (const field of [5, 12, 13, 14]) expect(message.has(field)).to.equal(false);
  });

  for (const [transport, protocol] of [
    ['dot', 3],
    ['doh', 4],
  ] as const) {
    it(`has the socket protocol of a query by ${transport}`, () => {
      const { message } = payload(asked('example.com', { transport }), outcome(verdict()), REPLY);
      expect(message.get(3)).to.equal(protocol);
    });
  }

  it('says that a refusal of a client goes by its address', () => {
    const { policy } = payload(asked('example.com'), outcome(verdict()), REPLY);
    expect(text(policy!.get(1))).to.equal('ACL');
    expect(text(policy!.get(2))).to.equal('acl.query 0.0.0.0/0');
    // There is no action for REFUSED.
    expect(policy!.has(3)).to.equal(false);
    expect(policy!.get(4)).to.equal(2);
    expect(hex(policy!.get(5))).to.equal('c0000201');
  });

  const actions = [
    { action: 'nxdomain', number: 1 },
    { action: 'nodata', number: 2 },
    { action: 'drop', number: 4 },
    { action: 'truncate', number: 5 },
    { action: 'answer', number: 6 },
    { action: 'refuse', number: undefined },
  ] as const;
  for (const { action, number } of actions) {
    it(`has the owner name of a rule that says ${action}`, () => {
      const query = asked('www.example.com');
      Object.assign(query.match, { depth: 1, wildcard: true });
      const decided = verdict({ layer: 'policy', action, named: true });
      const { policy } = payload(query, outcome(decided), REPLY);
      expect(text(policy!.get(1))).to.equal('RPZ');
      expect(text(policy!.get(2))).to.equal('\u0001*\u0007example\u0003com\u0000');
      expect(policy!.get(3)).to.equal(number);
      expect(policy!.get(4)).to.equal(1);
      expect(text(policy!.get(5))).to.equal('\u0003www\u0007example\u0003com\u0000');
    });
  }

  it('has the address that a rule matched', () => {
    const query = asked('www.example.com');
    const prefix = { family: 4, words: Uint32Array.of(0x0a000000, 0, 0, 0), length: 8 };
    Object.assign(query.match, { trigger: 'response-ip', prefix });
    query.match.address.set([0x0a000001]);
    const { policy } = payload(query, outcome(verdict({ layer: 'policy' })), REPLY);
    expect(policy!.has(2)).to.equal(false);
    expect([policy!.get(4), hex(policy!.get(5))]).to.deep.equal([3, '0a000001']);
  });

  it('has no match for a policy that fails every query', () => {
    const failed = verdict({ layer: 'policy', action: 'fail' });
    const { policy } = payload(asked('www.example.com'), outcome(failed), REPLY);
    expect([text(policy!.get(1)), text(policy!.get(2))]).to.deep.equal(['RPZ', failed.rule.id]);
    expect([3, 4, 5].some((field) => policy!.has(field))).to.equal(false);
  });

  it('has an upstream’s refusal without a match, and no policy for an answer', () => {
    const upstream = verdict({ layer: 'upstream', rule: { ...verdict().rule, id: 'upstreams.a' } });
    const refused = payload(asked('example.com'), outcome(upstream), REPLY).policy!;
    expect([text(refused.get(1)), text(refused.get(2))]).to.deep.equal(['UPSTREAM', 'upstreams.a']);
    expect([3, 4, 5].some((field) => refused.has(field))).to.equal(false);
    const answered = outcome(verdict({ layer: 'route', action: 'forward' }));
    expect(payload(asked('example.com'), answered, REPLY).policy).to.equal(undefined);
  });

  it('takes the largest messages', () => {
    const reply = { octets: Buffer.alloc(65_535, 'x'), length: 65_535 };
    const { message } = payload(asked('example.com'), outcome(verdict()), reply);
    expect((message.get(14) as Buffer).equals(reply.octets)).to.equal(true);
  });
});
