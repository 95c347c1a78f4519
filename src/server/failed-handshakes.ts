/** TLS handshakes that failed: counted by reason, and written to the log now and then. */

import { now } from '../clock.ts';
import type { Logger } from '../log.ts';
import { type Endpoint, formatEndpoint } from '../net/address.ts';
import type { PortableShell } from '../shell/portable-shell.ts';
import { HANDSHAKE_FAULTS, type HandshakeFault } from '../transport/handshake-fault.ts';

/** Milliseconds between two lines about the same reason. */
const QUIET_MS = 60_000;

interface Tally {
  total: number;
  /** Since the last line. */
  unsaid: number;
  saidAt: number;
}

export class FailedHandshakes {
  readonly #log: Logger;
  readonly #tallies: ReadonlyMap<HandshakeFault, Tally> = new Map(
    HANDSHAKE_FAULTS.map((fault) => [
      fault,
      { total: 0, unsaid: 0, saidAt: Number.NEGATIVE_INFINITY },
    ]),
  );

  constructor(shell: Pick<PortableShell, 'unsecured'>, log: Logger) {
    this.#log = log;
    shell.unsecured = (fault, client, listener) => this.add(fault, client, listener, now());
  }

  get counts(): readonly { readonly reason: HandshakeFault; readonly total: number }[] {
    return [...this.#tallies].map(([reason, { total }]) => ({ reason, total }));
  }

  /** The first of a minute is named, the others are counted. */
  add(fault: HandshakeFault, client: Endpoint, listener: Endpoint, time: number): void {
    const tally = this.#tallies.get(fault)!;
    tally.total++;
    tally.unsaid++;
    if (time - tally.saidAt < QUIET_MS) return;
    const others = tally.unsaid > 1 ? `, and ${tally.unsaid - 1} before it` : '';
    const [who, where] = [formatEndpoint(client), formatEndpoint(listener)];
    this.#log.warn(`TLS handshake of ${who} at ${where} failed: ${fault}${others}`);
    tally.unsaid = 0;
    tally.saidAt = time;
  }
}
