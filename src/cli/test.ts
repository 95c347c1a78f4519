/** `test`: holds the decisions of a configuration to assertions, or writes assertions from logs. */

import { parseArgs } from 'node:util';
import { now } from '../clock.ts';
import { ConfigError } from '../config/problem.ts';
import { type Failure, findFailures } from '../explain/assertions.ts';
import { readAssertedPolicy } from './asserted-policy.ts';
import { formatFailure } from './assertion-failure.ts';
import { type Command, Exit, UsageError } from './command.ts';
import { findConfigFile } from './config-file.ts';
import { recordAssertions } from './logs/record-assertions.ts';
import { CONFIG_OPTION, JSON_OPTION, type Options } from './options.ts';
import { FROM_OPTION } from './policy-source.ts';

const OPTIONS = {
  config: CONFIG_OPTION,
  from: FROM_OPTION,
  record: { type: 'boolean', default: false, about: 'writes assertions from decision logs' },
  json: JSON_OPTION,
} as const satisfies Options;

export const test: Command = {
  name: 'test',
  operands: '[ASSERTIONS.yaml…|LOG…]',
  options: OPTIONS,
  about:
    'checks a configuration against assertions, by default those that it names; --record writes assertions from decision logs',
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: OPTIONS,
    });
    if (values.record) return recordAssertions(positionals, process);
    try {
      const files = positionals.map((file) => ({ file }));
      const asserted = files.length === 0 ? undefined : files;
      const file = findConfigFile(values.config);
      const { policy, assertions } = readAssertedPolicy(
        { config: file, from: values.from },
        asserted,
      );
      if (assertions.length === 0) {
        throw new UsageError(`${file} names no assertions; expect a file of assertions`);
      }
      const failures = findFailures(policy, assertions, now());
      const result = { policy: policy.hash, assertions: assertions.length, failures };
      process.stdout.write(values.json ? `${JSON.stringify(toJson(result))}\n` : format(result));
      return failures.length === 0 ? Exit.OK : Exit.NEGATIVE;
    } catch (error) {
      if (!(values.json && error instanceof ConfigError)) throw error;
      const { problems } = error;
      process.stdout.write(`${JSON.stringify({ ok: false, failures: [], problems })}\n`);
      return Exit.UNUSABLE;
    }
  },
};

interface Result {
  readonly policy: string;
  readonly assertions: number;
  readonly failures: readonly Failure[];
}

function format({ policy, assertions, failures }: Result): string {
  const end =
    failures.length === 0
      ? `ok assertions=${assertions} policy=${policy}\n`
      : `failed assertions=${failures.length} of ${assertions} policy=${policy}\n`;
  return failures.map(formatFailure).join('') + end;
}

function toJson({ policy, assertions, failures }: Result) {
  return {
    ok: failures.length === 0,
    policy,
    assertions,
    failures: failures.map(({ assertion, mismatches, layer, rule }) => ({
      ...assertion.place,
      ...(assertion.name !== undefined && { name: assertion.name }),
      client: assertion.client,
      query: assertion.query,
      expected: Object.fromEntries(mismatches.map(({ key, value }) => [key, value])),
      actual: Object.fromEntries(mismatches.map(({ key, actual }) => [key, actual])),
      layer,
      rule,
    })),
    problems: [],
  };
}
