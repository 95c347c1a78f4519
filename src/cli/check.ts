/** `check`: validates a configuration, and warns of likely mistakes. */

import { parseArgs } from 'node:util';
import { now } from '../clock.ts';
import { certificateWarnings, readCertificates } from '../config/certificates.ts';
import type { Config } from '../config/config.ts';
import { checkFeedFiles } from '../config/feed-files.ts';
import { ConfigError, formatProblem, type Problem } from '../config/problem.ts';
import { type Failure, findFailures, toProblem } from '../explain/assertions.ts';
import { hostWarnings } from '../load/host-warnings.ts';
import { forwardingWarnings } from '../load/loaded-config.ts';
import type { Policy } from '../policy/compile.ts';
import { findWarnings } from '../policy/warnings.ts';
import { readAssertedPolicy } from './asserted-policy.ts';
import { formatFailure } from './assertion-failure.ts';
import { type Command, Exit } from './command.ts';
import { findConfigFile } from './config-file.ts';
import { CONFIG_OPTION, JSON_OPTION, type Options } from './options.ts';
import { FROM_OPTION, formatLeft, type PolicySource } from './policy-source.ts';

const OPTIONS = {
  config: CONFIG_OPTION,
  listen: {
    type: 'boolean',
    default: false,
    about: 'also tries to listen on its addresses, which a running server has',
  },
  from: FROM_OPTION,
  json: JSON_OPTION,
} as const satisfies Options;

export const check: Command = {
  name: 'check',
  operands: '',
  options: OPTIONS,
  about: 'checks a configuration, its policy zones and assertions, and warns of likely mistakes',
  async run(args) {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    try {
      const config = findConfigFile(values.config);
      const source = readAssertedPolicy({ config, from: values.from });
      const { policy } = source;
      const failures = findFailures(policy, source.assertions, now());
      const taken = values.listen ? await findTaken(policy.config) : [];
      const found: Found = { ...source, assertions: source.assertions.length, failures, taken };
      process.stdout.write(values.json ? `${JSON.stringify(toJson(found))}\n` : format(found));
      return failures.length + taken.length === 0 ? Exit.OK : Exit.NEGATIVE;
    } catch (error) {
      if (!(values.json && error instanceof ConfigError)) throw error;
      const { problems } = error;
      process.stdout.write(`${JSON.stringify({ ok: false, warnings: [], problems })}\n`);
      return Exit.UNUSABLE;
    }
  },
};

/** Sockets are much code, which a check without them does without. */
async function findTaken(config: Config): Promise<readonly Problem[]> {
  const { tryListeners } = await import('../load/listen-trial.ts');
  return tryListeners(config);
}

interface Found extends PolicySource {
  /** How many there are. */
  readonly assertions: number;
  readonly failures: readonly Failure[];
  /** Addresses that cannot be listened on. */
  readonly taken: readonly Problem[];
}

function toJson(found: Found) {
  const { policy, program, assertions, failures, taken } = found;
  const problems = [...failures.map(toProblem), ...taken];
  const counts = { rules: countRules(policy), assertions };
  const of = program === undefined ? {} : { program };
  const ok = problems.length === 0;
  return { ok, policy: policy.hash, ...of, ...counts, warnings: warningsOf(found), problems };
}

function format(found: Found): string {
  const { policy, program, assertions, failures, taken } = found;
  const refused = taken.length === 0 ? 'ok' : 'cannot listen';
  const verdict = failures.length === 0 ? refused : 'assertions failed';
  const rules = program === undefined ? `rules=${countRules(policy)}` : `program=${program}`;
  const held = assertions === 0 ? '' : ` assertions=${assertions}`;
  return [
    ...failures.map(formatFailure),
    ...taken.map((problem) => `${formatProblem(problem)}\n`),
    `${verdict} policy=${policy.hash} ${rules}${held}\n`,
    ...warningsOf(found).map((warning) => `warning: ${warning}\n`),
  ].join('');
}

function warningsOf({ policy, left }: Found): readonly string[] {
  return [
    ...left.filter(({ isExplained }) => isExplained !== true).map(formatLeft),
    ...findWarnings(policy),
    ...forwardingWarnings(policy.config),
    ...hostWarnings(policy.config),
    ...certificateWarnings(policy.config, readCertificates(policy.config), Date.now()),
    ...checkFeedFiles(policy.config, Date.now()),
  ];
}

function countRules({ config: { views }, zones }: Policy): number {
  const lists = new Set(views.flatMap(({ acl }) => Object.values(acl)));
  const entries = [...lists].reduce((sum, list) => sum + (list?.entries.length ?? 0), 0);
  return zones.reduce((sum, zone) => sum + zone.rules, entries);
}
