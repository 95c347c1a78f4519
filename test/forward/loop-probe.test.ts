import { expect } from 'chai';
import { LoopProbes } from '../../src/forward/loop-probe.ts';
import { Loops } from '../../src/forward/loops.ts';
import type { Upstream } from '../../src/forward/upstream.ts';
import { UpstreamTable } from '../../src/forward/upstream.ts';
import { Answer } from '../../src/wire/answer.ts';
import { Query } from '../../src/wire/query.ts';
import { type AnswerText, writeAnswer } from '../world/answer-text.ts';
import { asked } from '../world/asked.ts';
import { withRoom } from '../world/messages.ts';

interface Sent {
  readonly upstream: Upstream;
  readonly octets: Uint8Array;
  readonly transport: string;
}

function setUp(loops = new Loops()) {
  const table = new UpstreamTable(loops);
  const upstreams = [
    table.get('udp', { address: '192.0.2.1', port: 53 }),
    table.get('tcp', { address: '192.0.2.2', port: 53 }),
  ] as const;
  const sent: Sent[] = [];
  const probes = new LoopProbes((upstream, octets, length, transport) => {
    sent.push({ upstream, octets: octets.slice(0, length), transport });
    return 1;
  });
  return { probes, upstreams, sent, loops };
}

/** The question of a probe, as a client might ask it. */
function comesBack({ octets }: Sent, now = 0): Query {
  const query = new Query();
  query.receivedAt = now;
  query.parse(withRoom(octets), octets.length);
  return query;
}

describe('forward/loop-probe probe', () => {
  it('asks for an address of a name that nobody else knows', () => {
    const { probes, upstreams, sent } = setUp();
    for (const upstream of upstreams) probes.probe(upstream, 0);
    const texts = sent.map(({ octets }) => Buffer.from(octets).toString('latin1', 13, 61));
    const [first, second] = texts.map((text) => text.split('\x0b'));
    expect(first).to.have.lengthOf(2);
    expect(first![0]).to.match(/^[0-9a-f]{36}$/);
    expect(first![1]).to.equal('rcode5-loop');
    expect(second![0]).to.not.equal(first![0]);
    expect(comesBack(sent[0]!)).to.include({ qtype: 1, qclass: 1, malformed: 0 });
    expect(sent.map(({ transport }) => transport)).to.deep.equal(['udp', 'tcp']);
  });

  it('asks an upstream again after ten seconds, not before', () => {
    const { probes, upstreams, sent } = setUp();
    probes.probe(upstreams[0], 0);
    probes.probe(upstreams[0], 9999);
    expect(sent).to.have.lengthOf(1);
    probes.probe(upstreams[0], 10_000);
    expect(sent).to.have.lengthOf(2);
    expect(sent[0]!.octets.slice(12)).to.not.deep.equal(sent[1]!.octets.slice(12));
  });
});

describe('forward/loop-probe match', () => {
  it('knows the upstream whose probe came back as a query', () => {
    const { probes, upstreams, sent } = setUp();
    for (const upstream of upstreams) probes.probe(upstream, 0);
    expect(probes.match(comesBack(sent[1]!))).to.equal(true);
    expect(upstreams.map(({ isLoop }) => isLoop)).to.deep.equal([false, true]);
  });

  it('knows it whatever has become of the case of its letters', () => {
    const { probes, upstreams, sent } = setUp();
    probes.probe(upstreams[0], 0);
    const octets = Buffer.from(sent[0]!.octets);
    octets.write(octets.toString('latin1', 13, 61).toUpperCase(), 13, 'latin1');
    expect(probes.match(comesBack({ ...sent[0]!, octets }))).to.equal(true);
    expect(upstreams[0].isLoop).to.equal(true);
  });

  const made = '0'.repeat(36);
  for (const name of [
    'www.example.com',
    'rcode5-loop',
    `${made}.rcode5-loop`,
    `${made}.rcode5-loup`,
  ]) {
    it(`passes over ${name}`, () => {
      const { probes, upstreams } = setUp();
      probes.probe(upstreams[0], 0);
      expect(probes.match(asked(name))).to.equal(false);
      expect(upstreams[0].isLoop).to.equal(false);
    });
  }
});

describe('forward/loop-probe in several threads', () => {
  it('knows a probe that another thread has sent, and all threads know of the loop', () => {
    const first = setUp();
    const second = setUp(new Loops(first.loops.buffer));
    for (const { probes, upstreams } of [first, second]) probes.probe(upstreams[1], 0);
    expect(second.probes.match(comesBack(first.sent[0]!))).to.equal(true);
    for (const { upstreams } of [first, second]) {
      expect(upstreams.map(({ isLoop }) => isLoop)).to.deep.equal([false, true]);
    }
  });

  it('does not know the probe of another program', () => {
    const [first, second] = [setUp(), setUp()];
    for (const { probes, upstreams } of [first, second]) probes.probe(upstreams[1], 0);
    expect(second.probes.match(comesBack(first.sent[0]!))).to.equal(false);
    expect(second.upstreams[1].isLoop).to.equal(false);
  });

  it('does not know a probe whose number was changed', () => {
    const { probes, upstreams, sent } = setUp();
    probes.probe(upstreams[0], 0);
    const octets = Buffer.from(sent[0]!.octets);
    octets.write('0001', 13, 'latin1');
    expect(probes.match(comesBack({ ...sent[0]!, octets }))).to.equal(false);
  });

  it('lets an upstream go that no thread has seen again', () => {
    const first = setUp();
    const second = setUp(new Loops(first.loops.buffer));
    for (const { probes, upstreams } of [first, second]) probes.probe(upstreams[0], 0);
    second.probes.match(comesBack(first.sent[0]!));
    second.probes.recheck(10_000);
    second.probes.match(comesBack(second.sent[1]!, 10_001));
    first.probes.recheck(15_000);
    expect(first.upstreams[0].isLoop).to.equal(true);
    first.probes.recheck(25_000);
    expect([first, second].map(({ upstreams }) => upstreams[0].isLoop)).to.deep.equal([
      false,
      false,
    ]);
  });
});

describe('forward/loop-probe with a probe that is sent again by who has seen it', () => {
  it('shows no loop the second time, in no thread', () => {
    const first = setUp();
    const second = setUp(new Loops(first.loops.buffer));
    first.probes.probe(first.upstreams[0], 0);
    second.probes.probe(second.upstreams[0], 0);
    const replayed = comesBack(first.sent[0]!, 1);
    expect(first.probes.match(replayed)).to.equal(true);
    first.upstreams[0].isLoop = false;
    for (const { probes, upstreams } of [first, second]) {
      // It is nobody else's question, and is not passed on.
      expect(probes.match(replayed)).to.equal(true);
      expect(upstreams[0].isLoop).to.equal(false);
    }
  });

  it('lets the upstream go although it comes again and again', () => {
    const { probes, upstreams, sent } = setUp();
    probes.probe(upstreams[0], 0);
    for (let now = 1000; now <= 20_000; now += 1000) {
      probes.match(comesBack(sent[0]!, now));
      probes.recheck(now);
    }
    expect(upstreams[0].isLoop).to.equal(false);
  });

  it('shows no loop when it comes for the first time after ten seconds', () => {
    const { probes, upstreams, sent } = setUp();
    probes.probe(upstreams[0], 0);
    expect(probes.match(comesBack(sent[0]!, 10_000))).to.equal(true);
    expect(upstreams[0].isLoop).to.equal(false);
  });

  it('shows a loop by any of eight probes that threads have sent at once', () => {
    const threads = [setUp()];
    while (threads.length < 8) threads.push(setUp(new Loops(threads[0]!.loops.buffer)));
    for (const { probes, upstreams } of threads) probes.probe(upstreams[0], 0);
    for (const { sent } of threads) {
      threads[0]!.upstreams[0].isLoop = false;
      threads[0]!.probes.match(comesBack(sent[0]!));
      expect(threads[0]!.upstreams[0].isLoop).to.equal(true);
    }
  });
});

describe('forward/loop-probe take', () => {
  const answerTo = ({ octets }: Sent, text: AnswerText, idChange = 0) => {
    const message = writeAnswer(text, octets);
    message[1]! ^= idChange;
    const answer = new Answer();
    answer.message = message;
    return { octets: message, length: message.length, answer };
  };
  const HOUSE = asked('www.example.com');

  it('knows the answers of an upstream by the ID that it was sent', () => {
    const { probes, upstreams, sent } = setUp();
    probes.probe(upstreams[0], 0);
    expect(probes.take(answerTo(sent[0]!, {}), upstreams[0], 5)).to.equal(true);
    expect(probes.take(answerTo(sent[0]!, {}, 1), upstreams[0], 5)).to.equal(false);
    expect(probes.take(answerTo(sent[0]!, {}), upstreams[1], 5)).to.equal(false);
  });

  it('remembers whether the upstream answers for names that no rule is about', () => {
    const { probes, upstreams, sent } = setUp();
    probes.probe(upstreams[0], 0);
    probes.probe(upstreams[1], 0);
    probes.take(answerTo(sent[0]!, { rcode: 'NXDOMAIN', flags: 'ra' }), upstreams[0], 5);
    probes.take(answerTo(sent[1]!, { rcode: 'REFUSED' }), upstreams[1], 5);
    expect(upstreams[0].history!.recall(HOUSE, 6)).to.include({
      answered: 1,
      neutralRefused: false,
    });
    expect(upstreams[1].history!.recall(HOUSE, 6)).to.include({ refused: 1, neutralRefused: true });
  });

  it('believes no answer to another question', () => {
    const { probes, upstreams, sent } = setUp();
    probes.probe(upstreams[0], 0);
    const answer = answerTo(sent[0]!, { question: 'a.example. IN A' });
    expect(probes.take(answer, upstreams[0], 5)).to.equal(true);
    expect(upstreams[0].history).to.equal(undefined);
  });

  it('leaves the choice of servers to what clients ask', () => {
    const { probes, upstreams, sent } = setUp();
    for (let i = 0; i < 6; i++) {
      probes.probe(upstreams[0], i * 10_000);
      probes.take(answerTo(sent[i]!, { rcode: 'REFUSED' }), upstreams[0], i * 10_000 + 5);
    }
    expect(upstreams[0].refusals.isRefusing).to.equal(false);
  });
});

describe('forward/loop-probe recheck', () => {
  it('leaves upstreams alone that do not lead back here', () => {
    const { probes, upstreams, sent } = setUp();
    probes.probe(upstreams[0], 0);
    probes.recheck(60_000);
    expect(sent).to.have.lengthOf(1);
  });

  it('frees an upstream when the next probe does not come back', () => {
    const { probes, upstreams, sent } = setUp();
    probes.probe(upstreams[0], 0);
    probes.match(comesBack(sent[0]!));
    probes.recheck(9999);
    expect(sent).to.have.lengthOf(1);
    probes.recheck(10_000);
    expect(sent).to.have.lengthOf(2);
    expect(upstreams[0].isLoop).to.equal(true);
    probes.recheck(20_000);
    expect(upstreams[0].isLoop).to.equal(false);
  });

  it('keeps an upstream out for as long as its probes come back', () => {
    const { probes, upstreams, sent } = setUp();
    probes.probe(upstreams[0], 0);
    for (let now = 10_000; now <= 50_000; now += 10_000) {
      probes.match(comesBack(sent.at(-1)!, now - 1));
      probes.recheck(now);
      expect(upstreams[0].isLoop).to.equal(true);
    }
    expect(sent).to.have.lengthOf(6);
  });
});
