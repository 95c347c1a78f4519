/** A policy and the assertions that it is held to; the problems of both are reported at once. */

import type { Config } from '../config/config.ts';
import { ConfigError, type Problem } from '../config/problem.ts';
import type { Assertion } from '../explain/assertion-file.ts';
import { configuredAssertions, readAssertionFiles } from '../explain/assertions.ts';
import { type PolicySource, readPolicy } from './policy-source.ts';

export interface AssertedPolicy extends PolicySource {
  readonly assertions: readonly Assertion[];
}

/**
 * Reads a configuration with the assertions that it names, or with those of `files` in their
 * place. Throws a ConfigError that names every problem.
 */
export function readAssertedPolicy(
  { config, from }: { readonly config: string; readonly from?: string | undefined },
  files?: readonly { readonly file: string }[],
): AssertedPolicy {
  const problems: Problem[] = [];
  const source = attempt(problems, () => readPolicy(config, from));
  const assertions = attempt(problems, () => readAssertionsOf(source?.policy.config, files));
  if (source === undefined || assertions === undefined) throw new ConfigError(problems);
  return { ...source, assertions };
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
