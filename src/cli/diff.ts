/** `diff`: what another configuration would change, and for whom. */

import { parseArgs } from 'node:util';
import { ConfigError, type Problem } from '../config/problem.ts';
import { asEnforced, shadowChanges } from '../diff/as-enforced.ts';
import { findChanges } from '../diff/changes.ts';
import { formatDifference } from '../diff/difference-text.ts';
import { changedPatterns } from '../diff/patterns.ts';
import { changedSettings } from '../diff/settings.ts';
import type { Policy } from '../policy/compile.ts';
import { type Command, Exit, UsageError } from './command.ts';
import { replay } from './logs/replay.ts';
import { JSON_OPTION, type Options } from './options.ts';
import { FROM_OPTION, formatLeft, type PolicySource, readPolicy } from './policy-source.ts';

const OPTIONS = {
  all: { type: 'boolean', default: false, about: 'shows every change, however many there are' },
  replay: {
    type: 'boolean',
    default: false,
    about: 'decides the queries of decision logs by both configurations, and shows the differences',
  },
  'as-enforced': {
    type: 'boolean',
    default: false,
    about: 'decides as if the rules in shadow mode were in force',
  },
  'from-old': FROM_OPTION,
  'from-new': FROM_OPTION,
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
    const read = readBoth([
      { file: oldFile, from: values['from-old'] },
      { file: newFile, from: values['from-new'] },
    ]);
    const [old, now] = read;
    const left = [...old.left, ...now.left];
    const isEnforced = values['as-enforced'];
    const [before, after] = read.map(({ policy }) =>
      isEnforced ? asEnforced(policy) : policy,
    ) as [Policy, Policy];
    if (values.replay) return await replay({ before, after, logs, json: values.json }, process);
    const changes = findChanges(before, after);
    const isForeign = old.program !== undefined || now.program !== undefined;
    const settings = isForeign
      ? []
      : [...changedSettings(before.config, after.config), ...changedPatterns(before, after)];
    const shadow = isEnforced ? [] : shadowChanges(before, after, changes);
    const changed = changes.length + settings.length + shadow.length > 0;
    if (values.json) {
      const found = { changed, changes, settings, shadow, ...(isForeign && { left }) };
      process.stdout.write(`${JSON.stringify(found)}\n`);
    } else {
      process.stdout.write(
        formatDifference({
          hashes: [before.hash, after.hash],
          changes,
          settings,
          shadow,
          all: values.all,
        }),
      );
    }
    for (const one of left.filter(({ decides }) => decides)) {
      process.stderr.write(`${formatLeft(one)}\n`);
    }
    return changed ? Exit.NEGATIVE : Exit.OK;
  },
};

interface Named {
  readonly file: string;
  readonly from: string | undefined;
}

/** Reads both. Throws a ConfigError with the problems of both. */
function readBoth(named: readonly [Named, Named]): readonly [PolicySource, PolicySource] {
  const problems: Problem[] = [];
  const sources = named.map(({ file, from }) => {
    try {
      return readPolicy(file, from);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return sources as [PolicySource, PolicySource];
}
