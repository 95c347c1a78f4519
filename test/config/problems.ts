/** Configurations that cannot be used, and what is said about them. */

import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import { ConfigError } from '../../src/config/problem.ts';

/** The problems of `site.yaml`, each as `line:column: message`. */
export function problemsIn(text: string, environment: Record<string, string> = {}): string[] {
  try {
    parseConfig('site.yaml', text, environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n').map((line) => line.replace(/^site\.yaml:/, ''));
  }
  return [];
}

/** All that a configuration needs, in one line: what follows begins at line 2. */
export const FINE = 'upstreams: { default: { servers: [192.0.2.53] } }\n';

/** A text and every problem in it. */
export interface Case {
  readonly when: string;
  readonly text: string;
  readonly says: readonly string[];
}

/** One test for each case, its text behind `before`. */
export function itSays(cases: readonly Case[], before: string): void {
  for (const { when, text, says } of cases) {
    it(`says where and what when ${when}`, () => {
      expect(problemsIn(before + text)).to.deep.equal(says);
    });
  }
}
