/** A policy and the assertions that it is held to; the problems of both are reported at once. */

import { type Config, readConfig } from '../config/config.ts';
import { ConfigError, type Problem } from '../config/problem.ts';
import type { Assertion } from '../explain/assertion-file.ts';
import { configuredAssertions, readAssertionFiles } from '../explain/assertions.ts';
import { compilePolicy, type Policy } from '../policy/compile.ts';
import { VERSION } from '../version.ts';

export interface AssertedPolicy {
  readonly policy: Policy;
  readonly assertions: readonly Assertion[];
}

/**
 * Reads a configuration with the assertions that it names, or with those of `files` in their
 * place. Throws a ConfigError that names every problem.
 */
export function readAssertedPolicy(
  config: string,
  files?: readonly { readonly file: string }[],
): AssertedPolicy {
  const problems: Problem[] = [];
  const read = attempt(problems, () => readConfig(config));
  const policy = read && attempt(problems, () => compilePolicy(read, VERSION));
  const assertions = attempt(problems, () => readAssertionsOf(read, files));
  if (policy === undefined || assertions === undefined) throw new ConfigError(problems);
  return { policy, assertions };
}

function readAssertionsOf(
  config: Config | undefined,
  files: readonly { readonly file: string }[] | undefined,
): readonly Assertion[] {
  if (files !== undefined) return readAssertionFiles(files, process.env);
  return config === undefined ? [] : configuredAssertions(config, process.env);
}

function attempt<T>(problems: Problem[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}
