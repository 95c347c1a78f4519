/**
 * Where in a log without an index records of a time may stand: a look at a line every so often
 * shows how the time runs through it.
 */

import { parseDecision } from '../observe/decision-filter.ts';
import { RecordScan } from './counting/record-scan.ts';
import { readAt } from './log-files.ts';
import type { LogPart } from './range-lines.ts';
import type { BlockTest } from './record-keys.ts';

/** Octets between two looks, and what is read for one: some records. */
const STEP = 1 << 18;
const LOOK = 4096;
/** Octets of a log that is read as a whole rather: that takes some hundredths of a second. */
const LEAST = 32 << 20;
const LF = 0x0a;
const LOOKED = Buffer.alloc(LOOK);
const SCAN = new RecordScan();

/** What stands in blocks that are not read, and what was seen of the clock. */
export interface PassedOver {
  records: number;
  skipped: number;
  lost: number;
  /** How often the clock ran backwards between parts of files without an index. */
  backwards: number;
}

/** The parts of a range in which there may be records of the time that is looked for. */
export function sampleParts(
  range: LogPart,
  test: BlockTest,
  passed: PassedOver,
  { step = STEP, least = LEAST }: { readonly step?: number; readonly least?: number } = {},
): LogPart[] {
  const { start, length } = range;
  if (length === 0) return [];
  const isTimed = Number.isFinite(test.since) || Number.isFinite(test.until);
  if (!isTimed || length < least) return [range];
  const times: number[] = [];
  for (let at = start; at < start + length; at += step) times.push(timeAt(range.descriptor, at));
  const chosen = times.map((_, i) => isChosen(times, i, test, passed));
  const parts: LogPart[] = [];
  for (const [i, is] of chosen.entries()) {
    // What cannot be told apart from its neighbours is read with them.
    if (!(is || chosen[i - 1] === true || chosen[i + 1] === true)) continue;
    const from = start + i * step;
    const end = i === times.length - 1 ? range.end : from + step;
    const last = parts.at(-1);
    const own = Math.min(step, start + length - from);
    if (last?.end !== from) parts.push({ ...range, start: from, end, length: own });
    else parts[parts.length - 1] = { ...last, end, length: last.length + own };
  }
  return parts;
}

/** Whether between one look and the next there may be a record that is meant. */
function isChosen(
  times: readonly number[],
  i: number,
  { since, until }: BlockTest,
  passed: PassedOver,
): boolean {
  const [from, to] = [times[i]!, times[i + 1] ?? Number.POSITIVE_INFINITY];
  // No record was seen there, or the clock ran backwards: anything may be between.
  if (!(from <= to)) {
    if (to < from) passed.backwards++;
    return true;
  }
  return to >= since && from < until;
}

/** The time of the first whole record from a position on; NaN when none is seen. */
function timeAt(descriptor: number, at: number): number {
  const octets = readAt(descriptor, at, LOOK, LOOKED);
  for (let end = octets.indexOf(LF); end >= 0; ) {
    const next = octets.indexOf(LF, end + 1);
    if (next < 0) return Number.NaN;
    if (SCAN.scan(octets, end + 1, next)) return SCAN.time;
    const record = parseDecision(octets.toString('utf8', end + 1, next));
    if (record !== undefined) return Date.parse(record.time);
    end = next;
  }
  return Number.NaN;
}
