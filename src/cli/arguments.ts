/** Faults of a command's arguments that parseArgs passes over, or describes without a remedy. */

import { parseArgs } from 'node:util';
import { type Command, UsageError } from './command.ts';
import type { Option, Options } from './options.ts';
import { suggest } from './suggestion.ts';

/**
 * Throws a UsageError for an option that the command does not know, for one without its value or with one
 * that it has no use for, and for one that was given twice but has one value: the last would win, and
 * nobody would hear of the first. Also for an operand of a command that has none.
 */
export function checkArguments(
  args: readonly string[],
  { options, operands, name }: Pick<Command, 'options' | 'operands' | 'name'>,
): void {
  const { tokens } = parseArgs({
    args: [...args],
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind === 'positional' && operands === '') {
      throw new UsageError(unexpected(token.value, name, options));
    }
    if (token.kind !== 'option') continue;
    const option = options[token.name];
    if (option === undefined) throw new UsageError(unknown(token.rawName, options));
    if (seen.has(token.name) && option.multiple === undefined && option.type === 'string') {
      throw new UsageError(`${token.rawName} is given twice; expect it once`);
    }
    seen.add(token.name);
    checkValue(token, option);
  }
}

interface GivenOption {
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function checkValue({ rawName, value, inlineValue }: GivenOption, option: Option): void {
  if (option.type === 'boolean') {
    if (value === undefined) return;
    throw new UsageError(`${rawName} takes no value; expect ${rawName} alone`);
  }
  const written = `${rawName} ${option.value}`;
  if (value === undefined) throw new UsageError(`${rawName} has no value; expect ${written}`);
  // It is more likely that the value was forgotten than that it begins like an option.
  if (inlineValue || value === '-' || !value.startsWith('-')) return;
  const within = rawName.startsWith('--') ? `${rawName}=${value}` : `${rawName}${value}`;
  throw new UsageError(
    `${rawName} has no value before ${value}; expect ${written}, or ${within} if that is the value`,
  );
}

function unexpected(operand: string, name: string, options: Options): string {
  const meant =
    'config' in options
      ? `-c ${operand} if that is the configuration`
      : `rcode5 ${name} without it`;
  return `${name} takes no operand, and ${JSON.stringify(operand)} is one; expect ${meant}`;
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
