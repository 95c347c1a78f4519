/** How far a name of a list reaches. */

/**
 * What a listed name stands for: `subdomains` itself and all names below it, `exact` itself alone;
 * undefined leaves that to the format of the list and to the way that the name is written.
 */
export type ListMatch = 'subdomains' | 'exact' | undefined;

/** Of a name by itself: how far it reaches. */
export const Reach = { NAME: 0, SUBTREE: 1, BELOW: 2 } as const;
export type Reach = (typeof Reach)[keyof typeof Reach];

/** How far a name reaches that is written as one of that reach. */
export function reachBy(match: ListMatch, written: Reach): Reach {
  if (match === 'subdomains') return Reach.SUBTREE;
  return match === 'exact' && written === Reach.SUBTREE ? Reach.NAME : written;
}
