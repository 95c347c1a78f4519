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
 * `it` for tests that several variants have, of which this is one by its number: each test is for
 * one of them in turn, or for all when the whole runs.
 */
export function inTurn(
  variant: number,
  variants: number,
): (title: string, test: Mocha.AsyncFunc) => void {
  let number = 0;
  return (title, test) => {
    if (number++ % variants === variant || IS_WHOLE) it(title, test);
  };
}
