/** The configuration that a command reads: ours, or that of another server. */

import { readConfig } from '../config/config.ts';
import { ConfigError } from '../config/problem.ts';
import type { Left } from '../foreign/left.ts';
import { PROGRAMS, readForeignPolicy, recognise } from '../foreign/readers.ts';
import { compilePolicy, type Policy } from '../policy/compile.ts';
import { VERSION } from '../version.ts';
import { UsageError } from './command.ts';
import type { Option } from './options.ts';

export interface PolicySource {
  readonly policy: Policy;
  /** The name of the other program; undefined for a configuration of ours. */
  readonly program: string | undefined;
  /** What of theirs is not modelled. */
  readonly left: readonly Left[];
}

/** The option of every command that reads a configuration. */
export const FROM_OPTION = {
  type: 'string',
  value: 'PROGRAM',
  about: `the program that the configuration is for: rcode5, ${PROGRAMS.join(', ')}; by its content without it`,
} as const satisfies Option;

/** Reads a file, by its content or as one of `from`. Throws a ConfigError with all that is wrong. */
export function readPolicy(file: string, from?: string): PolicySource {
  if (from !== undefined && from !== 'rcode5' && !PROGRAMS.includes(from)) {
    throw new UsageError(`--from ${from}: expect rcode5 or one of ${PROGRAMS.join(', ')}`);
  }
  const program = from === 'rcode5' ? undefined : (from ?? recognise(file));
  if (program === undefined) {
    return { policy: compilePolicy(readConfig(file), VERSION), program, left: [] };
  }
  return readForeignPolicy(file, program);
}

/** `named.conf:12: geoip country DE takes in clients by where they are; …` */
export function formatLeft({ place, what, instead, decides }: Left): string {
  const weight = decides ? 'left, and decisions may depend on it' : 'passed over';
  return `${place.file}:${place.line}: ${what}: ${weight}: ${instead}`;
}

/** What is wrong with a file that is to be served: first of all, perhaps, that it is for another program. */
export function serveProblem(file: string, error: unknown): unknown {
  const program = error instanceof ConfigError ? recognise(file) : undefined;
  if (program === undefined) return error;
  const message = `a configuration of ${program} is not served; expect one of ours, as \`rcode5 import ${file}\` makes it`;
  return new ConfigError([{ file, line: 1, column: 1, message }]);
}
