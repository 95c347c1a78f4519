/** Changes of a type that go beyond those of all types, reported as what is more. */

import type { NameChange } from './name-changes.ts';

/**
 * The same changes, with each that takes in one of `base` split into that one and what it has
 * besides. So DS records, which of some names are decided as those of the parent, share the changes
 * of all other types.
 */
export function splitByBase(
  changes: readonly NameChange[],
  base: readonly NameChange[],
): readonly NameChange[] {
  return changes.flatMap((change) => {
    const within = base.find((one) => isWithin(one, change));
    if (within === undefined) return [change];
    const more = within.except.filter((name) => !change.except.includes(name));
    return more.length === 0 ? [within] : [within, { ...change, names: more, except: [] }];
  });
}

/** The same names, but for single ones that only `outer` takes in. */
function isWithin(inner: NameChange, outer: NameChange): boolean {
  if (JSON.stringify(inner.names) !== JSON.stringify(outer.names)) return false;
  if (JSON.stringify([inner.old, inner.new]) !== JSON.stringify([outer.old, outer.new])) {
    return false;
  }
  const more = inner.except.filter((name) => !outer.except.includes(name));
  const isLess = outer.except.every((name) => inner.except.includes(name));
  return isLess && more.every((name) => !name.startsWith('*'));
}
