import { expect } from 'chai';
import { AttemptResult } from '../../src/decision/upstream-refusal.ts';
import { asked } from '../world/asked.ts';
import { exchange, idOf, isUp, QUERY, TIMEOUT } from '../world/exchange.ts';

const { SILENT_SOCKET, SILENT_STREAM } = AttemptResult;

describe('forward/exchanges hedge', () => {
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

  it('is never due when the query is passed on as it is', () => {
    const query = asked('example.com', { type: 252, transport: 'tcp' });
    const { exchanges } = hedgeDue(['udp', 'udp'], query);
    expect(exchanges.hedgeDue(10 * TIMEOUT)).to.equal(undefined);
  });

  it('is due after 500 milliseconds when there is no other upstream', () => {
    const { exchanges, pending } = hedgeDue(['udp']);
    expect(exchanges.hedgeDue(499)).to.equal(undefined);
    expect(exchanges.hedgeDue(500)).to.equal(pending);
  });

  it('asks the same upstream by a new socket when nothing was heard of it, once', () => {
    const { exchanges, pending, sent, silent } = hedgeDue(['udp']);
    silent.add(1);
    expect(exchanges.hedge(pending, QUERY, 500)).to.include({ channel: 1, isLate: true });
    silent.add(2);
    expect(exchanges.hedge(pending, QUERY, 1000)).to.equal(undefined);
    expect(sent.map(({ upstream }) => upstream.index)).to.deep.equal([0, 0]);
    expect(pending.attempts).to.deep.equal([
      { upstream: sent[0]!.upstream.name, transport: 'udp', result: SILENT_SOCKET, rttMs: 500 },
    ]);
    for (const one of sent) {
      expect(exchanges.find(idOf(one), one.upstream, one.channel)).to.equal(pending);
    }
  });

  const prompt = [
    { when: 'its socket has heard something', heardAt: -1, isSilent: false },
    { when: 'the upstream has answered others', heardAt: 1, isSilent: true },
  ];
  for (const { when, heardAt, isSilent } of prompt) {
    it(`does not when ${when}`, () => {
      const { exchanges, pending, sent, silent, group } = hedgeDue(['udp']);
      group.upstreams[0]!.health.udp.heard(heardAt);
      if (isSilent) silent.add(1);
      expect(exchanges.hedge(pending, QUERY, 500)).to.equal(undefined);
      expect(sent).to.have.lengthOf(1);
    });
  }

  it('asks the same upstream by another connection when the question waits behind others', () => {
    const { exchanges, pending, sent, stuck } = hedgeDue(['tcp', 'tcp']);
    stuck.add(1);
    exchanges.hedge(pending, QUERY, 50);
    expect(sent.map(({ upstream, transport }) => [upstream.index, transport])).to.deep.equal([
      [0, 'tcp'],
      [0, 'tcp'],
    ]);
    expect(pending.attempts).to.have.nested.property('[0].result', SILENT_STREAM);
  });

  it('asks three upstreams at a time at most', () => {
    const { exchanges, pending, sent } = hedgeDue(['udp', 'udp', 'udp', 'udp']);
    for (let i = 1; i < 5; i++) exchanges.hedge(pending, QUERY, i * 50);
    expect(sent.map(({ upstream }) => upstream.index)).to.deep.equal([0, 1, 2]);
  });

  it('asks nobody who is down or refuses everything', () => {
    const { exchanges, pending, sent, group } = hedgeDue(['udp', 'udp', 'udp']);
    group.upstreams[1]!.failed('udp', 0, 1, TIMEOUT);
    for (let name = 1; name <= 5; name++) group.upstreams[2]!.refusals.refused(name, 1);
    exchanges.hedge(pending, QUERY, 50);
    expect(sent).to.have.lengthOf(1);
  });

  it('waits for those that are still being asked when none is left', () => {
    const { exchanges, pending, sent } = hedgeDue(['udp', 'udp']);
    exchanges.hedge(pending, QUERY, 50);
    pending.note('SERVFAIL', 60);
    exchanges.drop(pending);
    expect(exchanges.ask(pending, QUERY, 60)).to.equal(true);
    expect(sent).to.have.lengthOf(2);
    expect(exchanges.find(idOf(sent[0]!), sent[0]!.upstream, 1)).to.equal(pending);
    pending.note('SERVFAIL', 70);
    exchanges.drop(pending);
    expect(exchanges.ask(pending, QUERY, 70)).to.equal(true);
    expect(sent).to.have.lengthOf(3);
  });

  it('leaves every query in flight a way to ask on', () => {
    const { exchanges, sent, open } = exchange(8, { upstreams: ['udp', 'udp', 'udp'] });
    const pendingQueries = Array.from({ length: 8 }, () => open());
    for (const pending of pendingQueries) exchanges.ask(pending, QUERY, 0);
    for (const pending of pendingQueries) exchanges.hedge(pending, QUERY, 50);
    expect(sent).to.have.lengthOf(10);
    for (const pending of pendingQueries) {
      pending.note('timeout', 60);
      exchanges.drop(pending);
      expect(exchanges.ask(pending, QUERY, 60)).to.equal(true);
      exchanges.close(pending);
    }
    expect(exchanges.inFlight).to.equal(0);
  });

  it('asks nobody when others have taken what was free while some waited with others', () => {
    const { exchanges, sent, open } = exchange(8, { upstreams: ['udp', 'udp', 'udp'] });
    const pendingQueries = Array.from({ length: 8 }, () => open());
    const [asking, waiting] = [pendingQueries.slice(0, 4), pendingQueries.slice(4)];
    for (const pending of asking) exchanges.ask(pending, QUERY, 0);
    for (let i = 1; i < 4; i++) for (const pending of asking) exchanges.hedge(pending, QUERY, 50);
    for (const pending of waiting) exchanges.close(pending);
    expect(sent).to.have.lengthOf(10);
    const asked = waiting.map(() => exchanges.ask(open(), QUERY, 60));
    // There is room for one more than may stay.
    expect(asked).to.deep.equal([true, false, false, false]);
  });

  it('counts against an upstream that another answered before it', () => {
    const { exchanges, pending, group, sent } = hedgeDue(['udp', 'udp']);
    exchanges.hedge(pending, QUERY, 50);
    exchanges.find(idOf(sent[1]!), group.upstreams[1]!, 2);
    for (let i = 0; i < 3; i++) exchanges.overtake(pending, 60);
    expect(group.upstreams.map(isUp)).to.deep.equal([false, true]);
  });
});
