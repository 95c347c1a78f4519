/** `filter-A`, `filter-AAAA`, `filter-rr`: types that answers of others are without. */

import { parseType, RrType } from '../../wire/registry.ts';
import { wordsOf } from './lines.ts';
import { allOf, type DnsmasqParts, oneOf } from './parts.ts';

export function filteredTypes(parts: DnsmasqParts): ReadonlySet<number> {
  const named = allOf(parts, 'filter-rr').flatMap((option) =>
    wordsOf(option).flatMap((word) => {
      const type = /^\d+$/.test(word) ? Number(word) : parseType(word.toUpperCase());
      const expected = 'expect one like AAAA, or its number';
      return (
        type ??
        parts.problems.add(option.place, `filter-rr: "${word}" is no type; ${expected}`) ??
        []
      );
    }),
  );
  const types = new Set(named);
  if (oneOf(parts, 'filter-A') !== undefined) types.add(RrType.A);
  if (oneOf(parts, 'filter-AAAA') !== undefined) types.add(RrType.AAAA);
  return types;
}
