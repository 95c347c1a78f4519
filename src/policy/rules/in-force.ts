/** Which rules count: not those that have expired, and those on trial only where a trial is run. */

import type { RuleOrigin } from '../../config/access-list.ts';
import type { Rule } from '../../decision/verdict.ts';

const DAY = 86_400_000;

/**
 * What layers are compiled for. In a trial the rules in shadow mode count as well: what it decides
 * is recorded, and not done.
 */
export interface Enforcement {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly withShadow: boolean;
}

export function isInForce(
  { expires, mode }: RuleOrigin,
  { now, withShadow }: Enforcement,
): boolean {
  return !isExpired(expires, now) && (withShadow || mode === 'enforce');
}

export function isExpired(expires: number | undefined, now: number): boolean {
  return expires !== undefined && expires <= now;
}

/** What a rule shows of its origin. */
export function shownOrigin({
  owner,
  reason,
  expires,
}: Omit<RuleOrigin, 'mode'>): Pick<Rule, 'owner' | 'reason' | 'expires'> {
  return {
    ...(owner !== undefined && { owner }),
    ...(reason !== undefined && { reason }),
    ...(expires !== undefined && { expires: formatExpiry(expires) }),
  };
}

/** The last day on which a rule counts, as it is written. */
export function formatExpiry(expires: number): string {
  return new Date(expires - DAY).toISOString().slice(0, 10);
}
