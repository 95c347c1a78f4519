/** Faults of a command's arguments that parseArgs passes over, or describes without a remedy. */

import { parseArgs } from 'node:util';
import { UsageError } from './command.ts';
import type { Options } from './options.ts';
import { suggest } from './suggestion.ts';

/**
 * Throws a UsageError for an option that the command does not know, and for one that was given twice but
 * has one value: the last would win, and nobody would hear of the first.
 */
export function checkArguments(args: readonly string[], options: Options): void {
  const { tokens } = parseArgs({
    args: [...args],
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = options[token.name];
    if (option === undefined) throw new UsageError(unknown(token.rawName, options));
    if (seen.has(token.name) && option.multiple === undefined && option.type === 'string') {
      throw new UsageError(`${token.rawName} is given twice; expect it once`);
    }
    seen.add(token.name);
  }
}

function unknown(rawName: string, options: Options): string {
  const names = Object.entries(options).flatMap(([name, { short }]) => [
    `--${name}`,
    ...(short === undefined ? [] : [`-${short}`]),
  ]);
  // One letter is as near to any other.
  const meant = rawName.startsWith('--') ? suggest(rawName, names) : undefined;
  return `there is no option ${rawName}${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}
