/** The thread that compares a candidate with what serves: it judges by the very layers. */

import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { parseConfig, resolvePath } from '../../config/config.ts';
import { ConfigError, formatProblem } from '../../config/problem.ts';
import { shadowChanges } from '../../diff/as-enforced.ts';
import { findChanges } from '../../diff/changes.ts';
import { formatDifference } from '../../diff/difference-text.ts';
import { changedPatterns } from '../../diff/patterns.ts';
import { changedSettings } from '../../diff/settings.ts';
import { enforceAssertions } from '../../explain/assertions.ts';
import { ReplayTally } from '../../explain/replay.ts';
import type { Snapshot } from '../../load/snapshot.ts';
import { compilePolicy, type Policy } from '../../policy/compile.ts';
import { type PolicyFiles, READ_FILES, replay } from '../../policy/policy-files.ts';
import { VERSION } from '../../version.ts';
import type { CandidateAnswer } from '../api/answers.ts';
import type { CandidateWork } from './candidate.ts';

const LOWEST_PRIORITY = 19;

function compare({ running, text, records }: CandidateWork): CandidateAnswer {
  const before = compileRunning(running);
  let after: Policy;
  const problems: string[] = [];
  try {
    const config = parseConfig(running.file, text, running.environment);
    const files = filesOf(running, before);
    after = compilePolicy(config, VERSION, { files, now: running.takenAt });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { ok: false, problems: error.problems.map(formatProblem) };
  }
  problems.push(...brokenAssertions(before, after, running));
  const changes = findChanges(before, after);
  const settings = [
    ...changedSettings(before.config, after.config),
    ...changedPatterns(before, after),
  ];
  const shadow = shadowChanges(before, after, changes);
  const hashes = [before.hash, after.hash] as const;
  const tally = new ReplayTally(before, after);
  for (const record of records) tally.add(record);
  return {
    ok: problems.length === 0,
    problems,
    difference: {
      ...{ hashes, changes, settings, shadow },
      changed: changes.length + settings.length + shadow.length > 0,
      text: formatDifference({ hashes, changes, settings, shadow, all: false }),
    },
    replay: { queries: tally.queries, queriesChanged: tally.changed, changes: tally.changes },
  };
}

function compileRunning({ file, text, environment, images, states, lists, takenAt }: Snapshot) {
  const config = parseConfig(file, text, environment);
  return compilePolicy(config, VERSION, { files: replay(images, states, lists), now: takenAt });
}

/** Files that the running configuration reads, and no other: their lines stand in messages. */
function filesOf({ images, states, lists }: Snapshot, running: Policy): PolicyFiles {
  const known = replay(images, states, lists);
  const paths = new Set([
    ...running.zones.flatMap(({ files }) => files),
    ...running.localRecords.sources.map(({ file }) => file),
  ]);
  const check = (file: string): void => {
    if (paths.has(file)) return;
    throw new Error('the running configuration does not read it; use rcode5 diff on the server');
  };
  return {
    ...known,
    rpz: (file, override, match) => {
      check(file);
      return known.rpz(file, override, match) ?? READ_FILES.rpz(file, override, match);
    },
    list: (file, format, match) => {
      check(file);
      return known.list(file, format, match) ?? READ_FILES.list(file, format, match);
    },
    hosts: (file) => {
      check(file);
      return known.hosts(file) ?? READ_FILES.hosts(file);
    },
  };
}

/** Assertions that the candidate breaks; files of them that the running one has, and no other. */
function brokenAssertions(before: Policy, after: Policy, running: Snapshot): readonly string[] {
  const known = new Set(before.config.assertions.map(({ value }) => value));
  const other = after.config.assertions.find(({ value }) => !known.has(value));
  if (other !== undefined) {
    const message = `${resolvePath(after.config, other.value)} is not read: the running configuration does not name it; expect one that it names`;
    return [formatProblem({ ...other.place, message })];
  }
  try {
    enforceAssertions(after, running.environment, running.takenAt);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(formatProblem);
  }
}

setPriority(0, LOWEST_PRIORITY);
parentPort!.postMessage(compare(workerData as CandidateWork));
