/** Where a list that comes by HTTP stands, for people. */

import type { ListFetch } from './list-fetch.ts';

/** Times are in UTC, ISO 8601. */
export interface ListReport {
  readonly url: string;
  readonly standing: string;
  /** When its server last confirmed that the copy is up to date. */
  readonly confirmedAt?: string;
  /** What keeps it from being up to date. */
  readonly problem?: string;
}

export function reportList({ settings, state, confirmedAt, problem }: ListFetch): ListReport {
  return {
    url: settings.shown,
    standing: state.standing,
    ...(confirmedAt !== undefined && { confirmedAt: new Date(confirmedAt).toISOString() }),
    ...(problem !== undefined && { problem }),
  };
}

/** Why a list is not there; undefined when it is. */
export function missingList({ settings, state, problem }: ListFetch): string | undefined {
  if (state.standing === 'loaded') return undefined;
  const why = problem === undefined ? '' : `: ${problem}`;
  return `policy ${settings.policy}: ${settings.shown} has not been fetched yet${why}`;
}
