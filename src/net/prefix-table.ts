/**
 * The most specific prefix of an address, compiled.
 *
 * Prefixes nest or are disjoint, so they cut the address space into intervals in each of which
 * one prefix is the most specific. A lookup is a binary search over the interval starts.
 */

import { commonBits, compareWords, firstWords, lastWords, type Prefix } from './prefix.ts';

/** No prefix covers the address. */
export const NO_PREFIX = -1;

const WORDS_PER_ADDRESS = 4;

export class PrefixTable {
  readonly prefixes: readonly Prefix[];
  readonly #ipv4: Intervals;
  readonly #ipv6: Intervals;

  /** The position in `prefixes` is what a lookup returns; of equal prefixes the first counts. */
  constructor(prefixes: readonly Prefix[]) {
    this.prefixes = prefixes;
    this.#ipv4 = compileIntervals(prefixes, 4);
    this.#ipv6 = compileIntervals(prefixes, 6);
  }

  /** Index of the most specific prefix that covers the address, or NO_PREFIX. */
  find(family: 4 | 6, words: Uint32Array): number {
    const { starts, owners } = family === 4 ? this.#ipv4 : this.#ipv6;
    return owners[findInterval(starts, owners.length, words)]!;
  }
}

/** The prefix that shares the most leading bits with an address, compiled. */
export class NearestPrefix {
  readonly prefixes: readonly Prefix[];
  readonly #ipv4: Intervals;
  readonly #ipv6: Intervals;

  /** The position in `prefixes` is what a lookup returns. */
  constructor(prefixes: readonly Prefix[]) {
    this.prefixes = prefixes;
    this.#ipv4 = sortStarts(prefixes, 4);
    this.#ipv6 = sortStarts(prefixes, 6);
  }

  /** Index of the nearest prefix; NO_PREFIX when none is of the address's family. */
  find(family: 4 | 6, words: Uint32Array): number {
    const { starts, owners } = family === 4 ? this.#ipv4 : this.#ipv6;
    if (owners.length === 0) return NO_PREFIX;
    // In address order, no prefix shares more bits than one of the two neighbours.
    const at = findInterval(starts, owners.length, words);
    const before = owners[at]!;
    const after = owners[at + 1] ?? before;
    return this.#shared(after, words) > this.#shared(before, words) ? after : before;
  }

  #shared(index: number, words: Uint32Array): number {
    const prefix = this.prefixes[index]!;
    return Math.min(commonBits(prefix.words, words), prefix.length);
  }
}

/** `owners[i]` rules from the address at `starts[4 * i]` to the next start. */
interface Intervals {
  readonly starts: Uint32Array;
  readonly owners: Int32Array;
}

function findInterval(starts: Uint32Array, count: number, words: Uint32Array): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (isAtOrBefore(starts, middle * WORDS_PER_ADDRESS, words)) low = middle;
    else high = middle - 1;
  }
  return low;
}

function isAtOrBefore(starts: Uint32Array, at: number, words: Uint32Array): boolean {
  for (let i = 0; i < 4; i++) {
    const start = starts[at + i]!;
    const word = words[i]!;
    if (start !== word) return start < word;
  }
  return true;
}

function sortStarts(prefixes: readonly Prefix[], family: 4 | 6): Intervals {
  const order = inAddressOrder(prefixes, family);
  return {
    starts: Uint32Array.from(order.flatMap(({ first }) => [...first])),
    owners: Int32Array.from(order, ({ index }) => index),
  };
}

interface Ordered {
  readonly index: number;
  readonly first: Uint32Array;
  readonly last: Uint32Array;
}

/** The prefixes of one family by first address, wider before narrower. */
function inAddressOrder(prefixes: readonly Prefix[], family: 4 | 6): Ordered[] {
  return prefixes
    .map((prefix, index) => ({ index, first: firstWords(prefix), last: lastWords(prefix), prefix }))
    .filter(({ prefix }) => prefix.family === family)
    .sort(
      (a, b) =>
        compareWords(a.first, b.first) || a.prefix.length - b.prefix.length || b.index - a.index,
    );
}

/** Walks the prefixes in address order, wider ones first, with a stack of those that are open. */
function compileIntervals(prefixes: readonly Prefix[], family: 4 | 6): Intervals {
  const starts: Uint32Array[] = [new Uint32Array(4)];
  const owners: number[] = [NO_PREFIX];
  const cut = (start: Uint32Array, owner: number) => {
    if (compareWords(starts.at(-1)!, start) === 0) owners[owners.length - 1] = owner;
    else {
      starts.push(start);
      owners.push(owner);
    }
  };
  const open: Ordered[] = [];
  const close = () => {
    const next = addressAfter(open.pop()!.last, family);
    if (next !== undefined) cut(next, open.at(-1)?.index ?? NO_PREFIX);
  };
  for (const entry of inAddressOrder(prefixes, family)) {
    while (open.length > 0 && compareWords(open.at(-1)!.last, entry.first) < 0) close();
    cut(entry.first, entry.index);
    open.push(entry);
  }
  while (open.length > 0) close();
  return {
    starts: Uint32Array.from(starts.flatMap((words) => [...words])),
    owners: Int32Array.from(owners),
  };
}

/** The address behind `words`; undefined behind the last one of the family. */
function addressAfter(words: Uint32Array, family: 4 | 6): Uint32Array | undefined {
  const next = words.slice();
  for (let i = family === 4 ? 0 : 3; i >= 0; i--) {
    next[i]! += 1;
    if (next[i] !== 0) return next;
  }
  return undefined;
}
