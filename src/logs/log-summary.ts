/** Counts the decisions that a search finds, page by page. */

import type { FilterTexts } from '../observe/decision-filter.ts';
import { DecisionReader } from './log-lines.ts';
import { type Summary, summarize } from './report-summary.ts';
import { type Dimension, ReportTally } from './report-tally.ts';
import type { SearchPage, SearchRequest } from './search.ts';

/** Records that are taken at a time. */
const PAGE = 10_000;
const NO_BUDGET = 1e9;

export interface SummaryRequest {
  /** As `parseFilter` takes them, seen from `now` in milliseconds since the epoch. */
  readonly options: FilterTexts;
  readonly now: number;
  /** The event that is counted; undefined: all. */
  readonly event: string | undefined;
  readonly by: readonly (readonly Dimension[])[];
  /** Rows of a table. */
  readonly rows: number;
  /** Records after which it ends, the latest first. */
  readonly most: number;
}

/** Counts what `search` finds, and whether it has more. */
export interface LogSummary extends Summary {
  readonly isCut: boolean;
}

/** Rejects as `search` does. */
export async function summarizeFound(
  search: (request: SearchRequest) => Promise<SearchPage>,
  { options, now, event, by, rows, most }: SummaryRequest,
): Promise<LogSummary> {
  const tally = new ReportTally(by, event);
  const reader = new DecisionReader();
  let cursor: string | undefined;
  let left = most;
  do {
    const limit = Math.min(PAGE, left);
    const page = await search({ options, now, limit, cursor, budget: NO_BUDGET });
    for (const line of page.lines) tally.add(reader.read(line)!);
    left -= page.lines.length;
    cursor = page.next;
  } while (cursor !== undefined && left > 0);
  const summary = summarize(tally, { event: event ?? 'all', most: rows, skipped: reader.skipped });
  return { ...summary, isCut: cursor !== undefined };
}
