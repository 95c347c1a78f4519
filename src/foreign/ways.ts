/** Where another server's clients are led: to servers that it forwards to, and to zones of its own. */

import type { Place } from '../config/problem.ts';

/** Servers that are asked for a domain; `.` is for all that has no other. */
export interface Forward {
  readonly domain: string;
  /** As our configuration writes them: `192.0.2.1`, `192.0.2.1:5353`. */
  readonly servers: readonly string[];
  readonly place: Place;
}

/** A zone that the server answers itself, and that stays with it. */
export interface OwnZone {
  readonly domain: string;
  readonly place: Place;
}

export interface Ways {
  readonly forwards: readonly Forward[];
  readonly own: readonly OwnZone[];
}
