/** A policy as it would decide if its rules in shadow mode were in force. */

import type { Policy } from '../policy/compile.ts';
import { type Change, findChanges } from './changes.ts';

export function asEnforced(policy: Policy): Policy {
  const views = policy.views.map((view) => ({
    ...view,
    layers: view.shadow ?? view.layers,
    policies: view.shadowPolicies ?? view.policies,
  }));
  return {
    ...policy,
    views,
    viewOf: (query) => views[policy.viewOf(query).index]!,
    zones: policy.zones.map((zone) => ({ ...zone, policy: zone.shadow })),
  };
}

/** Whether it has rules in shadow mode at all. */
export function hasShadow({ views }: Policy): boolean {
  return views.some(({ shadow }) => shadow !== undefined);
}

/** What would change besides if the rules in shadow mode were in force. */
export function shadowChanges(
  before: Policy,
  after: Policy,
  changes: readonly Change[],
): readonly Change[] {
  if (!hasShadow(before) && !hasShadow(after)) return [];
  const known = new Set(changes.map((change) => JSON.stringify(change)));
  const enforced = findChanges(asEnforced(before), asEnforced(after));
  return enforced.filter((change) => !known.has(JSON.stringify(change)));
}
