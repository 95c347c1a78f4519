/**
 * How much of the heavy suites runs: a part of each that is the same in each run, or the whole with
 * `npm run test:whole`. A part has every kind of case and every assertion, and fewer rounds.
 */

/** Whether the whole runs. */
export const IS_WHOLE: boolean = process.env['RCODE5_TEST_WHOLE'] !== undefined;

/** How many rounds to play, or things to ask for. */
export function rounds(whole: number, part: number): number {
  return IS_WHOLE ? whole : part;
}

/**
 * What a test runs with: all of `variants`, or one of them, in turn by the `number` of the test, so
 * that tests that are alike have each variant in some of them.
 */
export function someOf<T>(variants: readonly T[], number: number): readonly T[] {
  return IS_WHOLE ? variants : [variants[number % variants.length]!];
}
