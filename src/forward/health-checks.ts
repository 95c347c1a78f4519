/** Looking after servers that are down, so that no client has to find out that one is back. */

import { parseName } from '../wire/name.ts';
import type { Transport } from '../wire/query.ts';
import { RrClass, RrType } from '../wire/registry.ts';
import type { Hear, SelfQueryTable } from './self-query-table.ts';
import type { Upstream } from './upstream.ts';

/** Every resolver has the answer, and even a refusal is a sign of life. */
const QUESTION = { name: parseName('.') as Uint8Array, type: RrType.NS, rrClass: RrClass.IN };

export class HealthChecks {
  readonly #selfQueries: SelfQueryTable;
  readonly #recovered: () => void;

  /** `recovered` is called when a server that was down has answered. */
  constructor(selfQueries: SelfQueryTable, recovered: () => void) {
    this.#selfQueries = selfQueries;
    this.#recovered = recovered;
  }

  /** Asks those that are down and were not asked lately: each time after a longer pause. */
  tick(upstreams: readonly Upstream[], now: number): void {
    for (let i = 0; i < upstreams.length; i++) {
      const upstream = upstreams[i]!;
      if (upstream.isLoop) continue;
      if (upstream.health.udp.isCheckDue(now)) this.#check(upstream, 'udp', now);
      if (upstream.health.tcp.isCheckDue(now)) this.#check(upstream, 'tcp', now);
    }
  }

  #check(upstream: Upstream, transport: Transport, now: number): void {
    const hear: Hear = (_answer, _query, time) => {
      if (upstream.answered(transport, time.rttMs, time.now)) this.#recovered();
    };
    // What the others of its channels are good for is not known.
    this.#selfQueries.ask(upstream, { ...QUESTION, transport, manner: 'fresh' }, now, hear);
  }
}
