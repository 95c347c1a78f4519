import { expect } from 'chai';
import {
  expiresAt,
  refreshPause,
  retryPause,
} from '../../../../src/policy/rpz/transfer/soa-timers.ts';

const DAY = 86_400;
const TIMERS = { refresh: 3600, retry: 600, expire: 7 * DAY };

describe('transfer/soa-timers', () => {
  const refreshes: readonly (readonly [number, number, number])[] = [
    [3600, 0, 3_600_000],
    [3600, 0.5, 3_420_000],
    [1, 0.9, 1000],
    [0, 0, 1000],
    [0xffffffff, 0, 28 * DAY * 1000],
  ];
  for (const [refresh, random, expected] of refreshes) {
    it(`looks again after ${expected} ms for a refresh of ${refresh}, chance ${random}`, () => {
      expect(refreshPause({ ...TIMERS, refresh }, random)).to.equal(expected);
    });
  }

  const retries: readonly (readonly [number, number])[] = [
    [1, 600],
    [2, 1200],
    [3, 2400],
    [4, 3600],
    [100, 3600],
  ];
  for (const [failures, expected] of retries) {
    it(`tries again after ${expected} s at failure ${failures}, never later than refresh`, () => {
      expect(retryPause(TIMERS, failures, 0)).to.equal(expected * 1000);
    });
  }

  const firsts: readonly (readonly [number, number])[] = [
    [1, 1],
    [2, 2],
    [5, 16],
    [9, 256],
    [10, 300],
    [1000, 300],
  ];
  for (const [failures, expected] of firsts) {
    it(`tries again after ${expected} s at failure ${failures} while there is no copy`, () => {
      expect(retryPause(undefined, failures, 0)).to.equal(expected * 1000);
    });
  }

  it('keeps to retry where it is longer than refresh', () => {
    expect(retryPause({ ...TIMERS, refresh: 60 }, 3, 0)).to.equal(600_000);
  });

  const expiries: readonly (readonly [string, number, number])[] = [
    ['as the SOA says', 7 * DAY, 7 * DAY],
    ['not before refresh and retry have passed', 60, 4200],
    ['not after 24 weeks', 0xffffffff, 24 * 7 * DAY],
  ];
  for (const [what, expire, expected] of expiries) {
    it(`expires ${what}`, () => {
      expect(expiresAt({ ...TIMERS, expire }, 5000)).to.equal(5000 + expected * 1000);
    });
  }
});
