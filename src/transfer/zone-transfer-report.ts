/** Where a feed stands, for people. */

import { formatPrimary } from '../config/primary-text.ts';
import { expiresAt } from '../policy/rpz/transfer/soa-timers.ts';
import { formatName } from '../wire/name.ts';
import type { ZoneTransfer } from './zone-transfer.ts';

/** Times are in UTC, ISO 8601. */
export interface FeedReport {
  readonly zone: string;
  readonly standing: string;
  readonly primaries: readonly string[];
  /** Whom the copy came from. */
  readonly primary?: string;
  /** When a primary last confirmed that it is up to date, and when it expires unless one does again. */
  readonly confirmedAt?: string;
  readonly expiresAt?: string;
  /** What keeps it from being up to date. */
  readonly problem?: string;
}

export function reportFeed({ settings, state, known, problem }: ZoneTransfer): FeedReport {
  return {
    zone: formatName(settings.zone),
    standing: state.standing,
    primaries: settings.primaries.map(formatPrimary),
    ...(known !== undefined && {
      primary: known.primary,
      confirmedAt: new Date(known.confirmedAt).toISOString(),
      expiresAt: new Date(expiresAt(known.copy.soa, known.confirmedAt)).toISOString(),
    }),
    ...(problem !== undefined && { problem }),
  };
}

/** Why a zone is not there; undefined when it is. */
export function absenceOf({ settings, state, known, problem }: ZoneTransfer): string | undefined {
  const { policy, zone } = settings;
  const why = problem === undefined ? '' : `: ${problem}`;
  if (state.standing === 'missing') {
    return `policy ${policy}: ${formatName(zone)} has not been transferred yet${why}`;
  }
  if (state.standing === 'loaded') return undefined;
  const since = new Date(state.since).toISOString();
  const serial = known?.copy.soa.serial;
  return `policy ${policy}: serial ${serial} expired at ${since}, its rules are not in force${why}`;
}
