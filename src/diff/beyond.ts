/** Changes of a type that go beyond those of all types, reported as what is more. */

import type { NameChange } from './name-changes.ts';
import { digestOf } from './name-list.ts';

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
    if (digestOf(within.except) === digestOf(change.except)) return [within];
    const more = within.except.filter(isMissingIn(change.except));
    return more.length === 0 ? [within] : [within, { ...change, names: more, except: [] }];
  });
}

/** The same names, but for single ones that only `outer` takes in. */
function isWithin(inner: NameChange, outer: NameChange): boolean {
  if (digestOf(inner.names) !== digestOf(outer.names)) return false;
  if (JSON.stringify([inner.old, inner.new]) !== JSON.stringify([outer.old, outer.new])) {
    return false;
  }
  if (digestOf(inner.except) === digestOf(outer.except)) return true;
  const more = inner.except.filter(isMissingIn(outer.except));
  const isLess = !outer.except.some(isMissingIn(inner.except));
  return isLess && more.every((name) => !name.startsWith('*'));
}

function isMissingIn(names: readonly string[]): (name: string) => boolean {
  const known = new Set(names);
  return (name) => !known.has(name);
}
