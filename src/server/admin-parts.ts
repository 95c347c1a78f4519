/** What the admin HTTP is given of the server. */

import type { MeasuredServer } from '../admin/exposed-metrics.ts';
import type { AdminListening } from '../admin/listeners.ts';
import type { Upstream } from '../forward/upstream.ts';
import type { LoadedConfig } from '../load/loaded-config.ts';
import type { Reloads } from '../load/reloads.ts';
import type { TakenSnapshot } from '../load/snapshot.ts';
import type { TransferredZones } from '../load/transferred-zones.ts';
import type { Logger } from '../log.ts';
import { formatEndpoint } from '../net/address.ts';
import type { ThreadNumbers } from '../observe/thread-numbers.ts';
import type { PortableShell } from '../shell/portable-shell.ts';
import type { Certificates } from './certificates.ts';
import type { DataThreads } from './data-threads.ts';
import type { FailedHandshakes } from './failed-handshakes.ts';
import type { LogKeeper } from './log-keeper.ts';
import type { Overrides } from './overrides.ts';

interface Parts {
  readonly feeding: TransferredZones;
  readonly log: Logger;
  readonly records: LogKeeper;
  readonly shell: PortableShell;
  readonly certificates: Certificates;
  readonly failedHandshakes: FailedHandshakes;
  readonly reloads: Reloads;
  readonly upstreams: readonly Upstream[];
  readonly overrides: Overrides;
  readonly serving: () => LoadedConfig;
  readonly taken: () => TakenSnapshot;
  readonly threads: () => DataThreads | undefined;
  /** Those of every thread, as they are now. */
  readonly numbers: () => readonly ThreadNumbers[];
}

export function adminParts(server: Parts): {
  readonly source: AdminListening;
  readonly measured: MeasuredServer;
} {
  const { feeding, records, shell, reloads, serving, numbers } = server;
  const common = {
    ...{ serving, feeds: feeding.feeds, lists: feeding.lists, threads: numbers },
    ...{ sinks: () => records.sinkCounts, shipped: () => records.shipped },
  };
  return {
    source: {
      ...common,
      isShared: shell.isShared,
      overrides: server.overrides,
      searcher: records.searcher,
      table: records.table,
      taken: server.taken,
      log: server.log,
      reload: () => reloads.reload(),
      lastReload: () => reloads.last,
      reloads: () => reloads.counts,
      endpoints: () => shell.endpoints.map(formatEndpoint),
      lostRecords: () => records.share,
    },
    measured: {
      ...common,
      servers: server.upstreams,
      threadRestarts: () => server.threads()?.restarts ?? 0,
      rejectedConnections: () => shell.rejectedConnections,
      failedHandshakes: () => server.failedHandshakes.counts,
      failedRequests: () => shell.httpFaults.counts,
      certificates: () => server.certificates.all,
      reloads: reloads.counts,
    },
  };
}
