import { expect } from 'chai';
import { asked } from '../world/asked.ts';
import { exchange, idOf, QUERY, TIMEOUT } from '../world/exchange.ts';

describe('forward/exchanges askBesides', () => {
  function impatient(servers: ('udp' | 'tcp')[], query = QUERY) {
    const made = exchange(8, { servers });
    const slot = made.open(query);
    made.exchanges.ask(slot, query, 0);
    return { ...made, slot };
  }

  it('is due when a server that nobody knows has taken 50 milliseconds', () => {
    const { exchanges, slot } = impatient(['udp', 'udp']);
    expect(exchanges.impatient(49)).to.equal(undefined);
    expect(exchanges.impatient(50)).to.equal(slot);
    expect(exchanges.impatient(50)).to.equal(undefined);
  });

  const never = [
    { when: 'there is no other server', servers: ['udp'], query: QUERY },
    {
      when: 'the query is passed on as it is',
      servers: ['udp', 'udp'],
      query: asked('example.com', { type: 252, transport: 'tcp' }),
    },
  ] as const;
  for (const { when, servers, query } of never) {
    it(`is never due when ${when}`, () => {
      const { exchanges } = impatient([...servers], query);
      expect(exchanges.impatient(10 * TIMEOUT)).to.equal(undefined);
    });
  }

  it('asks three servers at a time at most', () => {
    const { exchanges, slot, sent } = impatient(['udp', 'udp', 'udp', 'udp']);
    for (let i = 1; i < 5; i++) exchanges.askBesides(slot, QUERY, i * 50);
    expect(sent.map(({ server }) => server.index)).to.deep.equal([0, 1, 2]);
  });

  it('asks nobody who is down or refuses everything', () => {
    const { exchanges, slot, sent, group } = impatient(['udp', 'udp', 'udp']);
    group.servers[1]!.failed(0, 1, TIMEOUT);
    for (let name = 1; name <= 5; name++) group.servers[2]!.health.refused(name, 1);
    exchanges.askBesides(slot, QUERY, 50);
    expect(sent).to.have.lengthOf(1);
  });

  it('waits for those that are still being asked when none is left', () => {
    const { exchanges, slot, sent } = impatient(['udp', 'udp']);
    exchanges.askBesides(slot, QUERY, 50);
    exchanges.note(slot, 'SERVFAIL', 60);
    expect(exchanges.ask(slot, QUERY, 60)).to.equal(true);
    expect(sent).to.have.lengthOf(2);
    expect(exchanges.find(idOf(sent[0]!), sent[0]!.server, 1)).to.equal(slot);
    exchanges.note(slot, 'SERVFAIL', 70);
    expect(exchanges.ask(slot, QUERY, 70)).to.equal(true);
    expect(sent).to.have.lengthOf(3);
  });

  it('leaves every query in flight a way to ask on', () => {
    const { exchanges, sent, open } = exchange(8, { servers: ['udp', 'udp', 'udp'] });
    const slots = Array.from({ length: 8 }, () => open());
    for (const slot of slots) exchanges.ask(slot, QUERY, 0);
    for (const slot of slots) exchanges.askBesides(slot, QUERY, 50);
    expect(sent).to.have.lengthOf(10);
    for (const slot of slots) {
      exchanges.note(slot, 'timeout', 60);
      expect(exchanges.ask(slot, QUERY, 60)).to.equal(true);
      exchanges.close(slot);
    }
    expect(exchanges.inFlight).to.equal(0);
  });

  it('counts against a server that another answered before it', () => {
    const { exchanges, slot, group, sent } = impatient(['udp', 'udp']);
    exchanges.askBesides(slot, QUERY, 50);
    exchanges.find(idOf(sent[1]!), group.servers[1]!, 2);
    for (let i = 0; i < 3; i++) exchanges.overtake(slot, 60);
    expect(group.servers.map(({ isUp }) => isUp)).to.deep.equal([false, true]);
  });
});
