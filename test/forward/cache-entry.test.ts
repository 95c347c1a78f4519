import { expect } from 'chai';
import fc from 'fast-check';
import { AnswerCache } from '../../src/forward/cache.ts';
import type { CacheEntry } from '../../src/forward/cache-entry.ts';
import { Answer } from '../../src/wire/answer.ts';
import { asked } from '../world/asked.ts';
import {
  Flag,
  type MessageParts,
  message,
  question,
  record,
  TO_QUESTION,
  TYPE,
} from '../world/messages.ts';

const QUERY = asked('www.example.com');
const NOW = 1_000_000;
const DAY = 86_400;

function parts(...ttls: number[]): MessageParts {
  const answers = ttls.map((ttl) => record(TO_QUESTION, TYPE.A, [192, 0, 2, 1], { ttl }));
  return { flags: Flag.QR | Flag.RA, questions: [question('www.example.com')], answers };
}

function cached(given: MessageParts): CacheEntry {
  const cache = new AnswerCache({
    size: 1 << 20,
    entries: 1,
    maxTtl: DAY,
    minTtl: DAY,
    negativeMaxTtl: DAY,
    serveStale: 0,
  });
  const octets = message(given);
  const answer = new Answer();
  expect(answer.parse(octets, octets.length)).to.equal(true);
  cache.store(QUERY, 0, answer, { upstream: 'up', options: new Uint8Array(0), now: NOW });
  return cache.find(QUERY, 0, NOW)!;
}

/** The octets `milliseconds` after they were stored. */
function aged(entry: CacheEntry, milliseconds: number): Uint8Array {
  const out = new Uint8Array(2000);
  const length = entry.writeTo(out, NOW + milliseconds);
  return out.slice(0, length);
}

describe('forward/cache-entry writeTo', () => {
  it('gives the answer as it was stored, at once', () => {
    expect(aged(cached(parts(300, 60)), 0)).to.deep.equal(message(parts(300, 60)));
  });

  it('takes the whole seconds since then from every TTL', () => {
    const entry = cached(parts(300, 60));
    expect(aged(entry, 999)).to.deep.equal(message(parts(300, 60)));
    expect(aged(entry, 1000)).to.deep.equal(message(parts(299, 59)));
    expect(aged(entry, 59_999)).to.deep.equal(message(parts(241, 1)));
  });

  it('goes no further down than 0', () => {
    expect(aged(cached(parts(300, 60)), 100_000)).to.deep.equal(message(parts(200, 0)));
  });

  it('has a TTL of 30 seconds when its time is over (RFC 8767 section 4)', () => {
    const entry = cached(parts(300, 60));
    expect(aged(entry, DAY * 1000)).to.deep.equal(message(parts(30, 30)));
    expect(aged(entry, 2 * DAY * 1000)).to.deep.equal(message(parts(30, 30)));
  });

  it('is no longer authoritative', () => {
    const given = parts(300);
    const entry = cached({ ...given, flags: given.flags! | Flag.AA });
    expect(aged(entry, 0)).to.deep.equal(message(given));
  });

  it('leaves the entry as it is', () => {
    const entry = cached(parts(300));
    aged(entry, 10_000);
    expect(aged(entry, 20_000)).to.deep.equal(message(parts(280)));
  });

  it('ages any TTLs', () => {
    const ttls = fc.array(fc.nat(0x7fffffff), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(ttls, fc.nat(DAY - 1), (list, seconds) => {
        const older = list.map((ttl) => Math.max(ttl - seconds, 0));
        expect(aged(cached(parts(...list)), seconds * 1000)).to.deep.equal(
          message(parts(...older)),
        );
      }),
      { numRuns: 50 },
    );
  });
});

describe('forward/cache-entry release', () => {
  it('gives the memory of a long answer back at once', () => {
    const entry = cached(parts(300));
    entry.release();
    expect(entry.data.length).to.equal(0);
  });
});
