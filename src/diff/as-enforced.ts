/** A policy as it would decide if its rules in shadow mode were in force. */

import type { Policy } from '../policy/compile.ts';

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
