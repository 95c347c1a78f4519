import { expect } from 'chai';
import { createTsigKey } from '../../src/wire/tsig.ts';
import { rule, soa, text } from '../policy/rpz/transfer/zones.ts';
import { name, record, uint32 } from '../world/messages.ts';
import { SECRET, signed } from '../world/tsig.ts';
import type { Asked } from './scripted-primary.ts';
import { content, FeedStage } from './zone-transfer-stage.ts';

describe('transfer/feed, with a primary that cannot be trusted', () => {
  let stage: FeedStage;
  beforeEach(async () => {
    stage = await FeedStage.open();
  });
  afterEach(() => stage?.close());

  const big = Array.from({ length: 20 }, (_, i) => text(`t${i}`, 'x'.repeat(100)));
  const bad: readonly (readonly [string, (asked: Asked) => void, RegExp])[] = [
    [
      'closes early',
      ({ send, hangUp }) => {
        send([soa(6), rule('c')]);
        hangUp();
      },
      /the connection was closed before all had come/,
    ],
    ['closes at once', ({ hangUp }) => hangUp(), /the connection was closed before all had come/],
    [
      'sends records of another zone',
      ({ send }) => send([soa(6), record('bad.example', 1, uint32(1)), soa(6)]),
      /bad\.example\. A is not of this zone/,
    ],
    ['sends another zone', ({ send }) => send([soa(6, 'other.example')]), /is not of this zone/],
    ['says nothing', () => {}, /it took more than 0\.3 seconds, the limit of maxTime/],
    ['sends too much', ({ send }) => send([soa(6), ...big]), /more than 2000 octets of records/],
    [
      'ends with another serial',
      ({ send }) => send([soa(6), soa(7)]),
      /begins with serial 6, ends with 7/,
    ],
    [
      'sends an older serial',
      ({ send }) => send([soa(4), soa(4)]),
      /its serial is 4, older than 5 here/,
    ],
    ['refuses', ({ send }) => send([], 5), /it answers REFUSED/],
  ];
  for (const [what, transfer, expected] of bad) {
    it(`keeps the last good copy when the primary ${what}`, async () => {
      const started = await stage.loaded({ maxTime: 300, maxSize: 2000 });
      const { state } = started;
      stage.primary.serial = 6;
      stage.primary.transfer = transfer;
      started.notify();
      const line = await stage.says(expected);
      expect(line).to.match(/^policy feed: rpz\.example\.: 127\.0\.0\.1:\d+: /);
      expect(line).to.match(/; the last good copy stays in force$/);
      expect(started.state).to.equal(state);
      expect(started.problem).to.match(expected);
      expect(started.counts).to.deep.equal({ ok: 1, failed: 1 });
      expect(content(started)).to.deep.equal(['a', 'b']);
    });
  }

  it('does not let a primary that never ends go on for ever', async () => {
    const started = await stage.loaded({ maxTime: 300 });
    stage.primary.serial = 6;
    stage.primary.transfer = ({ send, hangUp }) => {
      send([soa(6)]);
      const timer = setInterval(() => send([rule(`n${Math.random()}`)]), 20);
      setTimeout(() => {
        clearInterval(timer);
        hangUp();
      }, 1000).unref();
    };
    started.notify();
    await stage.says(/it took more than 0\.3 seconds/);
    expect(started.state.standing).to.equal('loaded');
  });

  describe('with a key', () => {
    const key = createTsigKey(name('vendor-key'), 'hmac-sha256', SECRET);
    const now = () => Math.floor(Date.now() / 1000);

    /** Signs each message as the last of an answer to the request. */
    function sign(message: Uint8Array, request: Uint8Array, secret = SECRET): Uint8Array {
      const prior = request.subarray(request.length - 38, request.length - 6);
      return signed(message, { prior, time: now(), secret }).octets;
    }

    it('takes signed answers only', async () => {
      stage.primary.sign = (message, request) => sign(message, request);
      const started = await stage.loaded({ key });
      stage.primary.serial = 6;
      stage.primary.sign = (message) => message;
      started.notify();
      await stage.says(
        /it is not signed; expect a signature by vendor-key\.; the last good copy stays/,
      );
      stage.primary.sign = (message, request) => sign(message, request, SECRET.toReversed());
      started.notify();
      await stage.says(/BADSIG: the signature is wrong/);
      expect(content(started)).to.deep.equal(['a', 'b']);
      stage.primary.sign = (message, request) => sign(message, request);
      started.notify();
      await stage.says(/serial 6 from/);
    });

    it('says what a primary says of its key', async () => {
      stage.primary.sign = (message) => {
        const refused = message.slice();
        refused[3]! |= 9;
        return signed(refused, { error: 17, mac: [] }).octets;
      };
      const started = stage.create({ key });
      started.start();
      const line = await stage.says(/BADKEY/);
      expect(line).to.match(
        /it answers BADKEY to a request signed by vendor-key\. \(NOTAUTH\); it is missing$/,
      );
    });

    it('wants the last message signed', async () => {
      let count = 0;
      stage.primary.sign = (message, request) => (count++ === 0 ? sign(message, request) : message);
      stage.primary.transfer = ({ send }) => {
        send([soa(5), rule('a')]);
        send([soa(5)]);
      };
      const started = stage.create({ key });
      started.start();
      await stage.says(/its last message is not signed/);
      expect(started.state.standing).to.equal('missing');
    });
  });
});
