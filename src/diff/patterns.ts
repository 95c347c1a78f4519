/** Regular expressions of lists that differ: which names those are for nobody can list. */

import type { Policy } from '../policy/compile.ts';

/** The policies whose regular expressions differ. */
export function changedPatterns(before: Policy, after: Policy): readonly string[] {
  const names = new Set([...before.zones, ...after.zones].map(({ name }) => name));
  return [...names]
    .filter((name) => patternsOf(before, name) !== patternsOf(after, name))
    .map((name) => `policies.${name} (regular expressions)`);
}

function patternsOf({ zones }: Policy, name: string): string {
  const patterns = zones.find((zone) => zone.name === name)?.policy?.patterns ?? [];
  return [...patterns].sort().join('\n');
}
