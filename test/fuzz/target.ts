/** What the fuzzer tries, and the inputs that are kept of it. */

import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Random } from './random.ts';

const CORPUS: string = join(import.meta.dirname, 'corpus');

export interface Target {
  readonly name: string;
  /** Inputs to begin with besides those in the corpus. */
  readonly seeds?: readonly Uint8Array[];
  /**
   * Throws when something does not hold that holds for every input. Returns what has become of
   * it, in few words: an input with which something new becomes is worth going on from.
   */
  run(input: Uint8Array): string | Promise<string>;
  mutate(input: Uint8Array, random: Random, other: Uint8Array): Uint8Array;
  close?(): void | Promise<void>;
}

/** An input that is kept. */
export interface Kept {
  readonly file: string;
  readonly octets: Uint8Array;
}

/** The inputs of the corpus for a target, in the order of their names. */
export function readCorpus(target: string): Kept[] {
  return globSync(join(CORPUS, target, '*'))
    .sort()
    .map((path) => ({ file: basename(path), octets: new Uint8Array(readFileSync(path)) }));
}

/** Fails with a text when a condition does not hold. */
export function hold(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Error(otherwise);
}
