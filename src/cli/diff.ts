/** `diff`: what another configuration would change, and for whom. */

import { parseArgs } from 'node:util';
import { type Config, readConfig } from '../config/config.ts';
import { ConfigError, type Problem } from '../config/problem.ts';
import { findChanges } from '../diff/changes.ts';
import { formatDifference } from '../diff/difference-text.ts';
import { changedPatterns } from '../diff/patterns.ts';
import { changedSettings } from '../diff/settings.ts';
import { compilePolicy, type Policy } from '../policy/compile.ts';
import { VERSION } from '../version.ts';
import { type Command, Exit, UsageError } from './command.ts';
import { replay } from './logs/replay.ts';
import { JSON_OPTION, type Options } from './options.ts';

const OPTIONS = {
  all: { type: 'boolean', default: false, about: 'shows every change, however many there are' },
  replay: {
    type: 'boolean',
    default: false,
    about: 'decides the queries of decision logs by both configurations, and shows the differences',
  },
  json: JSON_OPTION,
} as const satisfies Options;

export const diff: Command = {
  name: 'diff',
  operands: 'OLD NEW [DECISIONS.ndjson…]',
  options: OPTIONS,
  about: 'shows for which clients, names and types two configurations decide differently',
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: OPTIONS,
    });
    const [oldFile, newFile, ...logs] = positionals;
    if (oldFile === undefined || newFile === undefined) {
      throw new UsageError('expect two configurations, OLD and NEW');
    }
    if (logs.length > 0 && !values.replay) {
      throw new UsageError(`${logs[0]}: expect --replay before decision logs`);
    }
    const [before, after] = readBoth(oldFile, newFile);
    if (values.replay) return await replay({ before, after, logs, json: values.json }, process);
    const changes = findChanges(before, after);
    const settings = [
      ...changedSettings(before.config, after.config),
      ...changedPatterns(before, after),
    ];
    const changed = changes.length > 0 || settings.length > 0;
    if (values.json) {
      process.stdout.write(`${JSON.stringify({ changed, changes, settings })}\n`);
    } else {
      process.stdout.write(
        formatDifference({ hashes: [before.hash, after.hash], changes, settings, all: values.all }),
      );
    }
    return changed ? Exit.NEGATIVE : Exit.OK;
  },
};

/** Compiles both. Throws a ConfigError with the problems of both. */
function readBoth(...files: readonly [string, string]): readonly [Policy, Policy] {
  const problems: Problem[] = [];
  const policies = files.map((file) => {
    try {
      const config: Config = readConfig(file);
      return compilePolicy(config, VERSION);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return policies as [Policy, Policy];
}
