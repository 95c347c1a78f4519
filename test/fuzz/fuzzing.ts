/** Runs inputs, and inputs made of those with which something new has become. */

import { mutate } from './mutate.ts';
import { Random } from './random.ts';
import { readCorpus, type Target } from './target.ts';

/** Milliseconds that one input may take. */
const LONGEST_MS = 10_000;

export interface Found {
  readonly input: Uint8Array;
  readonly error: Error;
  /** It fails by itself, whatever was before. */
  readonly isAlone: boolean;
}

export interface Findings {
  readonly runs: number;
  /** Inputs with which something new has become. */
  readonly fresh: readonly Uint8Array[];
  readonly failures: readonly Found[];
}

/** Failures of a kind are told once: the beginning of the message is the kind. */
const KIND_LENGTH = 40;

/** Tries a target until it has run often enough. */
export async function fuzz(
  target: Target,
  seed: number,
  isEnough: (runs: number) => boolean,
): Promise<Findings> {
  const random = new Random(seed);
  const pool = [...readCorpus(target.name).map(({ octets }) => octets), ...(target.seeds ?? [])];
  const known = pool.length;
  const failures: Map<string, Found> = new Map();
  const seen: Set<string> = new Set();
  let runs = 0;
  while (runs < known || !isEnough(runs)) {
    const isKnown = runs < known;
    const input = isKnown
      ? pool[runs]!
      : target.mutate(random.pick(pool), random, random.pick(pool));
    runs++;
    const result = await attempt(target, input);
    if (typeof result !== 'string') {
      const kind = result.message.slice(0, KIND_LENGTH);
      await target.close?.();
      if (!failures.has(kind)) failures.set(kind, await confirm(target, input, result));
    } else if (!seen.has(result)) {
      seen.add(result);
      if (!isKnown) pool.push(input);
    }
  }
  await target.close?.();
  return { runs, fresh: pool.slice(known), failures: [...failures.values()] };
}

/** What has become of an input: in words, or an error. */
async function attempt(target: Target, input: Uint8Array): Promise<string | Error> {
  const start = performance.now();
  try {
    const result = await target.run(input);
    const took = performance.now() - start;
    return took < LONGEST_MS ? result : new Error(`it takes ${Math.round(took)} ms`);
  } catch (error) {
    return error as Error;
  }
}

async function confirm(target: Target, input: Uint8Array, error: Error): Promise<Found> {
  const again = await attempt(target, input);
  await target.close?.();
  return { input, error, isAlone: again instanceof Error };
}

/** How targets change what is plain text or plain octets. */
export function plainly(dictionary: readonly string[]): Target['mutate'] {
  const words = dictionary.map((word) => new TextEncoder().encode(word));
  return (input, random, other) => mutate(input, random, { dictionary: words, other });
}
