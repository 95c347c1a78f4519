/** A server that could not be spoken with by TLS a moment ago, and would cost another handshake. */

import type { TlsFault } from './tls-fault.ts';

/** Milliseconds between two handshakes with a server that fails them. */
const PAUSE_MS = 1000;

/** Why no connection is opened: nothing has changed since the last, so far as can be known. */
export class RecentFaultError extends Error {
  /** The evidence of the last time. */
  readonly code: string;

  constructor(evidence: string) {
    super(evidence);
    this.name = 'RecentFaultError';
    this.code = evidence;
  }
}

export class RecentFault {
  #evidence = '';
  #until = Number.NEGATIVE_INFINITY;

  /** Where nobody listens, trying again costs next to nothing. */
  failed({ reason, evidence }: TlsFault, now: number): void {
    if (reason === 'unreachable') return;
    this.#evidence = evidence;
    this.#until = now + PAUSE_MS;
  }

  secured(): void {
    this.#until = Number.NEGATIVE_INFINITY;
  }

  /** Throws a RecentFaultError while it is too early for another connection. */
  check(now: number): void {
    if (now < this.#until) throw new RecentFaultError(this.#evidence);
  }
}
