/** Holds decisions to what is expected of them: behind `test`, `check`, a start and a reload. */

import { type Config, resolvePath } from '../config/config.ts';
import type { Environment } from '../config/document.ts';
import { ConfigError, type Place, type Problem } from '../config/problem.ts';
import type { Rule } from '../decision/verdict.ts';
import type { Policy } from '../policy/compile.ts';
import { type Assertion, type Expectation, NONE, readAssertions } from './assertion-file.ts';
import { type ExplainedDecision, explainQuestion } from './explain.ts';

/** One expectation and what is so instead. */
export interface Mismatch extends Expectation {
  readonly actual: string;
}

/** An assertion that does not hold. */
export interface Failure {
  readonly assertion: Assertion;
  readonly mismatches: readonly Mismatch[];
  readonly layer: string;
  readonly rule: Rule;
}

/** Those of the assertions that a policy breaks, found by asking the layers that serve. */
export function findFailures(
  policy: Policy,
  assertions: readonly Assertion[],
  now: number,
): Failure[] {
  return assertions.flatMap((assertion) => {
    const explained = explainQuestion(policy, assertion.question, now);
    const mismatches = assertion.expected
      .map((one) => ({ ...one, actual: actualOf(one.key, explained) }))
      .filter(({ value, actual }) => value !== actual);
    if (mismatches.length === 0) return [];
    const { layer, rule } = explained.decision;
    return [{ assertion, mismatches, layer: layer as string, rule: rule as Rule }];
  });
}

function actualOf(key: string, { decision, upstream }: ExplainedDecision): string {
  if (key === 'upstream') return upstream ?? NONE;
  if (key === 'rule') return (decision['rule'] as Rule).id;
  const value = (decision as unknown as Readonly<Record<string, unknown>>)[key];
  return Array.isArray(value) ? value.join(', ') : String(value ?? NONE);
}

/** The assertions that a configuration names. Throws a ConfigError with all that is wrong. */
export function configuredAssertions(
  config: Config,
  environment: Environment,
): readonly Assertion[] {
  const files = config.assertions.map(({ value, place }) => ({
    file: resolvePath(config, value),
    place,
  }));
  return readAssertionFiles(files, environment);
}

/** The assertions of several files. Throws a ConfigError with all that is wrong in any. */
export function readAssertionFiles(
  files: readonly { readonly file: string; readonly place?: Place }[],
  environment: Environment,
): readonly Assertion[] {
  const problems: Problem[] = [];
  const assertions = files.flatMap(({ file, place }) => {
    try {
      return readAssertions(file, environment, place);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
      return [];
    }
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return assertions;
}

/** Throws a ConfigError for a policy that breaks an assertion that its configuration names. */
export function enforceAssertions(policy: Policy, environment: Environment, now: number): void {
  const failures = findFailures(policy, configuredAssertions(policy.config, environment), now);
  if (failures.length > 0) throw new ConfigError(failures.map(toProblem));
}

/** A failure in a sentence, at the place of the first expectation that is not met. */
export function toProblem({ assertion, mismatches, rule }: Failure): Problem {
  const [{ place }] = mismatches as [Mismatch];
  const { name, query, client } = assertion;
  const asked = `${query} from ${client}`;
  const is = mismatches.map(({ key, actual }) => `${key} is ${actual}`).join(', ');
  const expected = mismatches.map(({ key, value }) => `${key} ${value}`).join(', ');
  const by = `${rule.id} at ${rule.file}:${rule.line}`;
  const what = name === undefined ? asked : `${name}: ${asked}`;
  return { ...place, message: `assertion failed: ${what}: ${is} (${by}); expect ${expected}` };
}
