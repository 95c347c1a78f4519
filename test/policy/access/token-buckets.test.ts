import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import fc from 'fast-check';
import { TokenBuckets, tickOf } from '../../../src/policy/access/token-buckets.ts';

const NOW = Date.parse('2026-11-20T23:00:00.000Z');
const RATE = { perSecond: 10, burst: 5 };
const SOURCE = new URL('../../../src/policy/access/token-buckets.ts', import.meta.url).href;

function keyOf(number: number): Uint32Array {
  return Uint32Array.of(1, 10, number, 0, 0, 0);
}

/** How many tokens a key gets at a moment. */
function takeAll(buckets: TokenBuckets, key: number, now: number, rate = RATE): number {
  let count = 0;
  while (buckets.take(keyOf(key), rate, tickOf(now, rate))) count++;
  return count;
}

describe('policy/token-buckets', () => {
  it('gives a burst, and then what comes back', () => {
    const buckets = new TokenBuckets();
    expect(takeAll(buckets, 1, NOW)).to.equal(5);
    expect(takeAll(buckets, 1, NOW + 99)).to.equal(0);
    expect(takeAll(buckets, 1, NOW + 100)).to.equal(1);
    expect(takeAll(buckets, 1, NOW + 300)).to.equal(2);
    expect(takeAll(buckets, 1, NOW + 60_000)).to.equal(5);
  });

  it('keeps keys apart', () => {
    const buckets = new TokenBuckets();
    for (let key = 0; key < 100; key++) expect(takeAll(buckets, key, NOW), `${key}`).to.equal(5);
    for (let key = 0; key < 100; key++) expect(takeAll(buckets, key, NOW), `${key}`).to.equal(0);
  });

  it('tells what is left, and takes nothing for that', () => {
    const buckets = new TokenBuckets();
    expect(buckets.left(keyOf(1), RATE, tickOf(NOW, RATE))).to.equal(5);
    buckets.take(keyOf(1), RATE, tickOf(NOW, RATE));
    for (let i = 0; i < 10; i++)
      expect(buckets.left(keyOf(1), RATE, tickOf(NOW, RATE))).to.equal(4);
    expect(takeAll(buckets, 1, NOW)).to.equal(4);
    expect(buckets.left(keyOf(1), RATE, tickOf(NOW, RATE))).to.equal(0);
  });

  it('gives as much as a bucket that counts seconds and tokens would', () => {
    const steps = fc.array(fc.tuple(fc.nat({ max: 400 }), fc.nat({ max: 3 })), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (given) => {
        const buckets = new TokenBuckets();
        let [now, tokens] = [NOW, 5];
        for (const [pause, queries] of given) {
          // Whole tokens come back: what both can count without a rounding of their own.
          const elapsed = pause - (pause % 100);
          now += elapsed;
          tokens = Math.min(5, tokens + elapsed / 100);
          for (let i = 0; i < queries; i++) {
            expect(buckets.take(keyOf(1), RATE, tickOf(now, RATE))).to.equal(tokens > 0);
            if (tokens > 0) tokens--;
          }
        }
      }),
    );
  });

  it('gives a new client a full bucket when all places are in use', () => {
    const buckets = new TokenBuckets();
    const patient = { perSecond: 1, burst: 2 };
    for (let key = 0; key < 400_000; key++) {
      if (!buckets.take(keyOf(key), patient, tickOf(NOW, patient)))
        throw new Error(`key ${key} got no token`);
    }
  });

  it('limits a busy client while many others come and go', () => {
    const buckets = new TokenBuckets();
    let served = 0;
    for (let second = 0; second < 10; second++) {
      for (let i = 0; i < 5000; i++) {
        const now = NOW + second * 1000 + i / 5;
        if (buckets.take(keyOf(0), RATE, tickOf(now, RATE))) served++;
        buckets.take(keyOf(1 + second * 5000 + i), RATE, tickOf(now, RATE));
      }
    }
    expect(served).to.be.within(104, 105);
  });

  const leftovers = [
    { what: 'a clock that was ahead', rate: RATE, now: NOW + 3_600_000 },
    { what: 'a faster rate', rate: { perSecond: 100_000, burst: 200_000 }, now: NOW },
  ];
  for (const { what, rate, now } of leftovers) {
    it(`starves nobody for what ${what} has left`, () => {
      const buckets = new TokenBuckets();
      for (let i = 0; i < 20; i++) buckets.take(keyOf(1), rate, tickOf(now, rate));
      expect(takeAll(buckets, 1, NOW)).to.equal(5);
    });
  }

  it('is one limiter for all threads', async () => {
    const buckets = new TokenBuckets();
    const counts = new SharedArrayBuffer(8);
    const program = `
      import { workerData } from 'node:worker_threads';
      import { TokenBuckets, tickOf } from '${SOURCE}';
      const { buffer, counts, index } = workerData;
      const buckets = new TokenBuckets(buffer);
      const key = Uint32Array.of(1, 10, 7, 0, 0, 0);
      const rate = { perSecond: 10, burst: 3000 };
      const tick = tickOf(${NOW}, rate);
      let count = 0;
      for (let i = 0; i < 10_000; i++) if (buckets.take(key, rate, tick)) count++;
      new Int32Array(counts)[index] = count;
    `;
    // The bucket has its place before they begin: at first sight two may each give it one.
    buckets.take(keyOf(7), RATE, tickOf(NOW, RATE));
    const url = new URL(`data:text/javascript,${encodeURIComponent(program)}`);
    const workers = [0, 1].map((index) => {
      return new Worker(url, { workerData: { buffer: buckets.buffer, counts, index } });
    });
    await Promise.all(workers.map((worker) => once(worker, 'exit')));
    const [first = 0, second = 0] = new Int32Array(counts);
    expect(first + second).to.equal(2999);
  });
});
