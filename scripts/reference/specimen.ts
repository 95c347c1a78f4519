/** A server without sockets that has seen one of each: what the pages show of the real one. */

import type { MeasuredServer } from '../../src/admin/exposed-metrics.ts';
import type { Certificate } from '../../src/config/certificates.ts';
import type { Outcome } from '../../src/decision/outcome.ts';
import type { Verdict } from '../../src/decision/verdict.ts';
import { UpstreamTable } from '../../src/forward/upstream.ts';
import { createLasting, type LoadedConfig, loadTaken } from '../../src/load/loaded-config.ts';
import { takeSnapshot } from '../../src/load/snapshot.ts';
import { silentLog } from '../../src/log.ts';
import { readAddress } from '../../src/net/address.ts';
import { DecisionLog } from '../../src/observe/decision-log.ts';
import type { RecentDecisions } from '../../src/observe/recent.ts';
import { Recording } from '../../src/observe/recording.ts';
import { ThreadNumbers } from '../../src/observe/thread-numbers.ts';
import { judge } from '../../src/policy/layer.ts';
import { recordContext } from '../../src/policy/record-context.ts';
import { ListFetches } from '../../src/transfer/list-fetches.ts';
import { ZoneTransfers } from '../../src/transfer/zone-transfers.ts';
import { HttpFaults } from '../../src/transport/http-fault.ts';
import { parseName } from '../../src/wire/name.ts';
import { Query } from '../../src/wire/query.ts';
import { RrClass, RrType } from '../../src/wire/registry.ts';
import { formatRequest } from '../../src/wire/request.ts';

export interface Specimen {
  readonly serving: LoadedConfig;
  readonly measured: MeasuredServer;
  /** Its records. */
  readonly recent: RecentDecisions;
}

const CONFIG_FILE = 'config/example.yaml';
const NOTHING_SENT = {
  ...{ sent: 0, refused: 0, failures: 0, skipped: 0, gaps: 0, dropped: 0, behind: 0 },
};
const CERTIFICATE: Certificate = {
  certificate: '',
  key: '',
  file: {
    value: 'fullchain.pem',
    place: { file: CONFIG_FILE, line: 1, column: 1 },
  },
  notBefore: 0,
  notAfter: 0,
};
const NOON = Date.UTC(2026, 10, 21, 12);
/** Not the hash of the policy: a page should not change with every line of the configuration. */
const POLICY_HASH = '3f2a9c11';

/** Serves by config/example.yaml; it has seen a refusal of each origin and an overload. */
export function createSpecimen(): Specimen {
  const table = new UpstreamTable();
  const lasting = createLasting(table);
  const serving = loadTaken(takeSnapshot({ file: CONFIG_FILE, environment: {} }), lasting);
  const numbers = new ThreadNumbers();
  const { statistics, recent } = numbers;
  // Nobody flushes the recording, so that nothing is written to stdout.
  const decisionLog = new DecisionLog(undefined);
  const recording = new Recording(statistics, recent, decisionLog);
  const { policy } = serving;
  recording.context = { ...recordContext(policy, ['127.0.0.1:5300']), policy: POLICY_HASH };
  const blocked = createQuery('www.gambling.example');
  recording.decided(blocked, outcomeOf(judge(policy.views[0]!.layers, blocked)!), NOON);
  recording.decided(createQuery('www.example.com'), outcomeOf(policy.overload), NOON);
  recording.upstreamAnswered('10.0.0.10:53', 0, 1);
  recording.upstreamRefused('10.0.0.10:53', 'unknown', 'query');
  recording.channelLost('10.0.0.10:53', 'udp', 'silent');
  recording.ignored('short');
  const measured: MeasuredServer = {
    threads: () => [numbers],
    serving: () => serving,
    servers: table.upstreams,
    sinks: () => [{ sink: 'dnstap', sent: 0, dropped: 0 }],
    shipped: () =>
      new Map([
        ['clickhouse', NOTHING_SENT],
        ['otlp', NOTHING_SENT],
      ]),
    failedRequests: () => new HttpFaults().counts,
    threadRestarts: () => 0,
    rejectedConnections: () => 0,
    failedHandshakes: () => [{ reason: 'not-tls', total: 0 }],
    certificates: () => [CERTIFICATE],
    reloads: { ok: 0, failed: 0 },
    feeds: new ZoneTransfers({ log: silentLog(), changed: () => {} }),
    lists: new ListFetches({ log: silentLog(), changed: () => {} }),
  };
  return { serving, measured, recent };
}

function createQuery(name: string): Query {
  const query = new Query();
  query.family = readAddress('10.20.0.9', query.address) as 4;
  query.port = 43_812;
  query.receivedAt = NOON;
  const wire = parseName(name) as Uint8Array;
  const request = formatRequest({ id: 1, name: wire, type: RrType.A, rrClass: RrClass.IN });
  query.parse(request, request.length);
  return query;
}

function outcomeOf(verdict: Verdict): Outcome {
  return {
    verdict,
    origin: 'local',
    rcode: verdict.rcode,
    ref: 'k3f9x-1',
    group: 0,
    upstream: undefined,
    secured: undefined,
    rttMs: 0,
    refusal: undefined,
    attempts: [],
    aliases: undefined,
    resolved: undefined,
    inside: [],
  };
}
