/** Differences between another server and its import that are none: docs/migrate.md says which. */

import type { Change } from '../../diff/changes.ts';

/** Who keeps zones, updates and transfers is the old server. */
const OF_ZONES: readonly string[] = ['transfer', 'update', 'notify'];

/** `kept` are the groups whose questions go to the old server. */
export function isCounted(change: Change, kept: ReadonlySet<string>): boolean {
  return !isKept(change, kept) && !isOfStandards(change);
}

/** An answer of the old server's own is the same when it still comes from there: it is asked for it. */
function isKept({ old, new: now, types }: Change, kept: ReadonlySet<string>): boolean {
  const isAsked = now.action === 'forward' && now.upstream !== undefined && kept.has(now.upstream);
  return isAsked && (old.layer === 'local' || types.join() === 'DS');
}

function isOfStandards({ old, new: now, types }: Change): boolean {
  const isDecided = now.action !== 'forward';
  // Whoever neither takes it nor passes it on has his own words for that.
  const isUntaken =
    OF_ZONES.includes(now.layer) && old.action !== 'forward' && old.action !== 'accept';
  // RD=0 is passed on, and answered from no cache.
  const isUncached = old.layer === 'recursion' && /^RD=0[ :]/.test(old.rule);
  // DS records of a name are the parent's; to ANY there is a minimal answer (RFC 8482).
  const isOfParent = isDecided && ['DS', 'ANY'].includes(types.join());
  // Of a name that is denied, the records that a zone has at its top are not made up.
  const isOfApex =
    old.layer === 'local' &&
    now.action === 'nodata' &&
    types.every((type) => type === 'SOA' || type === 'NS');
  // Names that no server should ask others for (RFC 6761, RFC 6303).
  const isSpecial = now.layer === 'special-use' || now.rule === 'protocol minimal ANY';
  return isUntaken || isUncached || isOfParent || isOfApex || isSpecial;
}
