import { expect } from 'chai';
import type { ChannelEnd } from '../../src/forward/channels.ts';
import { Asking } from './asking.ts';

const ONE = 'upstreams: { default: { servers: [192.0.2.1], timeout: 2s, attempts: 2 } }';
const TWO = 'upstreams: { default: { servers: [192.0.2.1, 192.0.2.2], timeout: 2s } }';
const TCP_ONLY = 'upstreams: { default: { servers: ["tcp://192.0.2.1"], timeout: 2s } }';

const CLOSED: ChannelEnd = { kind: 'closed', reason: 'closed', hasAnswered: false };
const CLOSED_AFTER_ANSWERS: ChannelEnd = { ...CLOSED, hasAnswered: true };
const UNSENT: ChannelEnd = { kind: 'unsent', reason: 'EINVAL', hasAnswered: true };

describe('engine/unanswered', () => {
  let stage: Asking;
  afterEach(() => stage.close());

  function setUp(config: string): void {
    stage = new Asking(config);
  }

  describe('an answer that comes late', () => {
    it('is used as long as the query is open', () => {
      setUp(ONE);
      const first = stage.ask();
      stage.wait(2000);
      expect(stage.asked.at(-1)).to.not.equal(first);
      stage.wait(500);
      stage.give(first);
      expect(stage.rcodes).to.deep.equal([3]);
      expect(stage.records.at(-1)).to.have.nested.property('upstream.rttMs', 2500);
      expect(stage.attempts).to.deep.equal(['timeout']);
      expect(stage.upstream('192.0.2.1:53').health.udp.isDown).to.equal(false);
    });

    it('is used of the server that was asked before the one that is asked now', () => {
      setUp(TWO);
      const first = stage.ask();
      stage.wait(2500);
      const { length } = stage.asked;
      stage.give(first);
      expect(stage.rcodes).to.deep.equal([3]);
      expect(length).to.be.above(1);
    });

    it('is of no use after the last timeout', () => {
      setUp(ONE);
      const first = stage.ask();
      stage.wait(4000);
      expect(stage.rcodes).to.deep.equal([2]);
      stage.give(first);
      expect(stage.rcodes).to.deep.equal([2]);
    });
  });

  describe('a socket by which nothing comes', () => {
    it('is left for a new one after 500 milliseconds, at no cost, and both are heard', () => {
      setUp(ONE);
      const first = stage.ask();
      stage.silent.add(first.channel);
      stage.wait(500);
      expect(stage.asked).to.have.lengthOf(2);
      stage.wait(1900);
      expect(stage.asked, 'no more than that').to.have.lengthOf(2);
      stage.wait(100);
      expect(stage.asked, 'the second attempt').to.have.lengthOf(3);
      stage.give(first);
      expect(stage.rcodes).to.deep.equal([3]);
      expect(stage.attempts).to.deep.equal(['silent, new socket', 'timeout']);
      expect(stage.told.get('lost 192.0.2.1:53 udp silent')).to.equal(1);
    });

    it('is left for a new one also when others are heard, all of them opened later', () => {
      for (const isOutlived of [false, true]) {
        setUp(ONE);
        const first = stage.ask();
        stage.silent.add(first.channel);
        if (isOutlived) stage.outlived.add(first.channel);
        stage.upstream('192.0.2.1:53').health.udp.heard(stage.now + 1);
        stage.wait(500);
        expect(stage.asked).to.have.lengthOf(isOutlived ? 2 : 1);
      }
    });

    it('is kept while it hears others', () => {
      setUp(ONE);
      stage.ask();
      stage.wait(1975);
      expect(stage.asked).to.have.lengthOf(1);
    });
  });

  describe('a connection on which a question waits behind another', () => {
    it('is left for another when others are usually quicker', () => {
      setUp(TCP_ONLY);
      const first = stage.ask();
      stage.stuck.add(first.channel);
      stage.wait(50);
      expect(stage.asked).to.have.lengthOf(2);
      stage.give(stage.asked.at(-1)!);
      expect(stage.attempts).to.deep.equal(['silent, new stream']);
    });

    it('that is silent is retired when a question times out, and the next one is fresh', () => {
      setUp(TCP_ONLY);
      const first = stage.ask();
      // What is heard speaks for the server, and not for the connection.
      stage.upstream('tcp://192.0.2.1:53').health.tcp.heard(stage.now + 1);
      stage.silent.add(first.channel);
      stage.wait(2000);
      expect(stage.asked.map(({ manner }) => manner)).to.deep.equal(['usual', 'fresh']);
      stage.give(stage.asked.at(-1)!);
      expect(stage.attempts).to.deep.equal(['silent, new stream']);
      expect(stage.told.get('lost tcp://192.0.2.1:53 tcp silent')).to.equal(1);
    });
  });

  describe('a connection by which nothing comes', () => {
    it('is left for a fresh one when nothing is heard from its server at all', () => {
      setUp(TCP_ONLY);
      stage.silent.add(stage.ask().channel);
      stage.wait(600);
      expect(stage.asked.map(({ manner }) => manner)).to.deep.equal(['usual', 'fresh']);
      stage.give(stage.asked.at(-1)!);
      expect(stage.rcodes).to.deep.equal([3]);
      expect(stage.attempts).to.deep.equal(['silent, new stream']);
    });
  });

  describe('a connection that its server closes', () => {
    it('costs no attempt: the question is asked again by another', () => {
      setUp(TCP_ONLY);
      stage.endChannel(stage.ask(), CLOSED);
      expect(stage.asked).to.have.lengthOf(2);
      stage.give(stage.asked.at(-1)!);
      expect(stage.rcodes).to.deep.equal([3]);
      expect(stage.attempts).to.deep.equal(['stream closed, asked again']);
      expect(stage.told.get('lost tcp://192.0.2.1:53 tcp closed')).to.equal(1);
    });

    it('costs one when it had answered nothing, the second time', () => {
      setUp(TCP_ONLY);
      stage.ask();
      for (let i = 0; i < 20 && stage.replies.length === 0; i++) {
        stage.endChannel(stage.asked.at(-1)!, CLOSED);
      }
      expect(stage.asked).to.have.lengthOf(3);
      expect(stage.rcodes).to.deep.equal([2]);
      expect(stage.attempts).to.deep.equal([
        'stream closed, asked again',
        'connection closed',
        'connection closed',
      ]);
    });

    it('is asked all when it closes after each answer, and does not go on for ever', () => {
      setUp(TCP_ONLY);
      stage.ask();
      for (let i = 0; i < 1000 && stage.replies.length === 0; i++) {
        stage.endChannel(stage.asked.at(-1)!, CLOSED_AFTER_ANSWERS);
      }
      expect(stage.asked.length).to.be.within(20, 100);
      expect(stage.rcodes).to.deep.equal([2]);
    });

    it('is not asked an update again, which may have been carried out', () => {
      setUp(`acl: { update: { 127.0.0.1: allow } }\n${ONE}`);
      stage.endChannel(stage.ask({ name: 'example.com', opcode: 'UPDATE', type: 'SOA' }), CLOSED);
      expect(stage.asked).to.have.lengthOf(1);
      expect(stage.rcodes).to.deep.equal([2]);
    });
  });

  describe('a socket that cannot send', () => {
    it('costs no attempt: the question leaves by a new one', () => {
      setUp(ONE);
      stage.endChannel(stage.ask(), UNSENT);
      stage.give(stage.asked.at(-1)!);
      expect(stage.rcodes).to.deep.equal([3]);
      expect(stage.attempts).to.deep.equal(['EINVAL, new socket']);
      expect(stage.told.get('lost 192.0.2.1:53 udp unsent')).to.equal(1);
    });
  });
});
