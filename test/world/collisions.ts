/** Names and questions whose hashes are the same. */

import { keyOf } from '../../src/forward/cache-key.ts';
import { parseName } from '../../src/wire/name.ts';
import type { Query } from '../../src/wire/query.ts';
import { asked } from './asked.ts';

const HASH_SEED = 0x811c9dc5;
const HASH_PRIME = 0x01000193;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** FNV-1a over the labels from right to left: how names were hashed once, without a secret. */
export function oldHashOf(name: string): number {
  return name.split('.').reduceRight(oldHashLabel, HASH_SEED | 0);
}

function oldHashLabel(parent: number, label: string): number {
  let hash = Math.imul(parent ^ label.length, HASH_PRIME);
  for (let i = 0; i < label.length; i++) hash = Math.imul(hash ^ label.charCodeAt(i), HASH_PRIME);
  return hash;
}

/**
 * 2 to the power of `labels` names below `suffix` with one old hash: for each label there are two
 * after which the hash is the same, whatever is to the left of it.
 */
export function oldHashCollisions(labels: number, suffix = 'example'): string[] {
  let names = [suffix];
  let parent = oldHashOf(suffix);
  for (let i = 0; i < labels; i++) {
    const pair = collidingLabels(parent);
    parent = oldHashLabel(parent, pair[0]);
    names = names.flatMap((name) => pair.map((label) => `${label}.${name}`));
  }
  return names;
}

/** As many ordinary names of the same shape. */
export function ordinaryNames(labels: number, suffix = 'example'): string[] {
  let names = [suffix];
  for (let i = 0; i < labels; i++) {
    const pair = [letters(2 * i + 1), letters(2 * i + 2)];
    names = names.flatMap((name) => pair.map((label) => `${label}.${name}`));
  }
  return names;
}

function collidingLabels(parent: number): readonly [string, string] {
  const seen = new Map<number, string>();
  for (let i = 0; ; i++) {
    const label = letters(i);
    const hash = oldHashLabel(parent, label);
    const before = seen.get(hash);
    if (before !== undefined) return [before, label];
    seen.set(hash, label);
  }
}

/** Eight letters for a number below a million: all of them differ from those of the next one. */
function letters(number: number): string {
  let left = (number * 40_503_017) % LETTERS.length ** 8;
  let text = '';
  for (let i = 0; i < 8; i++) {
    text += LETTERS[left % LETTERS.length];
    left = Math.floor(left / LETTERS.length);
  }
  return text;
}

/** Questions that had the victim's key in the cache once: the type makes up for half the hash. */
export function oldKeyCollisions(victim: Query, count: number, name = 'www.victim.example') {
  const found: Query[] = [];
  const wanted = oldHashOf(name) ^ (victim.qtype << 16);
  for (let i = 0; found.length < count; i++) {
    const other = `${letters(i)}.attacker.example`;
    const left = oldHashOf(other) ^ wanted;
    const type = left >>> 16;
    if ((left & 0xffff) === 0 && type >= 0x100) found.push(asked(other, { type }));
  }
  return found;
}

/** Two questions with the same key in this process: some hundred thousand names hold two. */
export function collidingQueries(): readonly [Query, Query] {
  const seen = new Map<number, number>();
  const query = asked('aaaaaaaa.collision.example');
  for (let i = 0; ; i++) {
    take(query, i);
    const key = keyOf(query, 0);
    const before = seen.get(key);
    if (before !== undefined) {
      return [
        asked(`${letters(before)}.collision.example`),
        asked(`${letters(i)}.collision.example`),
      ];
    }
    seen.set(key, i);
  }
}

function take(query: Query, number: number): void {
  const wire = parseName(`${letters(number)}.collision.example`) as Uint8Array;
  query.take(wire, 0, wire.length);
}
