import { expect } from 'chai';
import { CacheEntry } from '../../src/forward/cache-entry.ts';
import { Failures } from '../../src/forward/failures.ts';
import type { Query } from '../../src/wire/query.ts';
import { asked } from '../world/asked.ts';

const QUERY = asked('www.example.com');
const VARIANT = 3;
const CONTENT = {
  octets: new Uint8Array(0),
  ttlAt: new Uint16Array(0),
  options: new Uint8Array(0),
  rcode: 2,
  hasAlias: false,
  upstream: '',
  refusal: undefined,
  failure: { reason: 'timedOut', attempts: [] },
} as const;

/** Keeps a failure, and tells for how many seconds. */
function fail(failures: Failures, now: number, query: Query = QUERY): number {
  let kept = 0;
  failures.store(query, VARIANT, now, (seconds) => {
    kept = seconds;
    const times = { storedAt: now, expiresAt: now + seconds * 1000 };
    return new CacheEntry(query, VARIANT, times, CONTENT);
  });
  return kept;
}

describe('forward/failures', () => {
  it('finds a failure for as long as it is kept, for its own question', () => {
    const failures = new Failures(10, 1 << 20);
    fail(failures, 0);
    expect(failures.find(QUERY, VARIANT, 999)).not.to.equal(undefined);
    expect(failures.find(QUERY, VARIANT, 1000)).to.equal(undefined);
    expect(failures.find(QUERY, VARIANT + 1, 0)).to.equal(undefined);
    expect(failures.find(asked('www.example.org'), VARIANT, 0)).to.equal(undefined);
    expect(failures.find(asked('www.example.com', { type: 28 }), VARIANT, 0)).to.equal(undefined);
  });

  it('keeps it twice as long each time, five seconds at most (RFC 9520)', () => {
    const failures = new Failures(10, 1 << 20);
    const times = [0, 1000, 3000, 7000, 12_000].map((now) => fail(failures, now));
    expect(times).to.deep.equal([1, 2, 4, 5, 5]);
  });

  it('begins anew when the last failure is half a minute old', () => {
    const failures = new Failures(10, 1 << 20);
    fail(failures, 0);
    fail(failures, 1000);
    expect(fail(failures, 33_000)).to.equal(1);
  });

  it('has room for so many, and lets go of the oldest', () => {
    const failures = new Failures(2, 1 << 20);
    for (const [i, name] of ['a', 'b', 'a', 'c'].entries()) fail(failures, i, asked(name));
    expect(failures.size).to.equal(2);
    expect(failures.find(asked('b'), VARIANT, 5)).to.equal(undefined);
    expect(failures.find(asked('a'), VARIANT, 5)).not.to.equal(undefined);
  });

  it('keeps nothing when it has no room, and nothing that it was told to forget', () => {
    const none = new Failures(0, 1 << 20);
    fail(none, 0);
    expect(none.size).to.equal(0);
    const failures = new Failures(10, 1 << 20);
    fail(failures, 0);
    failures.clear();
    expect(failures.find(QUERY, VARIANT, 0)).to.equal(undefined);
  });
});
