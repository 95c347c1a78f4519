import { expect } from 'chai';
import type { Slot } from '../../src/forward/slot.ts';
import { Query } from '../../src/wire/query.ts';
import { asked } from '../world/asked.ts';
import { exchange, idOf, QUERY, type Sent, TIMEOUT } from '../world/exchange.ts';
import { Flag, message, opt, option, question, record, TYPE } from '../world/messages.ts';

const OPCODE_UPDATE = 5;

function restored(slot: Slot): Query {
  const query = new Query();
  slot.restore(query, new Uint8Array(0x10000));
  return query;
}

describe('forward/exchanges open', () => {
  it('has room for as many queries as it was made for', () => {
    const { exchanges, group, open } = exchange(3);
    const slots = [open(), open(), open()];
    expect(new Set(slots.map(({ index }) => index)).size).to.equal(3);
    expect(exchanges.inFlight).to.equal(3);
    expect(exchanges.open(QUERY, group)).to.equal(undefined);
    exchanges.close(slots[1]!);
    expect(exchanges.inFlight).to.equal(2);
    expect(open().index).to.equal(slots[1]!.index);
  });

  it('begins anew in a slot that was used before', () => {
    const { exchanges, open } = exchange(1);
    const first = open();
    exchanges.ask(first, QUERY, 0);
    exchanges.note(first, 'timeout', 10);
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

describe('forward/exchanges slots', () => {
  const asWas = asked('WWW.example.com', {
    id: 0x1234,
    address: [0x20010db8, 0, 0, 1],
    port: 5,
    transport: 'tcp',
    receivedAt: 99,
  });
  asWas.connection = 6;
  asWas.listener = 7;
  asWas.zone = '%eth0';

  it('give back the query and who asked it', () => {
    const { open } = exchange(1);
    const query = restored(open(asWas));
    expect(query).to.deep.include({ family: 6, port: 5, transport: 'tcp', receivedAt: 99 });
    expect(query).to.deep.include({ connection: 6, listener: 7, zone: '%eth0' });
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
    const slot = open(query);
    query.message.fill(0);
    expect(restored(slot).message.slice(0, before.length)).to.deep.equal(before);
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
    expect(sent[0]!.octets).to.deep.equal(
      message({
        id: idOf(sent[0]!),
        flags: Flag.RD | Flag.CD,
        questions: [question('wWw.example.com')],
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
    const slot = open();
    exchanges.ask(slot, QUERY, 0);
    slot.leg!.edns = false;
    exchanges.askAgain(slot, QUERY, 0);
    expect(sent[1]!.octets.slice(2)).to.deep.equal(QUERY.message.slice(2, QUERY.length));
    expect(exchanges.find(idOf(sent[0]!), sent[0]!.server, 1)).to.equal(undefined);
    expect(exchanges.find(idOf(sent[1]!), sent[1]!.server, 2)).to.equal(slot);
  });

  const transports = [
    { server: 'udp', client: 'udp', opcode: 0, by: 'udp' },
    { server: 'udp', client: 'tcp', opcode: 0, by: 'tcp' },
    { server: 'tcp', client: 'udp', opcode: 0, by: 'tcp' },
    { server: 'udp', client: 'udp', opcode: OPCODE_UPDATE, by: 'tcp' },
  ] as const;
  for (const { server, client, opcode, by } of transports) {
    it(`asks a ${server} server for a ${client} client with opcode ${opcode} by ${by}`, () => {
      const { exchanges, sent, open } = exchange(1, { servers: [server] });
      const query = asked('www.example.com', { transport: client, opcode });
      exchanges.ask(open(query), query, 0);
      expect(sent[0]!.transport).to.equal(by);
    });
  }

  it('asks each server as often as the group says, in turns', () => {
    const { exchanges, sent, open } = exchange(1, { servers: ['udp', 'udp'], attempts: 3 });
    const slot = open();
    while (exchanges.ask(slot, QUERY, 0)) exchanges.drop(slot);
    expect(sent.map(({ server }) => server.index)).to.deep.equal([0, 1, 0, 1, 0, 1]);
  });

  it('asks nobody twice when somebody has refused', () => {
    const { exchanges, sent, open } = exchange(1, { servers: ['udp', 'udp'], attempts: 3 });
    const slot = open();
    exchanges.ask(slot, QUERY, 0);
    exchanges.drop(slot);
    slot.refusal = {} as NonNullable<Slot['refusal']>;
    while (exchanges.ask(slot, QUERY, 0)) exchanges.drop(slot);
    expect(sent.map(({ server }) => server.index)).to.deep.equal([0, 1]);
  });

  it('sends an update once, whatever comes of it', () => {
    const { exchanges, sent, open } = exchange(1, { servers: ['udp', 'udp'], attempts: 3 });
    const query = asked('example.com', { opcode: OPCODE_UPDATE, type: TYPE.SOA });
    const slot = open(query);
    while (exchanges.ask(slot, query, 0)) exchanges.drop(slot);
    expect(sent).to.have.lengthOf(1);
  });

  it('has nobody to ask in a group without servers', () => {
    const { exchanges, sent, open } = exchange(1, { servers: [] });
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

  it('finds the slot by ID, server and channel together', () => {
    const { exchanges, sent, open, group } = exchange(2, { servers: ['udp', 'udp'] });
    const slots = [open(), open()];
    for (const slot of slots) exchanges.ask(slot, QUERY, 0);
    const [first, second] = sent as [Sent, Sent];
    const { server, channel } = first;
    expect(exchanges.find(idOf(first), server, channel)).to.equal(slots[0]);
    expect(exchanges.find(idOf(second), server, second.channel)).to.equal(slots[1]);
    expect(exchanges.find(idOf(first), server, second.channel)).to.equal(undefined);
    expect(exchanges.find(idOf(first), group.servers[1]!, channel)).to.equal(undefined);
    expect(exchanges.find(idOf(first) ^ 1, server, channel)).to.equal(undefined);
  });

  it('listens to all servers that are asked, and forgets them when the slot is closed', () => {
    const { exchanges, sent, open } = exchange(1, { servers: ['udp', 'udp'] });
    const slot = open();
    exchanges.ask(slot, QUERY, 0);
    exchanges.askBesides(slot, QUERY, 50);
    const [first, second] = sent as [Sent, Sent];
    for (const { server, channel, ...one } of [first, second]) {
      expect(exchanges.find(idOf({ server, channel, ...one }), server, channel)).to.equal(slot);
      expect(slot.server).to.equal(server);
    }
    exchanges.close(slot);
    for (const one of [first, second]) {
      expect(exchanges.find(idOf(one), one.server, one.channel)).to.equal(undefined);
    }
  });

  it('forgets a server that has failed', () => {
    const { exchanges, sent, open } = exchange(1, { servers: ['udp', 'udp'] });
    const slot = open();
    exchanges.ask(slot, QUERY, 0);
    exchanges.note(slot, 'timeout', 10);
    exchanges.ask(slot, QUERY, 10);
    const [first, second] = sent as [Sent, Sent];
    expect(exchanges.find(idOf(first), first.server, first.channel)).to.equal(undefined);
    expect(exchanges.find(idOf(second), second.server, second.channel)).to.equal(slot);
  });

  it('finds those that wait on one channel of one server', () => {
    const { exchanges, sent, open } = exchange(3);
    const slots = [open(), open(), open()];
    for (const slot of slots) exchanges.ask(slot, QUERY, 0);
    const { server } = sent[0]!;
    slots[2]!.leg!.channel = 1;
    expect(exchanges.on(server, 1)).to.deep.equal([slots[0], slots[2]]);
    expect(exchanges.on(server, 9)).to.deep.equal([]);
    exchanges.close(slots[0]!);
    expect(exchanges.on(server, 1)).to.deep.equal([slots[2]]);
  });
});

describe('forward/exchanges expired', () => {
  it('tells slots whose server has not answered in time, counted from the last question', () => {
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
    const slot = open();
    exchanges.ask(slot, QUERY, 0);
    exchanges.wait(slot, 1500);
    expect(exchanges.expired(3499)).to.equal(undefined);
    expect(exchanges.expired(3500)).to.equal(slot);
  });

  it('tells no slot that is closed', () => {
    const { exchanges, open } = exchange(1);
    const slot = open();
    exchanges.ask(slot, QUERY, 0);
    exchanges.close(slot);
    expect(exchanges.expired(10 * TIMEOUT)).to.equal(undefined);
  });
});
