/**
 * Where decisions are looked up: in the log on disk, or in memory where there is none, or in the
 * table of ClickHouse that all servers write to.
 */

import { isTableCursor } from '../../logs/clickhouse/pages.ts';
import { type LogSearcher, TooManySearches } from '../../logs/log-searcher.ts';
import type { SummaryRequest } from '../../logs/log-summary.ts';
import { summarize } from '../../logs/report-summary.ts';
import { ReportTally } from '../../logs/report-tally.ts';
import { isCursor, SearchCancelled, type SearchRequest } from '../../logs/search.ts';
import {
  type DecisionRecord,
  matches,
  parseDecision,
  parseFilter,
} from '../../observe/decision-filter.ts';
import type { RecentDecisions } from '../../observe/recent.ts';
import type { DecisionsPage, Report } from '../api/answers.ts';
import { latestDecisions } from '../merged-decisions.ts';
import { BadRequest } from './parameters.ts';

/** Finds decisions, the latest first. */
export interface DecisionStore {
  isCursor(text: string): boolean;
  /** Rejects with a TooManySearches, or a SearchCancelled when `signal` is aborted. */
  page(request: SearchRequest, signal: AbortSignal): Promise<Omit<DecisionsPage, 'names'>>;
  report(request: SummaryRequest, signal: AbortSignal): Promise<Omit<Report, 'names'>>;
}

/** The log on disk has every decision of this server that was made before it is asked. */
export function storeOfLog(searcher: LogSearcher): DecisionStore {
  return { isCursor, ...searching(searcher, 'log') };
}

/** The table has decisions of all servers, some seconds after they were made. */
export function storeOfTable(searcher: LogSearcher): DecisionStore {
  const { page, report } = searching(searcher, 'clickhouse');
  return {
    isCursor: isTableCursor,
    page: (request, signal) => page(request, signal).catch(tellUnanswered),
    report: (request, signal) => report(request, signal).catch(tellUnanswered),
  };
}

function searching(
  searcher: LogSearcher,
  source: 'log' | 'clickhouse',
): Pick<DecisionStore, 'page' | 'report'> {
  return {
    async page(request, signal) {
      const { lines, ...rest } = await searcher.search(request, signal);
      const decisions = lines.map((line) => parseDecision(line)!);
      return { decisions, ...rest, source };
    },
    async report(request, signal) {
      return { ...(await searcher.summarize(request, signal)), source };
    },
  };
}

function tellUnanswered(error: Error): never {
  if (error instanceof SearchCancelled || error instanceof TooManySearches) throw error;
  throw new BadRequest(
    `clickhouse: ${error.message}; from=log asks the log of this server alone`,
    502,
  );
}

/** A cursor in memory: a time, and how many records of that time were given. */
const MEMORY_CURSOR = /^m(\d{1,15})-(\d{1,6})$/;

/** The latest decisions of all threads: who writes to stdout keeps the others himself. */
export function storeOfMemory(rings: () => readonly RecentDecisions[]): DecisionStore {
  return {
    isCursor: (text) => MEMORY_CURSOR.test(text),
    async page({ options, now, limit, cursor }) {
      const filter = readFilter(options, now);
      const seen = latestDecisions(rings());
      const all = seen.map(({ record }) => record);
      const left = behind(all, cursor);
      const found = left.filter((record) => matches(filter, record));
      const decisions = found.slice(0, limit);
      const total = seen.reduce((sum, { line }) => sum + line.length, 0);
      const next = found.length > limit ? cursorBehind(all, decisions.at(-1)!) : undefined;
      return { decisions, ...(next && { next }), searched: total, total, source: 'memory' };
    },
    async report({ options, now, event, by, rows }) {
      const filter = readFilter(options, now);
      const tally = new ReportTally(by, event);
      for (const { record } of latestDecisions(rings())) {
        if (matches(filter, record)) tally.add(record);
      }
      const summary = summarize(tally, { event: event ?? 'all', most: rows, skipped: 0 });
      return { ...summary, isCut: false, source: 'memory' };
    },
  };
}

function readFilter(options: SearchRequest['options'], now: number) {
  const filter = parseFilter(options, now);
  if (typeof filter === 'string') throw new TypeError(filter);
  return filter;
}

function behind(
  records: readonly DecisionRecord[],
  cursor: string | undefined,
): readonly DecisionRecord[] {
  const [, time, given] = MEMORY_CURSOR.exec(cursor ?? '') ?? [];
  if (time === undefined) return records;
  const at = new Date(Number(time)).toISOString();
  const first = records.findIndex((record) => record.time <= at);
  if (first < 0) return [];
  const same = records.filter((record) => record.time === at).length;
  return records.slice(first + Math.min(Number(given), same));
}

function cursorBehind(records: readonly DecisionRecord[], last: DecisionRecord): string {
  const same = records.filter(({ time }) => time === last.time);
  return `m${Date.parse(last.time)}-${same.indexOf(last) + 1}`;
}
