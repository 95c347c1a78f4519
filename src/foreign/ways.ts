/** Where another server's clients are led: to servers that it forwards to, and to zones of its own. */

import type { Place } from '../config/problem.ts';
import type { ForeignZone } from './policy-zone.ts';

/** Servers that are asked for a domain; `.` is for all that has no other. */
export interface Forward {
  readonly domain: string;
  /** As our configuration writes them: `192.0.2.1`, `192.0.2.1:5353`. */
  readonly servers: readonly string[];
  readonly place: Place;
}

/** What the server answers itself. */
export interface OwnZone {
  readonly domain: string;
  readonly place: Place;
  /** A zone with a zone file, or that is transferred: it stays with the server, with all names in it. */
  readonly isZone: boolean;
}

export interface Ways {
  readonly forwards: readonly Forward[];
  readonly own: readonly OwnZone[];
  /** Whom it asks for the addresses of servers that have a name alone. */
  readonly bootstrap?: readonly string[];
  /** Response policy zones, in their order. */
  readonly policyZones?: readonly ForeignZone[];
}
