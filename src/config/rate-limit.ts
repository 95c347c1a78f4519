/** How fast clients may ask, as it was meant. */

import type { Prefix } from '../net/prefix.ts';
import { type ClientGroup, prefixesOf } from './access-list.ts';
import type { RawConfig } from './keys.ts';
import type { Place } from './problem.ts';

/** How fast the clients of a prefix may ask. */
export interface RateLimit {
  readonly queriesPerSecond: number;
  readonly burst: number;
  readonly ipv4Prefix: number;
  readonly ipv6Prefix: number;
  readonly action: 'truncate' | 'drop' | 'refuse';
  /** Clients without a limit. */
  readonly exempt: readonly Prefix[];
  readonly place: Place;
}

/** Without a burst there is room for that of two seconds. */
export function readRateLimit(
  { value, place }: NonNullable<RawConfig['rateLimit']>,
  groups: readonly ClientGroup[],
): RateLimit {
  const exempt = value.exempt.flatMap(({ value: key }) => prefixesOf(key, groups));
  return { ...value, burst: value.burst ?? 2 * value.queriesPerSecond, exempt, place };
}
