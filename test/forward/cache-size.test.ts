import { expect } from 'chai';
import { AnswerCache } from '../../src/forward/cache.ts';
import { Answer } from '../../src/wire/answer.ts';
import { asked } from '../world/asked.ts';
import { Flag, message, record, TO_QUESTION, TYPE } from '../world/messages.ts';

const NOW = 1_000_000;
const VIEW = 0;
const SECONDS = { maxTtl: 3600, minTtl: 0, negativeMaxTtl: 600, serveStale: 0 };
const MIB = 1 << 20;
const KEPT = { upstream: 'up', options: new Uint8Array(0), now: NOW };

/** An answer with so many octets of text. */
function answerOf(length: number, rcode = 0): Answer {
  const texts = Array.from({ length: Math.ceil(length / 256) }, () => {
    return record(TO_QUESTION, TYPE.TXT, new Array(256).fill(0x61), { ttl: 300 });
  });
  const octets = message({ flags: Flag.QR, rcode, answers: texts });
  const answer = new Answer();
  expect(answer.parse(octets, octets.length)).to.equal(true);
  return answer;
}

const name = (i: number) => asked(`n${i}.example`);

describe('forward/cache size', () => {
  const cases = [
    { what: 'long answers', length: 60_000, entries: 100_000, least: 12, most: 15 },
    { what: 'short answers', length: 256, entries: 100_000, least: 600, most: 900 },
    { what: 'as many as there may be', length: 256, entries: 50, least: 50, most: 50 },
  ];
  for (const { what, length, entries, least, most } of cases) {
    it(`holds ${what} of a MiB, with what they take besides`, () => {
      const cache = new AnswerCache({ size: MIB, entries, ...SECONDS });
      const answer = answerOf(length);
      for (let i = 0; i < 1200; i++) cache.store(name(i), VIEW, answer, KEPT);
      expect(cache.size).to.be.within(least, most);
      expect(cache.evictions).to.equal(1200 - cache.size);
      expect(cache.find(name(1199), VIEW, NOW)).to.not.equal(undefined);
      expect(cache.find(name(0), VIEW, NOW)).to.equal(undefined);
    });
  }

  it('gives the memory of what is evicted back at once', () => {
    const cache = new AnswerCache({ size: MIB, entries: 1, ...SECONDS });
    cache.store(name(0), VIEW, answerOf(60_000), KEPT);
    const entry = cache.find(name(0), VIEW, NOW)!;
    expect(entry.data.length).to.be.above(60_000);
    cache.store(name(1), VIEW, answerOf(256), KEPT);
    expect(entry.data.length).to.equal(0);
  });

  it('does not keep an answer that has no room, nor one before it for the same question', () => {
    const cache = new AnswerCache({ size: 30_000, entries: 100, ...SECONDS });
    cache.store(name(0), VIEW, answerOf(256), KEPT);
    cache.store(name(0), VIEW, answerOf(60_000), KEPT);
    expect(cache.find(name(0), VIEW, NOW)).to.equal(undefined);
  });

  it('counts failures: an eighth of it is for them', () => {
    const cache = new AnswerCache({ size: MIB, entries: 100_000, ...SECONDS });
    const failure = answerOf(60_000, 2);
    for (let i = 0; i < 10; i++) cache.store(name(i), VIEW, failure, KEPT);
    const kept = Array.from({ length: 10 }, (_, i) => cache.find(name(i), VIEW, NOW));
    expect(kept.map((entry) => entry !== undefined).lastIndexOf(false)).to.equal(7);
  });

  it('keeps nothing with no entries', () => {
    const cache = new AnswerCache({ size: MIB, entries: 0, ...SECONDS });
    cache.store(name(0), VIEW, answerOf(256), KEPT);
    cache.store(name(1), VIEW, answerOf(256, 2), KEPT);
    expect(cache.size).to.equal(0);
    expect(cache.find(name(1), VIEW, NOW)).to.equal(undefined);
  });
});
