/** `check`: says whether a configuration can be used, and what is odd about it. */

import { parseArgs } from 'node:util';
import { readConfig } from '../config/config.ts';
import { ConfigError } from '../config/problem.ts';
import { compilePolicy } from '../policy/compile.ts';
import { findWarnings } from '../policy/warnings.ts';
import { VERSION } from '../version.ts';
import { type Command, Exit } from './command.ts';
import { DEFAULT_CONFIG } from './serve.ts';

export const check: Command = {
  name: 'check',
  synopsis: '[-c FILE] [--json]',
  about: 'validates a configuration and its policy zones, and warns of what is odd',
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        config: { type: 'string', short: 'c', default: DEFAULT_CONFIG },
        json: { type: 'boolean', default: false },
      },
    });
    try {
      const policy = compilePolicy(readConfig(values.config), VERSION);
      const rules = policy.zones.reduce(
        (sum, zone) => sum + zone.rules,
        countAccess(policy.config),
      );
      const warnings = findWarnings(policy);
      const report = { ok: true, policy: policy.hash, rules, warnings, problems: [] };
      if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
      else {
        process.stdout.write(`ok policy=${policy.hash} rules=${rules}\n`);
        for (const warning of warnings) process.stdout.write(`warning: ${warning}\n`);
      }
      return Exit.OK;
    } catch (error) {
      if (!(values.json && error instanceof ConfigError)) throw error;
      const { problems } = error;
      process.stdout.write(`${JSON.stringify({ ok: false, warnings: [], problems })}\n`);
      return Exit.UNUSABLE;
    }
  },
};

function countAccess({ views }: ReturnType<typeof readConfig>): number {
  const lists = new Set(views.flatMap(({ acl }) => Object.values(acl)));
  return [...lists].reduce((sum, list) => sum + (list?.entries.length ?? 0), 0);
}
