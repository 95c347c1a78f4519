import { expect } from 'chai';
import type { Action } from '../../src/decision/verdict.ts';
import { DecisionLog } from '../../src/observe/decision-log.ts';
import { RecentDecisions } from '../../src/observe/recent.ts';
import { Recording } from '../../src/observe/recording.ts';
import { Statistics } from '../../src/observe/statistics.ts';
import { asked } from '../world/asked.ts';
import { outcome, verdict } from '../world/outcomes.ts';
import { CONTEXT } from './records.ts';

const QUERY = asked('www.example.com');
const REFUSE = verdict();

/** A log that keeps each of its writes. */
class KeptLog extends DecisionLog {
  readonly writes: string[] = [];

  override write(octets: Uint8Array, length: number, records: number): void {
    this.records += records;
    this.writes.push(Buffer.from(octets.subarray(0, length)).toString());
  }
}

function setUp() {
  const log = new KeptLog(undefined);
  const recent = new RecentDecisions();
  const statistics = new Statistics();
  const recording = new Recording(statistics, recent, log);
  recording.context = CONTEXT;
  const decide = (action: Action) => {
    recording.decided(QUERY, outcome(verdict({ action }), { group: 1 }), 0);
  };
  return { log, recent, statistics, recording, decide };
}

describe('observe/recording', () => {
  it('tells times by a clock that was set, and durations as they were', () => {
    const { log, recording } = setUp();
    recording.level = 'all';
    const times = [0, 3_600_000].map((step) => {
      recording.clockStep = step;
      recording.decided(QUERY, outcome(REFUSE), 250);
      recording.flush();
      return JSON.parse(log.writes.at(-1)!);
    });
    expect(times.map(({ time }) => time)).to.deep.equal([
      '1970-01-01T00:00:00.250Z',
      '1970-01-01T01:00:00.250Z',
    ]);
    expect(times.map(({ elapsedMs }) => elapsedMs)).to.deep.equal([250, 250]);
  });

  const levels = [
    { level: 'refused', actions: ['refuse'] },
    {
      level: 'policy',
      actions: ['refuse', 'nxdomain', 'nodata', 'answer', 'drop', 'truncate', 'fail'],
    },
    {
      level: 'all',
      actions: [
        ...['refuse', 'nxdomain', 'nodata', 'answer', 'drop', 'truncate'],
        ...['reject', 'fail', 'forward'],
      ],
    },
  ] as const;
  for (const { level, actions } of levels) {
    it(`records ${level}`, () => {
      const { log, recording, decide } = setUp();
      recording.level = level;
      for (const action of levels[2].actions) decide(action as Action);
      recording.flush();
      const recorded = log.writes.join('').trimEnd().split('\n');
      expect(recorded.map((line) => JSON.parse(line).action)).to.deep.equal([...actions]);
      expect(log.records).to.equal(actions.length);
    });
  }

  it('counts what it does not record', () => {
    const { statistics, recording, decide } = setUp();
    recording.level = 'refused';
    decide('nxdomain');
    expect(statistics.families.responses.values()).to.have.lengthOf(1);
  });

  it('tells the names of groups to the counters', () => {
    const { statistics, decide } = setUp();
    decide('refuse');
    expect(statistics.families.refused.values()[0]!.labels).to.include({ client_group: 'vpn' });
  });

  it('writes once for all that was recorded since the last time', () => {
    const { log, recording, decide } = setUp();
    recording.flush();
    decide('refuse');
    decide('refuse');
    expect(log.writes).to.deep.equal([]);
    recording.flush();
    recording.flush();
    decide('refuse');
    recording.flush();
    expect(log.writes.map((text) => text.split('\n').length - 1)).to.deep.equal([2, 1]);
  });

  it('shows each record among the recent ones, as it is in the log', () => {
    const { log, recent, recording, decide } = setUp();
    for (const action of ['refuse', 'drop'] as const) decide(action);
    recording.flush();
    const lines = log.writes.join('').trimEnd().split('\n');
    expect([...recent.latest()]).to.deep.equal(lines.toReversed());
  });

  it('writes a summary of what is too much, when the second is over', () => {
    const { log, recent, recording } = setUp();
    recording.limit = { perSecond: 1, ipv4Prefix: 32, ipv6Prefix: 56 };
    const refuse = (now: number) => recording.decided(QUERY, outcome(REFUSE), now);
    for (const now of [1000, 1001, 1999, 2000]) refuse(now);
    recording.flush();
    const shown = (texts: readonly string[]) =>
      texts
        .flatMap((text) => text.trimEnd().split('\n'))
        .map((line) => JSON.parse(line))
        .map(({ event, count }) => (count === undefined ? event : `${event} of ${count}`));
    expect(shown(log.writes)).to.deep.equal(['refused', 'summary of 2', 'refused']);
    refuse(2001);
    recording.tick(2999);
    expect(log.writes).to.have.length(1);
    recording.tick(3000);
    expect(shown(log.writes.slice(1))).to.deep.equal(['summary of 1']);
    for (const now of [4000, 4001]) refuse(now);
    recording.tick(4001, true);
    expect(shown(log.writes.slice(2))).to.deep.equal(['refused', 'summary of 1']);
    expect(shown([...recent.latest()])[0]).to.equal('summary of 1');
  });

  it('writes a summary before another policy is in force', () => {
    const { log, recording } = setUp();
    recording.limit = { perSecond: 1, ipv4Prefix: 32, ipv6Prefix: 56 };
    for (const now of [1000, 1001]) recording.decided(QUERY, outcome(REFUSE), now);
    recording.context = { ...CONTEXT, policy: 'new' };
    recording.flush();
    const [, summary] = log.writes[0]!.split('\n').map((line) => line && JSON.parse(line));
    expect(summary).to.include({ count: 1, policy: CONTEXT.policy });
  });

  it('passes on what is counted of packets and upstreams', () => {
    const { statistics, recording } = setUp();
    recording.received(QUERY);
    recording.ignored('short');
    recording.upstreamAnswered('up', 0, 1);
    recording.upstreamRefused('up', 'edge', 'server');
    const values = [
      statistics.families.queries,
      statistics.families.ignoredPackets,
      statistics.families.upstreamResponses,
      statistics.families.upstreamRefused,
    ].map((family) => family.values()[0]!.value);
    expect(values).to.deep.equal([1, 1, 1, 1]);
  });
});
