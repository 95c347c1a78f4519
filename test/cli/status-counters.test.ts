import { expect } from 'chai';
import type { Counters } from '../../src/admin/counters.ts';
import { ShownTime } from '../../src/cli/logs/shown-time.ts';
import { formatCounters, formatUptime, ratesBetween } from '../../src/cli/status-counters.ts';

const BEFORE: Counters = {
  startedAt: '2026-11-20T23:00:00.000Z',
  uptimeSeconds: 100,
  queries: { udp: 90, tcp: 10 },
  rcodes: { NOERROR: 60, REFUSED: 40 },
  layers: { upstream: 60, acl: 40 },
  refused: { acl: 40 },
  ignored: {},
  cache: { entries: 20, hits: 30, misses: 30, evictions: 0 },
  inFlight: 2,
  feeds: [{ policy: 'malware', standing: 'loaded', ok: 3, failed: 1 }],
  sinks: [
    { sink: 'syslog', sent: 40, dropped: 2 },
    { sink: 'otlp', sent: 30, dropped: 0, refused: 1, failures: 3, waiting: 548 },
  ],
  reloads: { ok: 1, failed: 0, lastAt: '2026-11-20T23:01:00.000Z' },
};
const AFTER: Counters = {
  ...BEFORE,
  uptimeSeconds: 104,
  queries: { udp: 100, tcp: 10, dot: 2 },
  rcodes: { NOERROR: 66, REFUSED: 46 },
  refused: { acl: 40, policy: 6 },
  ignored: { response: 1 },
  cache: { entries: 21, hits: 36, misses: 30, evictions: 0 },
};

/** In the zone of the host that the tests run on. */
const here = (time: string) => new ShownTime({}).exact(time);

describe('counters of status', () => {
  for (const { seconds, says } of [
    { seconds: 0.4, says: '0s' },
    { seconds: 61.9, says: '1m 1s' },
    { seconds: 3600, says: '1h 0m 0s' },
    { seconds: 273_906, says: '3d 4h 5m 6s' },
  ]) {
    it(`show ${seconds} seconds as ${says}`, () => {
      expect(formatUptime(seconds)).to.equal(says);
    });
  }

  it('are lines that name what they count, the most frequent first', () => {
    expect(formatCounters(BEFORE)).to.deep.equal([
      `uptime     1m 40s, since ${here('2026-11-20T23:00:00.000Z')}`,
      'queries    100: udp 90, tcp 10',
      'rcodes     100: NOERROR 60, REFUSED 40',
      'layers     100: upstream 60, acl 40',
      'refused    40: acl 40',
      'cache      20 entries, 30 hits, 30 misses, 50.0% from the cache, 0 evictions',
      'in flight  2',
      'feed       malware: loaded, 3 copies taken, 1 attempts failed',
      'records    syslog: 40 sent, 2 dropped',
      'records    otlp: 30 sent, 0 dropped, 1 not taken, 3 batches failed, 548 octets wait',
      `reloads    1 succeeded, 0 failed, the last at ${here('2026-11-20T23:01:00.000Z')}`,
    ]);
  });

  it('have rates over the seconds of the server itself, also of series that are new', () => {
    const lines = formatCounters(AFTER, ratesBetween(BEFORE, AFTER)!);
    expect(lines.slice(1, 7)).to.deep.equal([
      'queries    112 (3.0/s): udp 100 (2.5/s), tcp 10 (0.0/s), dot 2 (0.5/s)',
      'rcodes     112 (3.0/s): NOERROR 66 (1.5/s), REFUSED 46 (1.5/s)',
      'layers     100 (0.0/s): upstream 60 (0.0/s), acl 40 (0.0/s)',
      'refused    46 (1.5/s): acl 40 (0.0/s), policy 6 (1.5/s)',
      'ignored    1 (0.3/s): response 1 (0.3/s)',
      'cache      21 entries, 36 hits (1.5/s), 30 misses (0.0/s), 54.5% from the cache, 0 evictions',
    ]);
  });

  it('are 0 without more before the first query', () => {
    const none = { queries: {}, rcodes: {}, layers: {}, refused: {} };
    const cache = { entries: 0, hits: 0, misses: 0, evictions: 0 };
    const reloads = { ok: 0, failed: 0 };
    const fresh = { ...BEFORE, ...none, cache, inFlight: 0, feeds: [], sinks: [], reloads };
    expect(formatCounters(fresh).slice(1)).to.deep.equal([
      'queries    0',
      'rcodes     0',
      'layers     0',
      'refused    0',
      'cache      0 entries, 0 hits, 0 misses, 0 evictions',
      'in flight  0',
      'reloads    0 succeeded, 0 failed',
    ]);
  });

  it('have no rates over a restart, nor where no time has passed', () => {
    const restarted = { ...AFTER, startedAt: '2026-11-20T23:05:00.000Z' };
    expect(ratesBetween(BEFORE, restarted)).to.equal(undefined);
    expect(ratesBetween(BEFORE, BEFORE)).to.equal(undefined);
  });
});
