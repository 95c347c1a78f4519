/** `diff --replay`: which of the queries in decision logs would be decided otherwise. */

import type { Writable } from 'node:stream';
import type { CandidateAnswer } from '../../admin/api/answers.ts';
import { ReplayTally } from '../../explain/replay.ts';
import { DecisionReader, formatSkipped } from '../../logs/log-lines.ts';
import type { Policy } from '../../policy/compile.ts';
import { Exit, UsageError } from '../command.ts';
import { Output } from '../output.ts';
import { escapeControls } from '../printable.ts';
import { type LogInput, LogReader } from './log-source.ts';

export interface ReplayRequest {
  readonly before: Policy;
  readonly after: Policy;
  readonly logs: readonly string[];
  readonly json: boolean;
}

export async function replay(
  { before, after, logs, json }: ReplayRequest,
  streams: LogInput & { readonly stdout: Writable & { readonly isTTY?: boolean } },
): Promise<Exit> {
  if (logs.length === 0 && process.stdin.isTTY) {
    throw new UsageError('nothing to replay; expect decision logs, or records on stdin');
  }
  const reader = new DecisionReader();
  const source = new LogReader({ files: logs, follow: false }, streams);
  const tally = new ReplayTally(before, after);
  for await (const lines of source.lines(new AbortController().signal)) {
    for (const line of lines) {
      const record = reader.read(line);
      if (record !== undefined) tally.add(record);
    }
  }
  const output = new Output(streams.stdout);
  await output.write(
    json
      ? formatJson(tally, reader.skipped)
      : formatReplayed({ ...tally, queriesChanged: tally.changed, changes: tally.changes }),
  );
  if (reader.skipped > 0) streams.stderr.write(`${formatSkipped(reader.skipped)}\n`);
  if (source.failed) return Exit.UNUSABLE;
  return tally.changed > 0 ? Exit.NEGATIVE : Exit.OK;
}

function formatJson({ queries, changed, changes }: ReplayTally, skipped: number): string {
  return `${JSON.stringify({ changed: changed > 0, queries, queriesChanged: changed, skipped, changes })}\n`;
}

/** What a person reads of it. */
export function formatReplayed({
  queries,
  queriesChanged,
  changes,
}: NonNullable<CandidateAnswer['replay']>): string {
  const rows = changes.map(
    ({ client, name, type, way, old, new: now, count }) =>
      `${String(count).padStart(8)}  ${client}  ${escapeControls(`${name} ${type}`)}${way}  ${toldBoth(old, now)}\n`,
  );
  return `${queriesChanged} of ${queries} queries would be decided otherwise\n${rows.join('')}`;
}

type Decided = Readonly<Record<string, unknown>>;

/** What sets decisions apart that are told alike. */
const APART = ['layer', 'action', 'rule', 'rcode'] as const;

function toldBoth(old: Decided, now: Decided): string {
  const [before, after] = [told(old), told(now)];
  if (before !== after) return `${before} -> ${after}`;
  const differing = APART.filter((key) => old[key] !== now[key]);
  const words = (one: Decided) => differing.map((key) => `${key} ${one[key]}`).join(', ');
  return `${before} by ${words(old)} -> ${after} by ${words(now)}`;
}

function told({ rcode, action, rule, upstream }: Decided): string {
  return upstream === undefined ? `${rcode ?? action} (${rule})` : `forwarded to ${upstream}`;
}
