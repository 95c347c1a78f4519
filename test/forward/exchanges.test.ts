import { expect } from 'chai';
import type { PendingQuery } from '../../src/forward/pending-query.ts';
import { lowerName } from '../../src/wire/name.ts';
import { Query } from '../../src/wire/query.ts';
import { asked } from '../world/asked.ts';
import { exchange, idOf, QUERY, type Sent, TIMEOUT } from '../world/exchange.ts';
import { Flag, message, opt, option, question, record, TYPE } from '../world/messages.ts';

const OPCODE_UPDATE = 5;

function restored(pending: PendingQuery): Query {
  const query = new Query();
  pending.restore(query, new Uint8Array(0x10000));
  return query;
}

/** A message with the name `www.example.com` as it is written here. */
function inLowerCase(octets: Uint8Array): Uint8Array {
  const lower = octets.slice();
  lower.set(lowerName(octets.subarray(12, 12 + QUERY.nameLength)), 12);
  return lower;
}

describe('forward/exchanges open', () => {
  it('has room for as many queries as it was made for, and one more until another has gone', () => {
    const { exchanges, group, open } = exchange(2);
    const pendingQueries = [open(), open()];
    expect(exchanges.surplus).to.equal(undefined);
    pendingQueries.push(open());
    expect(new Set(pendingQueries.map(({ index }) => index)).size).to.equal(3);
    expect(exchanges.inFlight).to.equal(3);
    expect(exchanges.open(QUERY, group)).to.equal(undefined);
    expect(exchanges.surplus).to.equal(pendingQueries[0]);
    exchanges.close(pendingQueries[1]!);
    expect(exchanges.inFlight).to.equal(2);
    expect(exchanges.surplus).to.equal(undefined);
    expect(open().index).to.equal(pendingQueries[1]!.index);
  });

  it('begins anew in a pending query that was used before', () => {
    const { exchanges, open } = exchange(1);
    const first = open();
    exchanges.ask(first, QUERY, 0);
    first.note('timeout', 10);
    exchanges.ask(first, QUERY, 10);
    const { attempts } = first;
    exchanges.close(first);
    const second = open();
    expect(second).to.equal(first);
    expect(second).to.include({ tried: 0, round: 0, refusal: undefined });
    expect(second.attempts).to.deep.equal([]);
    expect(attempts).to.have.lengthOf(1);
  });
});

describe('forward/exchanges', () => {
  const asWas = asked('WWW.example.com', {
    id: 0x1234,
    address: [0x20010db8, 0, 0, 1],
    port: 5,
    transport: 'tcp',
    receivedAt: 99,
  });
  asWas.connection = 6;
  asWas.listener = 7;
  asWas.zoneId = '%eth0';

  it('give back the query and who asked it', () => {
    const { open } = exchange(1);
    const query = restored(open(asWas));
    expect(query).to.deep.include({ family: 6, port: 5, transport: 'tcp', receivedAt: 99 });
    expect(query).to.deep.include({ connection: 6, listener: 7, zoneId: '%eth0' });
    expect([...query.address]).to.deep.equal([0x20010db8, 0, 0, 1]);
    expect(query.message.slice(0, query.length)).to.deep.equal(
      asWas.message.slice(0, asWas.length),
    );
    expect(query).to.include({ qtype: TYPE.A, nameLength: 17 });
  });

  it('keep what the packet held, not the packet', () => {
    const { open } = exchange(1);
    const query = asked('www.example.com');
    const before = query.message.slice(0, query.length);
    const pending = open(query);
    query.message.fill(0);
    expect(restored(pending).message.slice(0, before.length)).to.deep.equal(before);
  });

  it('keep queries that are longer than their memory, and short ones afterwards', () => {
    const { exchanges, open } = exchange(2);
    const long = asked('www.example.com', {
      additionals: [opt({ options: [option(12, new Uint8Array(900).fill(1))] })],
    });
    const [first, second] = [open(long), open(asWas)];
    expect(restored(first).length).to.equal(long.length).and.to.be.above(900);
    expect(restored(first).message.slice(0, long.length)).to.deep.equal(
      long.message.slice(0, long.length),
    );
    expect(restored(second).port).to.equal(5);
    exchanges.close(first);
    expect(restored(open()).length).to.equal(QUERY.length);
  });
});

describe('forward/exchanges ask', () => {
  it('sends the question with an OPT record of its own', () => {
    const { exchanges, sent, open } = exchange(1);
    const query = asked('wWw.example.com', { id: 1, edns: true, flags: Flag.RD | Flag.CD });
    exchanges.ask(open(query), query, 0);
    expect(inLowerCase(sent[0]!.octets)).to.deep.equal(
      message({
        id: idOf(sent[0]!),
        flags: Flag.RD | Flag.AD | Flag.CD,
        questions: [question('www.example.com')],
        additionals: [opt()],
      }),
    );
  });

  it('sends a signed query as it is, but for the ID', () => {
    const { exchanges, sent, open } = exchange(1);
    const signature = record('key', TYPE.TSIG, [1, 2, 3], { rrClass: 255 });
    const query = asked('www.example.com', { additionals: [opt(), signature] });
    exchanges.ask(open(query), query, 0);
    expect(sent[0]!.octets.slice(2)).to.deep.equal(query.message.slice(2, query.length));
  });

  it('asks again without EDNS, with another ID', () => {
    const { exchanges, sent, open } = exchange(1);
    const pending = open();
    exchanges.ask(pending, QUERY, 0);
    pending.current!.edns = false;
    exchanges.askAgain(pending, QUERY, 0);
    expect(inLowerCase(sent[1]!.octets).slice(2)).to.deep.equal(
      message({ flags: Flag.RD | Flag.AD, questions: [question('www.example.com')] }).slice(2),
    );
    expect(exchanges.find(idOf(sent[0]!), sent[0]!.upstream, 1)).to.equal(undefined);
    expect(exchanges.find(idOf(sent[1]!), sent[1]!.upstream, 2)).to.equal(pending);
  });

  const transports = [
    { upstream: 'udp', client: 'udp', opcode: 0, by: 'udp' },
    { upstream: 'udp', client: 'tcp', opcode: 0, by: 'tcp' },
    { upstream: 'tcp', client: 'udp', opcode: 0, by: 'tcp' },
    { upstream: 'udp', client: 'udp', opcode: OPCODE_UPDATE, by: 'tcp' },
  ] as const;
  for (const { upstream, client, opcode, by } of transports) {
    it(`asks a ${upstream} upstream for a ${client} client with opcode ${opcode} by ${by}`, () => {
      const { exchanges, sent, open } = exchange(1, { upstreams: [upstream] });
      const query = asked('www.example.com', { transport: client, opcode });
      exchanges.ask(open(query), query, 0);
      expect(sent[0]!.transport).to.equal(by);
    });
  }

  it('asks each upstream as often as the group says, in turns', () => {
    const { exchanges, sent, open } = exchange(1, { upstreams: ['udp', 'udp'], attempts: 3 });
    const pending = open();
    while (exchanges.ask(pending, QUERY, 0)) exchanges.drop(pending);
    expect(sent.map(({ upstream }) => upstream.index)).to.deep.equal([0, 1, 0, 1, 0, 1]);
  });

  it('asks nobody twice when somebody has refused', () => {
    const { exchanges, sent, open } = exchange(1, { upstreams: ['udp', 'udp'], attempts: 3 });
    const pending = open();
    exchanges.ask(pending, QUERY, 0);
    exchanges.drop(pending);
    pending.refusal = {} as NonNullable<PendingQuery['refusal']>;
    while (exchanges.ask(pending, QUERY, 0)) exchanges.drop(pending);
    expect(sent.map(({ upstream }) => upstream.index)).to.deep.equal([0, 1]);
  });

  it('sends an update once, whatever comes of it', () => {
    const { exchanges, sent, open } = exchange(1, { upstreams: ['udp', 'udp'], attempts: 3 });
    const query = asked('example.com', { opcode: OPCODE_UPDATE, type: TYPE.SOA });
    const pending = open(query);
    while (exchanges.ask(pending, query, 0)) exchanges.drop(pending);
    expect(sent).to.have.lengthOf(1);
  });

  it('has nobody to ask in a group without upstreams', () => {
    const { exchanges, sent, open } = exchange(1, { upstreams: [] });
    expect(exchanges.ask(open(), QUERY, 0)).to.equal(false);
    expect(sent).to.deep.equal([]);
  });
});

describe('forward/exchanges find', () => {
  it('gives every query in flight an ID of its own', () => {
    const { exchanges, sent, open } = exchange(4096);
    for (let i = 0; i < 4096; i++) exchanges.ask(open(), QUERY, 0);
    expect(new Set(sent.map(idOf)).size).to.equal(4096);
  });

  it('finds the pending query by ID, upstream and channel together', () => {
    const { exchanges, sent, open, group } = exchange(2, { upstreams: ['udp', 'udp'] });
    const pendingQueries = [open(), open()];
    for (const pending of pendingQueries) exchanges.ask(pending, QUERY, 0);
    const [first, second] = sent as [Sent, Sent];
    const { upstream, channel } = first;
    expect(exchanges.find(idOf(first), upstream, channel)).to.equal(pendingQueries[0]);
    expect(exchanges.find(idOf(second), upstream, second.channel)).to.equal(pendingQueries[1]);
    expect(exchanges.find(idOf(first), upstream, second.channel)).to.equal(undefined);
    expect(exchanges.find(idOf(first), group.upstreams[1]!, channel)).to.equal(undefined);
    expect(exchanges.find(idOf(first) ^ 1, upstream, channel)).to.equal(undefined);
  });

  it('listens to all upstreams that are asked, and forgets them when the pending query is closed', () => {
    const { exchanges, sent, open } = exchange(1, { upstreams: ['udp', 'udp'] });
    const pending = open();
    exchanges.ask(pending, QUERY, 0);
    exchanges.hedge(pending, QUERY, 50);
    const [first, second] = sent as [Sent, Sent];
    for (const { upstream, channel, ...one } of [first, second]) {
      expect(exchanges.find(idOf({ upstream, channel, ...one }), upstream, channel)).to.equal(
        pending,
      );
      expect(pending.upstream).to.equal(upstream);
    }
    exchanges.close(pending);
    for (const one of [first, second]) {
      expect(exchanges.find(idOf(one), one.upstream, one.channel)).to.equal(undefined);
    }
  });

  it('forgets an upstream that has failed', () => {
    const { exchanges, sent, open } = exchange(1, { upstreams: ['udp', 'udp'] });
    const pending = open();
    exchanges.ask(pending, QUERY, 0);
    pending.note('timeout', 10);
    exchanges.drop(pending);
    exchanges.ask(pending, QUERY, 10);
    const [first, second] = sent as [Sent, Sent];
    expect(exchanges.find(idOf(first), first.upstream, first.channel)).to.equal(undefined);
    expect(exchanges.find(idOf(second), second.upstream, second.channel)).to.equal(pending);
  });

  it('finds those that wait on one channel of one upstream', () => {
    const { exchanges, sent, open } = exchange(3);
    const pendingQueries = [open(), open(), open()];
    for (const pending of pendingQueries) exchanges.ask(pending, QUERY, 0);
    const { upstream } = sent[0]!;
    pendingQueries[2]!.current!.channel = 1;
    const on = () => exchanges.on(upstream, 1).map(({ pending }) => pending);
    expect(on()).to.deep.equal([pendingQueries[0], pendingQueries[2]]);
    expect(exchanges.on(upstream, 9)).to.deep.equal([]);
    exchanges.close(pendingQueries[0]!);
    expect(on()).to.deep.equal([pendingQueries[2]]);
  });
});

describe('forward/exchanges expired', () => {
  it('tells those whose upstream has not answered in time, counted from the last question', () => {
    const { exchanges, open } = exchange(2);
    const [first, second] = [open(), open()];
    exchanges.ask(first, QUERY, 0);
    exchanges.ask(second, QUERY, 0);
    exchanges.askAgain(second, QUERY, 500);
    expect(exchanges.expired(TIMEOUT - 1)).to.equal(undefined);
    expect(exchanges.expired(TIMEOUT)).to.equal(first);
    expect(exchanges.expired(TIMEOUT)).to.equal(undefined);
    expect(exchanges.expired(TIMEOUT + 500)).to.equal(second);
  });

  it('waits anew for more', () => {
    const { exchanges, open } = exchange(1);
    const pending = open();
    exchanges.ask(pending, QUERY, 0);
    exchanges.wait(pending, 1500, TIMEOUT);
    expect(exchanges.expired(3499)).to.equal(undefined);
    expect(exchanges.expired(3500)).to.equal(pending);
  });

  it('returns no entry that is closed', () => {
    const { exchanges, open } = exchange(1);
    const pending = open();
    exchanges.ask(pending, QUERY, 0);
    exchanges.close(pending);
    expect(exchanges.expired(10 * TIMEOUT)).to.equal(undefined);
  });
});
