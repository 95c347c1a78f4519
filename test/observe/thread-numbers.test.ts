import { expect } from 'chai';
import { AnswerCache } from '../../src/forward/cache.ts';
import { UpstreamTable } from '../../src/forward/upstream.ts';
import type { Announcement } from '../../src/observe/cells.ts';
import { DecisionLog } from '../../src/observe/decision-log.ts';
import { Gauge, isUp, isUpBy, ThreadNumbers } from '../../src/observe/thread-numbers.ts';
import { asked } from '../world/asked.ts';
import { outcome, verdict } from '../world/outcomes.ts';

const QUERY = asked('www.example.com');

/** One thread that counts, and what another sees of it. */
function setUp() {
  const announced: Announcement[] = [];
  const own = new ThreadNumbers();
  own.announce = (announcement) => announced.push(announcement);
  const seen = new ThreadNumbers(own.shared);
  const adopt = () => {
    for (const announcement of announced.splice(0)) seen.statistics.adopt(announcement);
  };
  return { own, seen, adopt };
}

describe('thread-numbers', () => {
  it('lets another thread see the series that one counts', () => {
    const { own, seen, adopt } = setUp();
    for (let i = 0; i < 3; i++) {
      own.statistics.received(QUERY);
      own.statistics.decided(QUERY, outcome(verdict()), 0);
      adopt();
    }
    const { queries, refused } = seen.statistics.families;
    expect(queries.values().map(({ value }) => value)).to.deep.equal([3, 0, 0, 0]);
    expect(refused.values().map(({ value }) => value)).to.deep.equal([3]);
    expect(refused.values()[0]!.labels).to.include({ layer: 'acl', qtype: 'A' });
    expect(seen.statistics.responseTimes.local.counts[0]).to.equal(3);
  });

  it('lets another thread see the records that one has made', () => {
    const { own, seen } = setUp();
    own.recent.add(Buffer.from('one\n'), 0, 4);
    expect([...seen.recent.latest()]).to.deep.equal(['one']);
  });

  it('tells the present state, until the thread has ended', () => {
    const { own, seen } = setUp();
    const cache = new AnswerCache({
      size: 1 << 20,
      entries: 10,
      maxTtl: 60,
      minTtl: 0,
      negativeMaxTtl: 60,
      serveStale: 0,
    });
    const log = new DecisionLog(undefined);
    const table = new UpstreamTable();
    const servers = [53, 54].map((port) => table.get('udp', { address: '192.0.2.1', port }));
    servers[1]!.failed('udp', 0, 0, 2000);
    cache.find(QUERY, 0, 0);
    log.records = 7;
    own.update({ inFlight: 4, cache, log }, servers, { losses: { receive: 5, send: 6 } });
    const of = (...gauges: Gauge[]) => gauges.map((gauge) => seen.gauges[gauge]);
    expect(of(Gauge.IN_FLIGHT, Gauge.CACHE_MISSES, Gauge.LOG_RECORDS)).to.deep.equal([4, 1, 7]);
    expect(of(Gauge.RECEIVE_DROPS, Gauge.SEND_DROPS)).to.deep.equal([5, 6]);
    expect(servers.map((server) => isUp([own, seen], server))).to.deep.equal([true, false]);
    expect(servers.map((server) => isUpBy([seen], server, 'tcp'))).to.deep.equal([true, true]);

    seen.retire();
    expect(of(Gauge.IN_FLIGHT, Gauge.CACHE_MISSES, Gauge.LOG_RECORDS)).to.deep.equal([0, 1, 7]);
    expect(servers.map((server) => isUp([seen], server))).to.deep.equal([true, true]);
  });
});
