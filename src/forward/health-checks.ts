/** Looking after servers that are down, so that no client has to find out that one is back. */

import { parseName } from '../wire/name.ts';
import { RrClass, RrType } from '../wire/registry.ts';
import type { Hear, Inquiries } from './inquiries.ts';
import type { Server } from './server.ts';

/** Every resolver has the answer, and even a refusal is a sign of life. */
const QUESTION = { name: parseName('.') as Uint8Array, type: RrType.NS, rrClass: RrClass.IN };

export class HealthChecks {
  readonly #inquiries: Inquiries;
  readonly #recovered: () => void;

  /** `recovered` is called when a server that was down has answered. */
  constructor(inquiries: Inquiries, recovered: () => void) {
    this.#inquiries = inquiries;
    this.#recovered = recovered;
  }

  /** Asks those that are down and were not asked lately: each time after a longer pause. */
  tick(servers: readonly Server[], now: number): void {
    for (let i = 0; i < servers.length; i++) {
      const server = servers[i]!;
      if (server.isLoop || !server.health.isCheckDue(now)) continue;
      const hear: Hear = (_answer, _query, time) => {
        if (server.answered(time.rttMs, time.now)) this.#recovered();
      };
      this.#inquiries.ask(server, QUESTION, now, hear);
    }
  }
}
