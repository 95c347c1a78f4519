import { expect } from 'chai';
import { UpstreamGroup } from '../../src/forward/group.ts';
import type { PendingQuery } from '../../src/forward/pending-query.ts';
import { SelfQueries } from '../../src/forward/self-queries.ts';
import type { Upstream } from '../../src/forward/upstream.ts';
import { UpstreamTable } from '../../src/forward/upstream.ts';
import { Answer } from '../../src/wire/answer.ts';
import { type AnswerText, writeAnswer } from '../world/answer-text.ts';
import { asked } from '../world/asked.ts';
import { isUp } from '../world/exchange.ts';
import { readMessage } from '../world/message-text.ts';

const QUERY = asked('www.example.com');

interface Sent {
  readonly upstream: Upstream;
  readonly channel: number;
  readonly octets: Uint8Array;
}

function setUp(probe = 0) {
  const table = new UpstreamTable();
  const upstream = table.get('udp', { address: '192.0.2.1', port: 53 });
  const settings = { strategy: 'sequential', timeout: 2000, attempts: 2, probe } as const;
  const group = new UpstreamGroup({ name: 'default', ...settings });
  group.upstreams = [upstream];
  const sent: Sent[] = [];
  let recovered = 0;
  const watch = new SelfQueries(
    {
      send(to, octets, length) {
        sent.push({ upstream: to, channel: sent.length, octets: octets.slice(0, length) });
        return sent.length - 1;
      },
      isStuck: () => false,
      isOutlived: () => false,
      unanswered: () => false,
    },
    () => {
      recovered++;
    },
  );
  const tick = (now: number) => watch.tick(new Map([['default', group]]), now);
  const refuse = (
    now: number,
    confidence: 'high' | 'medium' | 'low' = 'low',
    query = QUERY,
    isBare = false,
  ) => {
    watch.refused(
      { upstream, group } as unknown as PendingQuery,
      { confidence, isBare },
      query,
      now,
    );
  };
  const take = (index: number, text: AnswerText, now: number, more: Partial<Sent> = {}) => {
    const question = { ...sent[index]!, ...more };
    const octets = writeAnswer(text, question.octets);
    const answer = new Answer();
    answer.message = octets;
    const { upstream: from, channel } = question;
    return watch.take({ octets, length: octets.length, answer }, { upstream: from, channel }, now);
  };
  const questions = () => sent.map(({ octets }) => readMessage(octets).question);
  return { upstream, sent, tick, refuse, take, questions, recovered: () => recovered };
}

describe('forward/watch tick', () => {
  it('asks an upstream that is down for the name servers of the root', () => {
    const { upstream, tick, questions } = setUp();
    tick(5000);
    upstream.failed('udp', 5000, 7000, 2000);
    tick(7999);
    expect(questions()).to.deep.equal([]);
    tick(8000);
    tick(8010);
    expect(questions()).to.deep.equal(['. IN NS']);
  });

  it('tells when an upstream is back, whatever it answers', () => {
    const { upstream, tick, take, recovered } = setUp();
    upstream.failed('udp', 0, 0, 2000);
    tick(1000);
    expect(take(0, { rcode: 'REFUSED' }, 1010)).to.equal(true);
    expect(isUp(upstream)).to.equal(true);
    expect(recovered()).to.equal(1);
    expect(take(0, { rcode: 'REFUSED' }, 1011)).to.equal(false);
  });

  it('takes no answer from another channel, for another question, or too late', () => {
    const { upstream, tick, take } = setUp();
    upstream.failed('udp', 0, 0, 2000);
    tick(1000);
    expect(take(0, {}, 1010, { channel: 7 })).to.equal(false);
    expect(take(0, { wrongId: true }, 1010)).to.equal(false);
    expect(take(0, { question: 'a.example. IN NS' }, 1010)).to.equal(true);
    expect(take(0, { cut: 3 }, 1010)).to.equal(true);
    expect(isUp(upstream)).to.equal(false);
    tick(2999);
    tick(3000);
    expect(take(0, {}, 3000)).to.equal(false);
  });

  it('does not check an upstream that leads back here', () => {
    const { upstream, tick, questions } = setUp();
    upstream.failed('udp', 0, 0, 2000);
    upstream.isLoop = true;
    tick(1000);
    expect(questions()).to.deep.equal([]);
  });
});

describe('forward/watch refused', () => {
  it('asks nothing unless it is configured', () => {
    const { refuse, questions } = setUp(0);
    refuse(0);
    expect(questions()).to.deep.equal([]);
  });

  it('asks for the root, for another type, and for what the upstream calls itself', () => {
    const { refuse, questions } = setUp(12);
    refuse(0);
    expect(questions()).to.deep.equal(['. IN NS', 'www.example.com. IN SOA', 'id.server. CH TXT']);
  });

  it('asks for an address when that was not what was refused', () => {
    const { refuse, questions } = setUp(12);
    refuse(0, 'low', asked('www.example.com', { type: 16 }));
    expect(questions()[1]).to.equal('www.example.com. IN A');
  });

  it('asks no more than it may', () => {
    const { refuse, questions } = setUp(12);
    for (let now = 0; now < 60_000; now += 100) refuse(now);
    expect(questions().length).to.equal(12);
  });

  it('asks nothing about a refusal that is certain, nor about a transfer', () => {
    const { refuse, questions } = setUp(12);
    refuse(0, 'high');
    refuse(0, 'low', asked('example.com', { type: 252 }));
    expect(questions()).to.deep.equal([]);
  });

  it('remembers what it hears', () => {
    const { upstream, refuse, take } = setUp(12);
    refuse(0);
    take(0, {}, 10);
    take(1, { rcode: 'REFUSED' }, 10);
    take(2, { answer: ['id.server. 0 CH TXT "ns7"'] }, 10);
    expect(upstream.history?.recall(QUERY, 20)).to.deep.include({
      answered: 1,
      refused: 0,
      recurses: true,
      identity: 'ns7',
    });
  });

  const identities: readonly { says: string; answer: AnswerText; identity: string | undefined }[] =
    [
      { says: 'REFUSED', answer: { rcode: 'REFUSED' }, identity: '' },
      { says: 'NOTIMP', answer: { rcode: 'NOTIMP' }, identity: undefined },
      { says: 'nothing', answer: {}, identity: undefined },
    ];
  for (const { says, answer, identity } of identities) {
    it(`takes ${says} of id.server for ${JSON.stringify(identity)}`, () => {
      const { upstream, refuse, take } = setUp(12);
      refuse(0);
      take(0, {}, 10);
      take(2, answer, 10);
      expect(upstream.history?.recall(QUERY, 20).identity).to.equal(identity);
    });
  }
});
