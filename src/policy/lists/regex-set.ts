/**
 * Regular expressions that take time in proportion to the text, whatever the expression: those of
 * a list are written by others, and a backtracking engine could be kept busy by one of them. The
 * door to re2js, which is loaded when there is a list with an expression.
 */

import { createRequire } from 'node:module';

type Re2 = typeof import('re2js');

/** Octets for the states of one set; when they are used up it goes on more slowly. */
const MAX_STATES = 4 << 20;

/**
 * Instructions that one expression may have, and all of a list together: what the slow way takes
 * for each character is in proportion to these.
 */
const MAX_SIZE = 2000;
export const MAX_SIZE_IN_ALL: number = 20_000;

/** How many instructions an expression has; undefined when it is none, or too large. */
export function regexSize(source: string): number | undefined {
  try {
    const { RE2JS } = loadRe2();
    const size = RE2JS.compile(source, RE2JS.CASE_INSENSITIVE).programSize();
    return size <= MAX_SIZE ? size : undefined;
  } catch {
    return undefined;
  }
}

function loadRe2(): Re2 {
  return createRequire(import.meta.url)('re2js') as Re2;
}

/** Gives the positions of the expressions that a text has a match for. */
export function createRegexSet(sources: readonly string[]): (text: string) => readonly number[] {
  const { RE2JS, RE2Set } = loadRe2();
  const set = new RE2Set(RE2Set.UNANCHORED, RE2JS.CASE_INSENSITIVE, MAX_STATES);
  for (const source of sources) set.add(source);
  set.compile();
  return (text) => set.match(text);
}
