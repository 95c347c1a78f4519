/** Which rules count: no expired ones, and those in shadow mode only for shadow mode. */

import type { RuleOrigin } from '../../config/access-list.ts';
import type { Rule } from '../../decision/verdict.ts';

const DAY = 86_400_000;

/**
 * What layers are compiled for. Compiled for shadow mode, they have the rules in shadow mode as well:
 * their verdicts are recorded, and not enforced.
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
