/** `diff`: what another configuration would change, and for whom. */

import { parseArgs } from 'node:util';
import type { CandidateAnswer } from '../api/answers.ts';
import { type Config, readConfig, readConfigText } from '../config/config.ts';
import { ConfigError, type Problem } from '../config/problem.ts';
import { findChanges } from '../diff/changes.ts';
import { formatDifference } from '../diff/difference-text.ts';
import { changedPatterns } from '../diff/patterns.ts';
import { changedSettings } from '../diff/settings.ts';
import { compilePolicy, type Policy } from '../policy/compile.ts';
import { VERSION } from '../version.ts';
import { ADMIN_OPTION, askAdmin } from './admin-client.ts';
import { type Command, Exit, UsageError } from './command.ts';
import { formatReplayed, replay } from './logs/replay.ts';
import { JSON_OPTION, type Options } from './options.ts';

/** The latest decisions of a server that are made again. */
const REPLAYED = 10_000;

const OPTIONS = {
  all: { type: 'boolean', default: false, about: 'shows every change, however many there are' },
  replay: {
    type: 'boolean',
    default: false,
    about: 'decides the queries of decision logs by both configurations, and shows the differences',
  },
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
