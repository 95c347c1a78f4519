/** Octets changed a little, in the ways that programs stumble over. */

import type { Random } from './random.ts';

/** Values at the ends of what fits, and bits that formats give a meaning. */
const EDGES: readonly number[] = [0, 1, 12, 0x3f, 0x40, 0x7f, 0x80, 0xbf, 0xc0, 0xfe, 0xff];
const WORDS: readonly number[] = [0, 1, 12, 41, 0xff, 0x200, 0x4d0, 0x7fff, 0x8000, 0xc00c, 0xffff];
/** Changes to one input at most, and octets that a change takes at most. */
const MOST_CHANGES = 4;
const MOST_OCTETS = 32;
/** Octets beyond which nothing is inserted. */
const MOST_LENGTH = 0xffff;

/** What mutations are made of besides chance. */
export interface Material {
  /** Words of the format. */
  readonly dictionary?: readonly Uint8Array[];
  /** Another input, of which a part may be taken. */
  readonly other: Uint8Array;
}

type Change = (octets: Uint8Array, random: Random, material: Material) => Uint8Array;

/** A changed copy. */
export function mutate(octets: Uint8Array, random: Random, material: Material): Uint8Array {
  let changed: Uint8Array = octets.slice();
  for (let left = 1 + random.below(MOST_CHANGES); left > 0; left--) {
    changed = random.pick(CHANGES)(changed, random, material);
  }
  return changed;
}

const CHANGES: readonly Change[] = [
  function flip(octets, random) {
    if (octets.length > 0) octets[random.below(octets.length)]! ^= 1 << random.below(8);
    return octets;
  },
  function setOctet(octets, random) {
    if (octets.length > 0) {
      octets[random.below(octets.length)] = random.oneIn(2)
        ? random.pick(EDGES)
        : random.below(256);
    }
    return octets;
  },
  function setWord(octets, random) {
    if (octets.length < 2) return octets;
    const at = random.below(octets.length - 1);
    const word = random.pick(WORDS);
    octets[at] = word >> 8;
    octets[at + 1] = word;
    return octets;
  },
  function count(octets, random) {
    if (octets.length > 0) octets[random.below(octets.length)]! += random.pick([1, -1, 2, -2]);
    return octets;
  },
  function cut(octets, random) {
    return octets.slice(0, random.below(octets.length + 1));
  },
  function remove(octets, random) {
    const at = random.below(octets.length + 1);
    return splice(octets, at, random.below(MOST_OCTETS), new Uint8Array(0));
  },
  function insert(octets, random) {
    const added = new Uint8Array(random.below(MOST_OCTETS)).fill(random.pick(EDGES));
    return splice(octets, random.below(octets.length + 1), 0, added);
  },
  function repeat(octets, random) {
    const part = partOf(octets, random);
    const times = 1 + random.below(random.oneIn(10) ? 200 : 3);
    const added = new Uint8Array(part.length * times);
    for (let i = 0; i < times; i++) added.set(part, i * part.length);
    return splice(octets, random.below(octets.length + 1), 0, added);
  },
  function cross(octets, random, { other }) {
    const part = partOf(other, random);
    const replaced = random.oneIn(2) ? part.length : 0;
    return splice(octets, random.below(octets.length + 1), replaced, part);
  },
  function word(octets, random, { dictionary = [] }) {
    if (dictionary.length === 0) return octets;
    const replaced = random.below(2) * random.below(8);
    return splice(octets, random.below(octets.length + 1), replaced, random.pick(dictionary));
  },
];

function partOf(octets: Uint8Array, random: Random): Uint8Array {
  const start = random.below(octets.length + 1);
  return octets.subarray(start, start + 1 + random.below(MOST_OCTETS));
}

function splice(octets: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array {
  const rest = octets.subarray(at + removed);
  if (octets.length + added.length > MOST_LENGTH) return octets;
  const spliced = new Uint8Array(at + added.length + rest.length);
  spliced.set(octets.subarray(0, at));
  spliced.set(added, at);
  spliced.set(rest, at + added.length);
  return spliced;
}
