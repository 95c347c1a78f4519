/** What this program asks its upstreams by itself: loop probes, health checks, control questions. */

import type { UpstreamRefusal } from '../decision/upstream-refusal.ts';
import type { Answer } from '../wire/answer.ts';
import type { Query } from '../wire/query.ts';
import type { Send } from './exchanges.ts';
import type { UpstreamGroup } from './group.ts';
import { HealthChecks } from './health-checks.ts';
import { Inquiries } from './inquiries.ts';
import { LoopProbes } from './loop-probe.ts';
import { RefusalProbes } from './refusal-probes.ts';
import type { Server } from './server.ts';
import type { Slot } from './slot.ts';

export class Watch {
  readonly loops: LoopProbes;
  readonly #inquiries: Inquiries;
  readonly #checks: HealthChecks;
  readonly #probes: RefusalProbes;

  /** `recovered` is called when a health check finds a server back. */
  constructor(send: Send, recovered: () => void) {
    this.loops = new LoopProbes(send);
    this.#inquiries = new Inquiries(send);
    this.#checks = new HealthChecks(this.#inquiries, recovered);
    this.#probes = new RefusalProbes(this.#inquiries);
  }

  /** Whether a message of which only the ID is known as yet is an answer to one of these. */
  take(
    message: { octets: Uint8Array; length: number; answer: Answer },
    from: { readonly server: Server; readonly channel: number },
    now: number,
  ): boolean {
    return (
      this.#inquiries.take(message, from, now) ||
      this.loops.isAnswer(from.server, message.answer.id)
    );
  }

  /** The slot's server has refused its query, for a reason that is not certain. */
  refused(
    { server, group }: Slot,
    { confidence }: UpstreamRefusal,
    query: Query,
    now: number,
  ): void {
    if (confidence !== 'high') this.#probes.refused(server, query, group!.probe, now);
  }

  tick(groups: ReadonlyMap<string, UpstreamGroup>, now: number): void {
    for (const { servers } of groups.values()) this.#checks.tick(servers, now);
    this.#inquiries.tick(now);
    this.loops.recheck(now);
  }
}
