/** From the zone of an address to what `sin6_scope_id` takes (RFC 4007 section 11.2). */

import type { Libc } from './libc.ts';

/**
 * The index of the interface that has the name now: one that goes and comes back has another. A
 * zone can be an index, too; 0 when it is neither.
 */
export function zoneIndex(libc: Libc, zone: string): number {
  return zone === '' ? 0 : libc.if_nametoindex(zone) || Number(zone) || 0;
}
