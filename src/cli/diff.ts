/** `diff`: what another configuration would change, and for whom. */

import { parseArgs } from 'node:util';
import type { CandidateAnswer } from '../admin/api/answers.ts';
import { readConfigText } from '../config/config.ts';
import { ConfigError, type Problem } from '../config/problem.ts';
import { asEnforced, shadowChanges } from '../diff/as-enforced.ts';
import { findChanges } from '../diff/changes.ts';
import { formatDifference } from '../diff/difference-text.ts';
import { changedPatterns } from '../diff/patterns.ts';
import { changedSettings } from '../diff/settings.ts';
import type { Policy } from '../policy/compile.ts';
import { ADMIN_OPTION, askAdmin } from './admin-client.ts';
import { type Command, Exit, UsageError } from './command.ts';
import { formatReplayed, replay } from './logs/replay.ts';
import { JSON_OPTION, type Options } from './options.ts';
import { FROM_OPTION, formatLeft, type PolicySource, readPolicy } from './policy-source.ts';

/** The latest decisions of a server that are made again. */
const REPLAYED = 10_000;

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
  admin: { ...ADMIN_OPTION, about: 'compares NEW with what the running server serves' },
  json: JSON_OPTION,
} as const satisfies Options;

export const diff: Command = {
  name: 'diff',
  operands: '[OLD] NEW [DECISIONS.ndjson…]',
  options: OPTIONS,
  about: 'shows for which clients, names and types two configurations decide differently',
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: OPTIONS,
    });
    if (values.admin !== undefined) return diffServer(positionals, values.admin, values);
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

/** What NEW would change of what a running server serves; it is sent there as it is. */
async function diffServer(
  [file, ...more]: readonly string[],
  admin: string,
  { json, replay: isReplay }: { readonly json: boolean; readonly replay: boolean },
): Promise<Exit> {
  if (file === undefined || more.length > 0) {
    throw new UsageError('expect one configuration, NEW, with --admin');
  }
  const path = `/api/v1/candidate?replay=${isReplay ? REPLAYED : 0}`;
  const { ok, body } = await askAdmin({ method: 'POST', path, admin, body: readConfigText(file) });
  if (!ok) throw new UsageError(`${admin}: ${body['error']}`);
  const { problems, difference, replay: replayed } = body as unknown as CandidateAnswer;
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (difference === undefined || replayed === undefined) return Exit.UNUSABLE;
  const { changed, changes, settings, text } = difference;
  if (isReplay) {
    process.stdout.write(json ? `${JSON.stringify(replayed)}\n` : formatReplayed(replayed));
    return replayed.queriesChanged > 0 ? Exit.NEGATIVE : Exit.OK;
  }
  process.stdout.write(json ? `${JSON.stringify({ changed, changes, settings })}\n` : text);
  return changed ? Exit.NEGATIVE : Exit.OK;
}

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
