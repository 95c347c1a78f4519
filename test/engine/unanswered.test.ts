import { expect } from 'chai';
import type { ChannelEnd } from '../../src/forward/channels.ts';
import { writeAnswer } from '../world/answer-text.ts';
import { readMessage } from '../world/message-text.ts';
import { type QueryText, writeQuery } from '../world/query-text.ts';
import { type SentQuestion, Stage } from '../world/stage.ts';

const ONE = 'upstreams: { default: { servers: [192.0.2.1], timeout: 2s, attempts: 2 } }';
const TWO = 'upstreams: { default: { servers: [192.0.2.1, 192.0.2.2], timeout: 2s } }';
const TCP_ONLY = 'upstreams: { default: { servers: ["tcp://192.0.2.1"], timeout: 2s } }';
const CLIENT = { address: '127.0.0.1', port: 40_000 } as const;

const CLOSED: ChannelEnd = { kind: 'closed', reason: 'closed', hasAnswered: false };
const CLOSED_AFTER_ANSWERS: ChannelEnd = { ...CLOSED, hasAnswered: true };
const UNSENT: ChannelEnd = { kind: 'unsent', reason: 'EINVAL', hasAnswered: true };
const REFUSED: ChannelEnd = { kind: 'failed', reason: 'ECONNREFUSED', hasAnswered: false };

describe('engine/unanswered', () => {
  let stage: Stage;
  afterEach(() => stage.close());

  function setUp(config: string): void {
    stage = new Stage(config, {});
  }

  function ask(text: Partial<QueryText> = {}, id = 1): SentQuestion {
    const { transport = 'udp' } = text;
    stage.query(writeQuery({ name: 'www.example.com', ...text }, id), { ...CLIENT, transport });
    return stage.asked.at(-1)!;
  }

  function answer(question: SentQuestion, text: Parameters<typeof writeAnswer>[0] = {}): void {
    stage.answer(writeAnswer({ rcode: 'NXDOMAIN', ...text }, question.octets), question);
  }

  const rcodes = () => stage.replies.map(({ octets }) => octets[3]! & 0x0f);
  const attempts = () => {
    const list = (stage.records.at(-1)?.['attempts'] ?? []) as { rcode: string }[];
    return list.map(({ rcode }) => rcode);
  };

  describe('an answer that comes late', () => {
    it('is used as long as the query is open', () => {
      setUp(ONE);
      const first = ask();
      stage.wait(2000);
      expect(stage.asked.at(-1)).to.not.equal(first);
      stage.wait(500);
      answer(first);
      expect(rcodes()).to.deep.equal([3]);
      expect(stage.records.at(-1)).to.have.nested.property('upstream.rttMs', 2500);
      expect(attempts()).to.deep.equal(['timeout']);
      expect(stage.upstream('192.0.2.1:53').health.udp.isDown).to.equal(false);
    });

    it('is used of the server that was asked before the one that is asked now', () => {
      setUp(TWO);
      const first = ask();
      stage.wait(2500);
      const { length } = stage.asked;
      answer(first);
      expect(rcodes()).to.deep.equal([3]);
      expect(length).to.be.above(1);
    });

    it('is of no use after the last timeout', () => {
      setUp(ONE);
      const first = ask();
      stage.wait(4000);
      expect(rcodes()).to.deep.equal([2]);
      answer(first);
      expect(rcodes()).to.deep.equal([2]);
    });
  });

  describe('a socket by which nothing comes', () => {
    it('is left for a new one after 500 milliseconds, at no cost, and both are heard', () => {
      setUp(ONE);
      const first = ask();
      stage.silent.add(first.channel);
      stage.wait(500);
      expect(stage.asked).to.have.lengthOf(2);
      stage.wait(1900);
      expect(stage.asked, 'no more than that').to.have.lengthOf(2);
      stage.wait(100);
      expect(stage.asked, 'the second attempt').to.have.lengthOf(3);
      answer(first);
      expect(rcodes()).to.deep.equal([3]);
      expect(attempts()).to.deep.equal(['silent, new socket', 'timeout']);
      expect(stage.told.get('lost 192.0.2.1:53 udp silent')).to.equal(1);
    });

    it('is kept while it hears others', () => {
      setUp(ONE);
      ask();
      stage.wait(1975);
      expect(stage.asked).to.have.lengthOf(1);
    });
  });

  describe('a connection on which a question waits behind another', () => {
    it('is left for another when others are usually quicker', () => {
      setUp(TCP_ONLY);
      const first = ask();
      stage.stuck.add(first.channel);
      stage.wait(50);
      expect(stage.asked).to.have.lengthOf(2);
      answer(stage.asked.at(-1)!);
      expect(attempts()).to.deep.equal(['silent, new stream']);
    });

    it('that is silent is retired when a question times out, and the next one is fresh', () => {
      setUp(TCP_ONLY);
      const first = ask();
      stage.silent.add(first.channel);
      stage.wait(2000);
      expect(stage.asked.map(({ manner }) => manner)).to.deep.equal(['usual', 'fresh']);
      answer(stage.asked.at(-1)!);
      expect(attempts()).to.deep.equal(['silent, new stream']);
      expect(stage.told.get('lost tcp://192.0.2.1:53 tcp silent')).to.equal(1);
    });
  });

  describe('a connection that its server closes', () => {
    it('costs no attempt: the question is asked again by another', () => {
      setUp(TCP_ONLY);
      stage.endChannel(ask(), CLOSED);
      expect(stage.asked).to.have.lengthOf(2);
      answer(stage.asked.at(-1)!);
      expect(rcodes()).to.deep.equal([3]);
      expect(attempts()).to.deep.equal(['stream closed, asked again']);
      expect(stage.told.get('lost tcp://192.0.2.1:53 tcp closed')).to.equal(1);
    });

    it('costs one when it had answered nothing, the second time', () => {
      setUp(TCP_ONLY);
      ask();
      for (let i = 0; i < 20 && stage.replies.length === 0; i++) {
        stage.endChannel(stage.asked.at(-1)!, CLOSED);
      }
      expect(stage.asked).to.have.lengthOf(3);
      expect(rcodes()).to.deep.equal([2]);
      expect(attempts()).to.deep.equal([
        'stream closed, asked again',
        'connection closed',
        'connection closed',
      ]);
    });

    it('is asked all when it closes after each answer, and does not go on for ever', () => {
      setUp(TCP_ONLY);
      ask();
      for (let i = 0; i < 1000 && stage.replies.length === 0; i++) {
        stage.endChannel(stage.asked.at(-1)!, CLOSED_AFTER_ANSWERS);
      }
      expect(stage.asked.length).to.be.within(20, 100);
      expect(rcodes()).to.deep.equal([2]);
    });

    it('is not asked an update again, which may have been carried out', () => {
      setUp(`acl: { update: { 127.0.0.1: allow } }\n${ONE}`);
      stage.endChannel(ask({ name: 'example.com', opcode: 'UPDATE', type: 'SOA' }), CLOSED);
      expect(stage.asked).to.have.lengthOf(1);
      expect(rcodes()).to.deep.equal([2]);
    });
  });

  describe('a socket that cannot send', () => {
    it('costs no attempt: the question leaves by a new one', () => {
      setUp(ONE);
      stage.endChannel(ask(), UNSENT);
      answer(stage.asked.at(-1)!);
      expect(rcodes()).to.deep.equal([3]);
      expect(attempts()).to.deep.equal(['EINVAL, new socket']);
      expect(stage.told.get('lost 192.0.2.1:53 udp unsent')).to.equal(1);
    });
  });

  describe('a server without TCP', () => {
    const tcp = { transport: 'tcp' } as const;

    it('is asked by UDP with room for any answer, in the same attempt', () => {
      setUp(`${ONE.replace('attempts: 2', 'attempts: 1')}`);
      stage.endChannel(ask(tcp), REFUSED);
      const again = stage.asked.at(-1)!;
      expect(again.transport).to.equal('udp');
      expect(readMessage(again.octets).edns).to.include({ payload: 0xffff });
      answer(again);
      expect(rcodes()).to.deep.equal([3]);
      expect(attempts()).to.deep.equal(['ECONNREFUSED']);
      expect(stage.records.at(-1)).to.have.nested.property('attempts[0].transport', 'tcp');
    });

    it('is up for UDP, and asked by it at once the next time', () => {
      setUp(ONE);
      stage.endChannel(ask(tcp), REFUSED);
      const { health } = stage.upstream('192.0.2.1:53');
      expect([health.udp.isDown, health.tcp.isDown]).to.deep.equal([false, true]);
      expect(ask({ ...tcp, name: 'b.example' }, 2).transport).to.equal('udp');
      expect(ask({ name: 'c.example' }, 3).transport).to.equal('udp');
    });

    it('has SERVFAIL with EDE 22 and the reason when the datagram is cut', () => {
      setUp(`${ONE.replace('attempts: 2', 'attempts: 1')}`);
      stage.endChannel(ask({ ...tcp, edns: {} }), REFUSED);
      answer(stage.asked.at(-1)!, { rcode: 'NOERROR', flags: 'qr tc rd ra' });
      expect(rcodes()).to.deep.equal([2]);
      expect(attempts()).to.deep.equal(['ECONNREFUSED', 'truncated, no TCP']);
      const reason = 'upstreams.default answer too large for UDP, and no TCP';
      expect(stage.records.at(-1)).to.deep.include({ ede: [22] });
      expect(stage.records.at(-1)).to.have.nested.property('rule.id', reason);
      expect(Buffer.from(stage.replies[0]!.octets).toString('latin1')).to.include(reason);
    });

    it('is tried by TCP again by a question that is answered by UDP meanwhile', () => {
      setUp(ONE);
      stage.endChannel(ask(tcp), REFUSED);
      stage.wait(1000);
      ask({ ...tcp, name: 'b.example' }, 2);
      const [byUdp, byTcp] = stage.asked.slice(-2) as [SentQuestion, SentQuestion];
      expect([byUdp.transport, byTcp.transport]).to.deep.equal(['udp', 'tcp']);
      answer(byTcp);
      expect(rcodes()).to.deep.equal([3]);
      expect(stage.upstream('192.0.2.1:53').health.tcp.isDown).to.equal(false);
    });

    it('fails where it is configured for TCP alone', () => {
      setUp(TCP_ONLY);
      ask(tcp);
      for (let i = 0; i < 4 && stage.replies.length === 0; i++) {
        stage.endChannel(stage.asked.at(-1)!, REFUSED);
      }
      expect(new Set(stage.asked.map(({ transport }) => transport))).to.deep.equal(
        new Set(['tcp']),
      );
      expect(rcodes()).to.deep.equal([2]);
    });
  });

  describe('a server that is down', () => {
    it('is asked a question of a client besides once a second, and used when it answers', () => {
      setUp(TWO);
      stage.endChannel(ask(), REFUSED);
      answer(stage.asked.at(-1)!);
      const names = () => stage.asked.splice(0).map(({ upstream }) => upstream.name);
      names();
      ask({ name: 'b.example' }, 2);
      expect(names(), 'too early').to.deep.equal(['192.0.2.2:53']);
      stage.wait(1000);
      ask({ name: 'c.example' }, 3);
      const [, trial] = stage.asked as [SentQuestion, SentQuestion];
      expect(names()).to.deep.equal(['192.0.2.2:53', '192.0.2.1:53']);
      expect(trial.manner).to.equal('fresh');
      answer(trial);
      ask({ name: 'd.example' }, 4);
      expect(names()).to.deep.equal(['192.0.2.1:53']);
    });

    it('costs a client nothing when it is still down', () => {
      setUp(TWO);
      stage.endChannel(ask(), REFUSED);
      answer(stage.asked.at(-1)!);
      stage.wait(1000);
      ask({ name: 'c.example' }, 3);
      const [other, trial] = stage.asked.slice(-2) as [SentQuestion, SentQuestion];
      stage.endChannel(trial, REFUSED);
      expect(stage.asked.at(-1), 'nobody else is asked').to.equal(trial);
      answer(other);
      expect(rcodes()).to.deep.equal([3, 3]);
      expect(attempts()).to.deep.equal([]);
    });

    it('is asked by a query that gets a stale answer at once', () => {
      setUp(`${ONE.replace('attempts: 2', 'attempts: 1')}\ncache: { entries: 9, serveStale: 1h }`);
      answer(ask(), { rcode: 'NOERROR', answer: ['www.example.com. 60 A 192.0.2.80'] });
      stage.wait(61_000);
      stage.endChannel(ask({ name: 'b.example' }, 2), REFUSED);
      stage.asked.length = 0;
      ask({}, 3);
      expect(stage.asked, 'too early').to.deep.equal([]);
      stage.wait(1000);
      const question = ask({}, 4);
      stage.wait(25);
      expect(rcodes()).to.deep.equal([0, 2, 0, 0]);
      expect(stage.records.at(-1)).to.deep.include({ origin: 'cache', ede: [3] });
      answer(question, { rcode: 'NOERROR', answer: ['www.example.com. 60 A 192.0.2.81'] });
      ask({}, 5);
      expect(readMessage(stage.replies.at(-1)!.octets).answer).to.deep.equal([
        'www.example.com. 60 IN A 192.0.2.81',
      ]);
    });
  });
});
