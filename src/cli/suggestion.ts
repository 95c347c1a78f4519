/** What somebody who mistyped a word may have meant. */

import { closest, distance } from 'fastest-levenshtein';

/** The word of `known` that is nearest, when a slip of the keyboard lies between; else undefined. */
export function suggest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const begun = known.filter((one) => word.length > 1 && one.startsWith(word));
  if (begun.length === 1) return begun[0];
  const nearest = closest(word, known);
  if (distance(word, nearest) <= Math.max(1, Math.floor(word.length / 3))) return nearest;
  return known.find((one) => isSwapped(word, one));
}

/** Whether two neighbouring letters are the wrong way round: one slip, of which the distance makes two. */
function isSwapped(word: string, meant: string): boolean {
  let i = 0;
  while (i < word.length && word[i] === meant[i]) i++;
  return word.slice(0, i) + word[i + 1] + word[i] + word.slice(i + 2) === meant;
}
