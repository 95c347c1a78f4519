import { expect } from 'chai';
import { asked } from '../world/asked.ts';
import { exchange, idOf, QUERY, TIMEOUT } from '../world/exchange.ts';

describe('forward/exchanges askBesides', () => {
  function hedgeDue(upstreams: ('udp' | 'tcp')[], query = QUERY) {
    const made = exchange(8, { upstreams });
    const pending = made.open(query);
    made.exchanges.ask(pending, query, 0);
    return { ...made, pending };
  }

  it('is due when an upstream that nobody knows has taken 50 milliseconds', () => {
    const { exchanges, pending } = hedgeDue(['udp', 'udp']);
    expect(exchanges.hedgeDue(49)).to.equal(undefined);
    expect(exchanges.hedgeDue(50)).to.equal(pending);
    expect(exchanges.hedgeDue(50)).to.equal(undefined);
  });

  const never = [
    { when: 'there is no other upstream', upstreams: ['udp'], query: QUERY },
    {
      when: 'the query is passed on as it is',
      upstreams: ['udp', 'udp'],
      query: asked('example.com', { type: 252, transport: 'tcp' }),
    },
  ] as const;
  for (const { when, upstreams, query } of never) {
    it(`is never due when ${when}`, () => {
      const { exchanges } = hedgeDue([...upstreams], query);
      expect(exchanges.hedgeDue(10 * TIMEOUT)).to.equal(undefined);
    });
  }

  it('asks three upstreams at a time at most', () => {
    const { exchanges, pending, sent } = hedgeDue(['udp', 'udp', 'udp', 'udp']);
    for (let i = 1; i < 5; i++) exchanges.askBesides(pending, QUERY, i * 50);
    expect(sent.map(({ upstream }) => upstream.index)).to.deep.equal([0, 1, 2]);
  });

  it('asks nobody who is down or refuses everything', () => {
    const { exchanges, pending, sent, group } = hedgeDue(['udp', 'udp', 'udp']);
    group.upstreams[1]!.failed(0, 1, TIMEOUT);
    for (let name = 1; name <= 5; name++) group.upstreams[2]!.health.refused(name, 1);
    exchanges.askBesides(pending, QUERY, 50);
    expect(sent).to.have.lengthOf(1);
  });

  it('waits for those that are still being asked when none is left', () => {
    const { exchanges, pending, sent } = hedgeDue(['udp', 'udp']);
    exchanges.askBesides(pending, QUERY, 50);
    exchanges.note(pending, 'SERVFAIL', 60);
    expect(exchanges.ask(pending, QUERY, 60)).to.equal(true);
    expect(sent).to.have.lengthOf(2);
    expect(exchanges.find(idOf(sent[0]!), sent[0]!.upstream, 1)).to.equal(pending);
    exchanges.note(pending, 'SERVFAIL', 70);
    expect(exchanges.ask(pending, QUERY, 70)).to.equal(true);
    expect(sent).to.have.lengthOf(3);
  });

  it('leaves every query in flight a way to ask on', () => {
    const { exchanges, sent, open } = exchange(8, { upstreams: ['udp', 'udp', 'udp'] });
    const pendingQueries = Array.from({ length: 8 }, () => open());
    for (const pending of pendingQueries) exchanges.ask(pending, QUERY, 0);
    for (const pending of pendingQueries) exchanges.askBesides(pending, QUERY, 50);
    expect(sent).to.have.lengthOf(10);
    for (const pending of pendingQueries) {
      exchanges.note(pending, 'timeout', 60);
      expect(exchanges.ask(pending, QUERY, 60)).to.equal(true);
      exchanges.close(pending);
    }
    expect(exchanges.inFlight).to.equal(0);
  });

  it('counts against an upstream that another answered before it', () => {
    const { exchanges, pending, group, sent } = hedgeDue(['udp', 'udp']);
    exchanges.askBesides(pending, QUERY, 50);
    exchanges.find(idOf(sent[1]!), group.upstreams[1]!, 2);
    for (let i = 0; i < 3; i++) exchanges.overtake(pending, 60);
    expect(group.upstreams.map(({ isUp }) => isUp)).to.deep.equal([false, true]);
  });
});
