/** `check`: validates a configuration, and warns of likely mistakes. */

import { parseArgs } from 'node:util';
import { now } from '../clock.ts';
import { certificateWarnings, readCertificates } from '../config/certificates.ts';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/problem.ts';
import { findFailures, toProblem } from '../explain/assertions.ts';
import { forwardingWarnings } from '../load/loaded-config.ts';
import { findWarnings } from '../policy/warnings.ts';
import { readAssertedPolicy } from './asserted-policy.ts';
import { formatFailure } from './assertion-failure.ts';
import { type Command, Exit } from './command.ts';
import { CONFIG_OPTION, JSON_OPTION, type Options } from './options.ts';
import { FROM_OPTION, formatLeft } from './policy-source.ts';

const OPTIONS = {
  config: CONFIG_OPTION,
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
      const { policy, assertions, program, left } = readAssertedPolicy(values);
      const failures = findFailures(policy, assertions, now());
      const rules = policy.zones.reduce(
        (sum, zone) => sum + zone.rules,
        countAccess(policy.config),
      );
      const certificates = readCertificates(policy.config);
      const warnings = [
        ...left.filter(({ isExplained }) => isExplained !== true).map(formatLeft),
        ...findWarnings(policy),
        ...forwardingWarnings(policy.config),
        ...certificateWarnings(certificates, Date.now()),
      ];
      const problems = failures.map(toProblem);
      const ok = failures.length === 0;
      const counts = { rules, assertions: assertions.length };
      const of = program === undefined ? {} : { program };
      const report = { ok, policy: policy.hash, ...of, ...counts, warnings, problems };
      if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
      else {
        for (const failure of failures) process.stdout.write(formatFailure(failure));
        process.stdout.write(`${formatSummary(report)}\n`);
        for (const warning of warnings) process.stdout.write(`warning: ${warning}\n`);
      }
      return ok ? Exit.OK : Exit.NEGATIVE;
    } catch (error) {
      if (!(values.json && error instanceof ConfigError)) throw error;
      const { problems } = error;
      process.stdout.write(`${JSON.stringify({ ok: false, warnings: [], problems })}\n`);
      return Exit.UNUSABLE;
    }
  },
};

interface Summary {
  readonly ok: boolean;
  readonly policy: string;
  /** The program that it is for, if that is not this one. */
  readonly program?: string;
  readonly rules: number;
  readonly assertions: number;
}

function formatSummary({ ok, policy, program, rules, assertions }: Summary): string {
  const held = assertions === 0 ? '' : ` assertions=${assertions}`;
  if (program !== undefined) return `ok policy=${policy} program=${program}`;
  return `${ok ? 'ok' : 'assertions failed'} policy=${policy} rules=${rules}${held}`;
}

function countAccess({ views }: Config): number {
  const lists = new Set(views.flatMap(({ acl }) => Object.values(acl)));
  return [...lists].reduce((sum, list) => sum + (list?.entries.length ?? 0), 0);
}
