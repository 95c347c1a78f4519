/** What the admin HTTP knows of the server. */

import type { PauseSpec } from '../decision/pauses.ts';
import type { LoadedConfig } from '../load/loaded-config.ts';
import type { ReloadResult } from '../load/reloads.ts';
import type { TakenSnapshot } from '../load/snapshot.ts';
import type { Logger } from '../log.ts';
import type { LogSearcher } from '../logs/log-searcher.ts';
import type { ShipperCounts } from '../logs/shipping/shipper.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { SinkCount } from '../observe/sink.ts';
import type { ThreadNumbers } from '../observe/thread-numbers.ts';
import type { Policy } from '../policy/compile.ts';
import type { Standing } from '../policy/rpz/transfer/transferred-zone.ts';
import type { ListFetches } from '../transfer/list-fetches.ts';
import { missingList } from '../transfer/list-report.ts';
import { absenceOf } from '../transfer/zone-transfer-report.ts';
import type { ZoneTransfers } from '../transfer/zone-transfers.ts';

/** What operators set beside the configuration. */
export interface SetOverrides {
  /** Those that are in force. */
  readonly pauses: readonly PauseSpec[];
  /** For so many milliseconds; undefined when there are too many. */
  pause(asked: Omit<PauseSpec, 'id' | 'until'>, milliseconds: number): PauseSpec | undefined;
  /** False when there is none of this id. */
  resume(id: string): boolean;
  /** A name in lower-case wire format, and all names below it. */
  flush(name: Uint8Array): void;
}

export interface AdminSource {
  readonly serving: () => LoadedConfig;
  readonly reload: () => Promise<ReloadResult>;
  readonly lastReload: () => ReloadResult | undefined;
  /** How many there were; when the last one was over, in milliseconds since the epoch. */
  readonly reloads: () => {
    readonly ok: number;
    readonly failed: number;
    readonly lastAt: number | undefined;
  };
  readonly endpoints: () => readonly string[];
  /** Records that could not be written, while writing does not work. */
  readonly lostRecords: () => { readonly lost: number; readonly failure: string };
  readonly metrics: Metrics;
  /** Where records go besides the log, and how it goes with those that are sent from the log. */
  readonly sinks: () => readonly SinkCount[];
  readonly shipped: () => ReadonlyMap<string, ShipperCounts>;
  /** What each thread lets the others see. */
  readonly threads: () => readonly ThreadNumbers[];
  readonly overrides: SetOverrides;
  /** The decision log on disk; undefined when it goes to stdout. */
  readonly searcher: LogSearcher | undefined;
  /** The table that all servers write to; undefined without `decisionLog.clickhouse`. */
  readonly table: LogSearcher | undefined;
  /** What the policy in force was compiled from. */
  readonly taken: () => TakenSnapshot;
  readonly log: Logger;
  readonly feeds: ZoneTransfers;
  readonly lists: ListFetches;
}

/**
 * It is not ready while a policy zone has never been loaded. Answers go on when a zone has expired
 * or records cannot be written, or when a reload has failed: the answer names it.
 */
export function readiness({ serving, lostRecords, lastReload, feeds, lists }: AdminSource) {
  const { policy, config } = serving();
  const { lost, failure } = lostRecords();
  const log = `the decision log cannot be written (${failure}): ${lost} records are lost so far`;
  const absent = (standing: Standing) =>
    feeds.all.flatMap((feed) => (feed.state.standing === standing ? absenceOf(feed)! : []));
  const reasons = [...absent('missing'), ...lists.all.flatMap((list) => missingList(list) ?? [])];
  const last = lastReload();
  const stale =
    last?.ok === false ? [`the last reload has failed: ${last.problems.join('; ')}`] : [];
  const warnings = [...(lost > 0 ? [log] : []), ...absent('expired'), ...stale];
  return {
    ready: reasons.length === 0,
    node: config.node,
    policy: policy.hash,
    zones: serialsOf(policy),
    ...(reasons.length > 0 && { reasons }),
    ...(warnings.length > 0 && { warnings }),
  };
}

/** Serials of policy zones, by the names of their policies. */
function serialsOf({ zones }: Policy): Readonly<Record<string, number>> {
  const serials = zones.flatMap(({ name, serial }) =>
    serial === undefined ? [] : [[name, serial] as const],
  );
  return Object.fromEntries(serials);
}
