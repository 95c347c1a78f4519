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
  readonly transport: string;
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
      send(to, octets, length, transport) {
        const question = octets.slice(0, length);
        sent.push({ upstream: to, channel: sent.length, octets: question, transport });
        return sent.length - 1;
      },
      isStuck: () => false,
      isOutlived: () => false,
      isSecuring: () => false,
      unanswered: () => false,
    },
    () => {
      recovered++;
    },
  );
  const tick = (now: number) => watch.tick(new Map([['default', group]]), now);
  const introduce = (now: number) => watch.introduce(new Map([['default', group]]), now);
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
  return { upstream, sent, tick, introduce, refuse, take, questions, recovered: () => recovered };
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

  const NAMES = ['id.server. CH TXT', 'version.bind. CH TXT'];

  it('asks for its names, for the root, for another type, and for the same by TCP', () => {
    const { refuse, questions, sent } = setUp(12);
    refuse(0);
    expect(questions()).to.deep.equal([
      ...NAMES,
      '. IN A',
      'www.example.com. IN SOA',
      'www.example.com. IN A',
    ]);
    expect(sent.map(({ transport }) => transport)).to.deep.equal([
      ...['udp', 'udp', 'udp', 'udp'],
      'tcp',
    ]);
  });

  it('asks for an address when that was not what was refused, and for its type elsewhere', () => {
    const { refuse, questions } = setUp(12);
    refuse(0, 'low', asked('www.example.com', { type: 16 }));
    expect(questions().slice(2)).to.deep.equal([
      '. IN TXT',
      'www.example.com. IN A',
      'www.example.com. IN TXT',
    ]);
  });

  it('asks with RD=1 for what was refused without', () => {
    const { refuse, questions, sent } = setUp(12);
    refuse(0, 'low', asked('www.example.com', { flags: 0 }));
    expect(questions()[4]).to.equal('www.example.com. IN A');
    expect(sent[4]!.transport).to.equal('udp');
    expect(readMessage(sent[4]!.octets).flags).to.include('rd');
  });

  it('asks for localhost where the refusal does not repeat the question', () => {
    const { upstream, refuse, questions, take } = setUp(12);
    refuse(0, 'low', QUERY, true);
    expect(questions()[2]).to.equal('localhost. IN A');
    expect(upstream.known.recall(QUERY, 5).localAnswered).to.equal(undefined);
    take(2, { rcode: 'REFUSED' }, 10);
    expect(upstream.known.recall(QUERY, 20).localAnswered).to.equal(false);
  });

  it('asks for its names at start, and again after an hour', () => {
    const { introduce, questions, take } = setUp(12);
    introduce(0);
    expect(questions().slice(1)).to.deep.equal(NAMES);
    take(2, { answer: ['version.bind. 0 CH TXT "9.18.49"'] }, 10);
    introduce(3_600_009);
    expect(questions().filter((one) => NAMES.includes(one!))).to.have.lengthOf(2);
    introduce(3_600_011);
    expect(questions().filter((one) => NAMES.includes(one!))).to.have.lengthOf(4);
  });

  it('asks at start for localhost where its name is refused without the question', () => {
    const { upstream, introduce, questions, take } = setUp(12);
    introduce(0);
    take(1, { rcode: 'REFUSED', question: 'none' }, 10);
    expect(questions()[3]).to.equal('localhost. IN A');
    take(3, {}, 20);
    expect(upstream.known.recall(QUERY, 30).localAnswered).to.equal(true);
  });

  const byTcp: readonly { says: string; answer: AnswerText; identityByTcp: boolean }[] = [
    { says: 'REFUSED', answer: { rcode: 'REFUSED' }, identityByTcp: false },
    { says: 'anything else', answer: {}, identityByTcp: true },
  ];
  for (const { says, answer, identityByTcp } of byTcp) {
    it(`asks at start by TCP where its name is refused by UDP, and hears ${says}`, () => {
      const { upstream, introduce, sent, take } = setUp(12);
      introduce(0);
      take(1, { rcode: 'REFUSED' }, 10);
      expect(sent[3]!.transport).to.equal('tcp');
      take(3, answer, 20);
      expect(upstream.known.recall(QUERY, 30).identityByTcp).to.equal(identityByTcp);
    });
  }

  it('asks for no names at start where it may ask nothing', () => {
    const { introduce, questions } = setUp(0);
    introduce(0);
    expect(questions()).to.have.lengthOf(1);
  });

  it('asks no more than a round at once, and so many a minute', () => {
    const { refuse, questions } = setUp(12);
    for (let now = 0; now < 60_000; now += 100) refuse(now);
    expect(questions().length).to.be.at.most(12 + 5);
  });

  it('asks nothing about a refusal that is certain, and of a transfer for names alone', () => {
    const { refuse, questions } = setUp(12);
    refuse(0, 'high');
    expect(questions()).to.deep.equal([]);
    refuse(0, 'low', asked('example.com', { type: 252 }));
    expect(questions()).to.deep.equal(NAMES);
  });

  it('remembers what it hears', () => {
    const { upstream, refuse, take } = setUp(12);
    refuse(0);
    take(0, { answer: ['id.server. 0 CH TXT "ns7"'] }, 10);
    take(1, { answer: ['version.bind. 0 CH TXT "dnsmasq-2.90"'] }, 10);
    take(2, {}, 10);
    take(3, { rcode: 'REFUSED' }, 10);
    take(4, {}, 10);
    expect(upstream.history?.recall(QUERY, 20)).to.deep.include({
      answered: 1,
      refused: 0,
      recurses: true,
      identity: 'ns7',
      program: 'dnsmasq',
      byTcp: 'answered',
    });
    const other = asked('www.example.com', { type: 16 });
    expect(upstream.history?.recall(other, 20).byTcp).to.equal(undefined);
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
      take(2, {}, 10);
      take(0, answer, 10);
      expect(upstream.history?.recall(QUERY, 20).identity).to.equal(identity);
    });
  }
});
