/** An assertion that does not hold, for people. */

import type { Failure } from '../explain/assertions.ts';
import { formatRule } from './explain-text.ts';

const KEY_WIDTH = 8;

/** What was expected, what is so instead, and the rule that makes it so. */
export function formatFailure({ assertion, mismatches, layer, rule }: Failure): string {
  const { name, query, client, place } = assertion;
  const asked = `${query} from ${client}`;
  const at = `${place.file}:${place.line}:${place.column}`;
  const width = Math.max(...mismatches.map(({ value }) => value.length));
  const lines = [
    `${at}: ${name === undefined ? asked : `${name}: ${asked}`}`,
    ...mismatches.map(
      ({ key, value, actual }) =>
        `  ${key.padEnd(KEY_WIDTH)} expected ${value.padEnd(width)}  actual ${actual}`,
    ),
    `  decided by ${layer}: ${formatRule(rule)}`,
  ];
  return `${lines.join('\n')}\n`;
}
