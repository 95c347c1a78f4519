/** What this program asks its upstreams by itself: loop probes, health checks, control questions. */

import type { UpstreamRefusal } from '../decision/upstream-refusal.ts';
import type { Answer } from '../wire/answer.ts';
import type { Query } from '../wire/query.ts';
import type { Channels } from './channels.ts';
import type { UpstreamGroup } from './group.ts';
import { HealthChecks } from './health-checks.ts';
import { LoopProbes } from './loop-probe.ts';
import type { PendingQuery } from './pending-query.ts';
import { RefusalProbes } from './refusal-probes.ts';
import { SelfQueryTable } from './self-query-table.ts';
import type { Upstream } from './upstream.ts';

export class SelfQueries {
  readonly loops: LoopProbes;
  readonly #selfQueries: SelfQueryTable;
  readonly #checks: HealthChecks;
  readonly #probes: RefusalProbes;

  /** `recovered` is called when a health check finds a server back. */
  constructor(channels: Channels, recovered: () => void) {
    this.loops = new LoopProbes((...query) => channels.send(...query));
    this.#selfQueries = new SelfQueryTable(channels);
    this.#checks = new HealthChecks(this.#selfQueries, recovered);
    this.#probes = new RefusalProbes(this.#selfQueries);
  }

  /** Whether a message of which only the ID is known as yet is an answer to one of these. */
  take(
    message: { octets: Uint8Array; length: number; answer: Answer },
    from: { readonly upstream: Upstream; readonly channel: number },
    now: number,
  ): boolean {
    return (
      this.#selfQueries.take(message, from, now) || this.loops.take(message, from.upstream, now)
    );
  }

  /**
   * The pending query's server has refused its query, perhaps for a reason that is not certain;
   * `isBare` without repeating the question.
   */
  refused(
    { upstream, group }: PendingQuery,
    { confidence, isBare }: Pick<UpstreamRefusal, 'confidence'> & { readonly isBare: boolean },
    query: Query,
    now: number,
  ): void {
    if (confidence === 'high') return;
    this.#probes.refused(upstream, query, { perMinute: group!.probe, isBare }, now);
  }

  /** Asks every server whether it leads back here, and what it calls itself. */
  introduce(groups: ReadonlyMap<string, UpstreamGroup>, now: number): void {
    for (const { upstreams, probe } of groups.values()) {
      for (const upstream of upstreams) {
        this.loops.probe(upstream, now);
        this.#probes.introduce(upstream, probe, now);
      }
    }
  }

  tick(groups: ReadonlyMap<string, UpstreamGroup>, now: number): void {
    for (const { upstreams } of groups.values()) this.#checks.tick(upstreams, now);
    this.#selfQueries.tick(now);
    this.loops.recheck(now);
  }
}
