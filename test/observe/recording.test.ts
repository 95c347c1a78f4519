import { expect } from 'chai';
import type { Action } from '../../src/decision/verdict.ts';
import { DecisionLog } from '../../src/observe/decision-log.ts';
import { RecentDecisions } from '../../src/observe/recent.ts';
import { Recording } from '../../src/observe/recording.ts';
import { Statistics } from '../../src/observe/statistics.ts';
import { asked } from '../asked.ts';
import { outcome, verdict } from '../outcomes.ts';
import { CONTEXT } from './records.ts';

const QUERY = asked('www.example.com');

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

  it('passes on what is counted of packets and upstreams', () => {
    const { statistics, recording } = setUp();
    recording.received(QUERY);
    recording.ignored('short');
    recording.upstreamAnswered('up', 0, 1);
    recording.upstreamRefused('up', 'edge');
    const values = [
      statistics.families.queries,
      statistics.families.ignoredPackets,
      statistics.families.upstreamResponses,
      statistics.families.upstreamRefused,
    ].map((family) => family.values()[0]!.value);
    expect(values).to.deep.equal([1, 1, 1, 1]);
  });
});
