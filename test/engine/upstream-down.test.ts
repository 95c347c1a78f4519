import { expect } from 'chai';
import type { ChannelEnd } from '../../src/forward/channels.ts';
import { readMessage } from '../world/message-text.ts';
import type { SentQuestion } from '../world/stage.ts';
import { Asking } from './asking.ts';

const ONE = 'upstreams: { default: { servers: [192.0.2.1], timeout: 2s, attempts: 2 } }';
const TWO = 'upstreams: { default: { servers: [192.0.2.1, 192.0.2.2], timeout: 2s } }';
const TCP_ONLY = 'upstreams: { default: { servers: ["tcp://192.0.2.1"], timeout: 2s } }';
const REFUSED: ChannelEnd = { kind: 'failed', reason: 'ECONNREFUSED', hasAnswered: false };

describe('engine, upstreams that are down', () => {
  let stage: Asking;
  afterEach(() => stage.close());

  function setUp(config: string): void {
    stage = new Asking(config);
  }

  describe('a server without TCP', () => {
    const tcp = { transport: 'tcp' } as const;

    it('is asked by UDP with room for any answer, in the same attempt', () => {
      setUp(`${ONE.replace('attempts: 2', 'attempts: 1')}`);
      stage.endChannel(stage.ask(tcp), REFUSED);
      const again = stage.asked.at(-1)!;
      expect(again.transport).to.equal('udp');
      expect(readMessage(again.octets).edns).to.include({ payload: 0xffff });
      stage.give(again);
      expect(stage.rcodes).to.deep.equal([3]);
      expect(stage.attempts).to.deep.equal(['ECONNREFUSED']);
      expect(stage.records.at(-1)).to.have.nested.property('attempts[0].transport', 'tcp');
    });

    it('is up for UDP, and asked by it at once the next time', () => {
      setUp(ONE);
      stage.endChannel(stage.ask(tcp), REFUSED);
      const { health } = stage.upstream('192.0.2.1:53');
      expect([health.udp.isDown, health.tcp.isDown]).to.deep.equal([false, true]);
      expect(stage.ask({ ...tcp, name: 'b.example' }, 2).transport).to.equal('udp');
      expect(stage.ask({ name: 'c.example' }, 3).transport).to.equal('udp');
    });

    it('has SERVFAIL with EDE 22 and the reason when the datagram is cut', () => {
      setUp(`${ONE.replace('attempts: 2', 'attempts: 1')}`);
      stage.endChannel(stage.ask({ ...tcp, edns: {} }), REFUSED);
      stage.give(stage.asked.at(-1)!, { rcode: 'NOERROR', flags: 'qr tc rd ra' });
      expect(stage.rcodes).to.deep.equal([2]);
      expect(stage.attempts).to.deep.equal(['ECONNREFUSED', 'truncated, no TCP']);
      const reason = 'upstreams.default answer too large for UDP, and no TCP';
      expect(stage.records.at(-1)).to.deep.include({ ede: [22] });
      expect(stage.records.at(-1)).to.have.nested.property('rule.id', reason);
      expect(Buffer.from(stage.replies[0]!.octets).toString('latin1')).to.include(reason);
    });

    it('is tried by TCP again by a question that is answered by UDP meanwhile', () => {
      setUp(ONE);
      stage.endChannel(stage.ask(tcp), REFUSED);
      stage.wait(1000);
      stage.ask({ ...tcp, name: 'b.example' }, 2);
      const [byUdp, byTcp] = stage.asked.slice(-2) as [SentQuestion, SentQuestion];
      expect([byUdp.transport, byTcp.transport]).to.deep.equal(['udp', 'tcp']);
      stage.give(byTcp);
      expect(stage.rcodes).to.deep.equal([3]);
      expect(stage.upstream('192.0.2.1:53').health.tcp.isDown).to.equal(false);
    });

    it('fails where it is configured for TCP alone', () => {
      setUp(TCP_ONLY);
      stage.ask(tcp);
      for (let i = 0; i < 4 && stage.replies.length === 0; i++) {
        stage.endChannel(stage.asked.at(-1)!, REFUSED);
      }
      expect(new Set(stage.asked.map(({ transport }) => transport))).to.deep.equal(
        new Set(['tcp']),
      );
      expect(stage.rcodes).to.deep.equal([2]);
    });
  });

  describe('a server that is down', () => {
    it('is asked a question of a client besides once a second, and used when it answers', () => {
      setUp(TWO);
      stage.endChannel(stage.ask(), REFUSED);
      stage.give(stage.asked.at(-1)!);
      const names = () => stage.asked.splice(0).map(({ upstream }) => upstream.name);
      names();
      stage.ask({ name: 'b.example' }, 2);
      expect(names(), 'too early').to.deep.equal(['192.0.2.2:53']);
      stage.wait(1000);
      stage.ask({ name: 'c.example' }, 3);
      const [, trial] = stage.asked as [SentQuestion, SentQuestion];
      expect(names()).to.deep.equal(['192.0.2.2:53', '192.0.2.1:53']);
      expect(trial.manner).to.equal('fresh');
      stage.give(trial);
      stage.ask({ name: 'd.example' }, 4);
      expect(names()).to.deep.equal(['192.0.2.1:53']);
    });

    it('costs a client nothing when it is still down', () => {
      setUp(TWO);
      stage.endChannel(stage.ask(), REFUSED);
      stage.give(stage.asked.at(-1)!);
      stage.wait(1000);
      stage.ask({ name: 'c.example' }, 3);
      const [other, trial] = stage.asked.slice(-2) as [SentQuestion, SentQuestion];
      stage.endChannel(trial, REFUSED);
      expect(stage.asked.at(-1), 'nobody else is asked').to.equal(trial);
      stage.give(other);
      expect(stage.rcodes).to.deep.equal([3, 3]);
      expect(stage.attempts).to.deep.equal([]);
    });

    it('is asked by a query that gets a stale answer at once', () => {
      setUp(`${ONE.replace('attempts: 2', 'attempts: 1')}\ncache: { entries: 9, serveStale: 1h }`);
      stage.give(stage.ask(), { rcode: 'NOERROR', answer: ['www.example.com. 60 A 192.0.2.80'] });
      stage.wait(61_000);
      stage.endChannel(stage.ask({ name: 'b.example' }, 2), REFUSED);
      stage.asked.length = 0;
      stage.ask({}, 3);
      expect(stage.asked, 'too early').to.deep.equal([]);
      stage.wait(1000);
      const question = stage.ask({}, 4);
      stage.wait(25);
      expect(stage.rcodes).to.deep.equal([0, 2, 0, 0]);
      expect(stage.records.at(-1)).to.deep.include({ origin: 'cache', ede: [3] });
      stage.give(question, { rcode: 'NOERROR', answer: ['www.example.com. 60 A 192.0.2.81'] });
      stage.ask({}, 5);
      expect(readMessage(stage.replies.at(-1)!.octets).answer).to.deep.equal([
        'www.example.com. 60 IN A 192.0.2.81',
      ]);
    });
  });
});
