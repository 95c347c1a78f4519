import { expect } from 'chai';
import { UpstreamGroup } from '../../src/forward/group.ts';
import { type Lookup, NameLookups } from '../../src/forward/name-lookups.ts';
import type { Hear, Question, SelfQueryTable } from '../../src/forward/self-query-table.ts';
import { type Upstream, UpstreamTable } from '../../src/forward/upstream.ts';
import { Answer } from '../../src/wire/answer.ts';
import { Query } from '../../src/wire/query.ts';
import { message, question, record, TO_QUESTION, TYPE } from '../world/messages.ts';

const LOOKUP: Lookup = { group: 'plain', host: 'dns.example' };

interface Sent {
  readonly upstream: Upstream;
  readonly question: Question;
  readonly hear: Hear;
}

function setUp() {
  const table = new UpstreamTable();
  const group = new UpstreamGroup({
    ...{ name: 'plain', strategy: 'sequential', timeout: 2000, attempts: 2, probe: 0 },
  });
  group.upstreams = [1, 2].map((port) => table.get('udp', { address: '192.0.2.1', port }));
  const sent: Sent[] = [];
  const selfQueries = {
    ask(upstream: Upstream, asked: Question, _now: number, hear: Hear) {
      sent.push({ upstream, question: asked, hear });
      return true;
    },
  };
  const lookups = new NameLookups(selfQueries as unknown as SelfQueryTable);
  const events: string[] = [];
  lookups.use([LOOKUP], {
    found: ({ host }, addresses) => events.push(`${host} ${addresses.join(' ')}`),
    failed: ({ host }, why) => events.push(`${host} ${why}`),
  });
  const groups = new Map([['plain', group]]);
  const tick = (now: number) => lookups.tick(groups, now);
  const answer = (index: number, records: Uint8Array[], now: number, flags = 0x8180) => {
    const one = sent[index]!;
    const octets = message({
      ...{ id: 1, flags, questions: [question('dns.example', one.question.type)] },
      answers: records,
    });
    const read = new Answer();
    read.parse(octets, octets.length);
    one.hear(read, new Query(), { rttMs: 1, now });
  };
  return { sent, events, tick, answer };
}

const a = (last: number, ttl = 300) => record(TO_QUESTION, TYPE.A, [192, 0, 2, last], { ttl });
const aaaa = (last: number) =>
  record(TO_QUESTION, TYPE.AAAA, [0x20, 1, 13, 0xb8, ...Array(11).fill(0), last]);

describe('forward/name-lookups', () => {
  it('asks for both kinds of addresses, and has IPv4 first', () => {
    const { sent, events, tick, answer } = setUp();
    tick(1);
    expect(sent.map((one) => one.question.type)).to.deep.equal([TYPE.A, TYPE.AAAA]);
    answer(1, [aaaa(1)], 5);
    expect(events).to.deep.equal([]);
    answer(0, [a(7), a(8)], 6);
    expect(events).to.deep.equal(['dns.example 192.0.2.7 192.0.2.8 2001:db8::1']);
  });

  it('takes what an alias leads to, and nothing but addresses', () => {
    const { events, tick, answer } = setUp();
    tick(1);
    const alias = record(TO_QUESTION, TYPE.CNAME, [1, 97, 0]);
    answer(0, [alias, record([1, 97, 0], TYPE.A, [192, 0, 2, 9])], 5);
    answer(1, [alias], 5);
    expect(events).to.deep.equal(['dns.example 192.0.2.9']);
  });

  it('asks again when the addresses are too old, not before half a minute nor after an hour', () => {
    for (const [ttl, seconds] of [
      [1, 30],
      [300, 300],
      [86_400, 3600],
    ] as const) {
      const { sent, tick, answer } = setUp();
      tick(0);
      answer(0, [a(7, ttl)], 0);
      answer(1, [], 0);
      tick(seconds * 1000 - 1);
      expect(sent).to.have.lengthOf(2);
      tick(seconds * 1000);
      expect(sent).to.have.lengthOf(4);
    }
  });

  it('asks the next server when one does not answer, and says so', () => {
    const { sent, events, tick } = setUp();
    tick(1);
    tick(2500);
    expect(sent).to.have.lengthOf(2);
    tick(2501);
    expect(events).to.deep.equal(['dns.example no answer']);
    expect(sent.map(({ upstream }) => upstream.endpoint.port)).to.deep.equal([1, 1, 2, 2]);
  });

  it('says that there is no such name, or no address', () => {
    const { events, tick, answer } = setUp();
    tick(1);
    answer(0, [], 5, 0x8183);
    answer(1, [], 5, 0x8183);
    tick(2501);
    answer(2, [], 2600);
    answer(3, [], 2600);
    expect(events).to.deep.equal(['dns.example NXDOMAIN', 'dns.example no address']);
  });
});
