/** Decisions of a running server, by its admin HTTP: for who may not read its files. */

import type { DecisionsPage, Names, Report } from '../../admin/api/answers.ts';
import type { DecisionRecord, FilterTexts } from '../../observe/decision-filter.ts';
import { askAdmin } from '../admin-client.ts';
import { UsageError } from '../command.ts';

/** Decisions of a page, and in all. */
const PAGE = '1000';
const MOST = 10_000;

/** The options that can be checked here: the name of a client is for the server to know. */
export function checkedHere(options: FilterTexts, admin: string | undefined): FilterTexts {
  return admin === undefined ? options : { ...options, client: undefined };
}

/** As a table shows it: the name of a client stands before its group, `10.20.7.9 (laptop-17, office)`. */
export function withName(record: DecisionRecord, names: Names): DecisionRecord {
  const name = names[record.client ?? ''];
  if (name === undefined) return record;
  return { ...record, group: record.group === undefined ? name : `${name}, ${record.group}` };
}

/** As tables show it: names of clients stand behind their addresses. */
export function withNames<T extends Pick<Report, 'by'>>(report: T, names: Names): T {
  const tables = Object.entries(report.by).map(([by, table]) => {
    const rows = table.rows.map((row) => {
      const name = names[row.client ?? ''];
      return name === undefined ? row : { ...row, client: `${row.client} (${name})` };
    });
    return [by, { ...table, rows }] as const;
  });
  return { ...report, by: Object.fromEntries(tables) };
}

/** The latest decisions that a filter takes, in the order of the log. */
export interface ServerDecisions {
  readonly decisions: readonly DecisionRecord[];
  /** Names of their clients. */
  readonly names: Names;
  /** There are older ones. */
  readonly isCut: boolean;
}

export async function readServerLog(admin: string, filter: FilterTexts): Promise<ServerDecisions> {
  const decisions: DecisionRecord[] = [];
  let names: Names = {};
  let cursor: string | undefined;
  do {
    const query = queryOf({ ...filter, limit: PAGE, cursor });
    const page = await ask<DecisionsPage>(admin, `/api/v1/decisions?${query}`);
    decisions.push(...page.decisions);
    names = { ...names, ...page.names };
    cursor = page.next;
  } while (cursor !== undefined && decisions.length < MOST);
  const shown = decisions.slice(0, MOST).reverse();
  return { decisions: shown, names, isCut: cursor !== undefined || decisions.length > MOST };
}

/** Counts of a running server, as `summarize` makes them. */
export function readServerReport(
  admin: string,
  given: FilterTexts & { readonly by: string; readonly top: string; readonly event: string },
): Promise<Report> {
  return ask<Report>(admin, `/api/v1/report?${queryOf(given)}`);
}

/** What a server answers to a GET request. Throws a UsageError when it refuses. */
export async function ask<T>(admin: string, path: string): Promise<T> {
  const { ok, body } = await askAdmin({ method: 'GET', path, admin });
  if (!ok) throw new UsageError(`${admin}: ${body['error']}`);
  return body as T;
}

/** Parameters of a URL from those that are given. */
export function queryOf(given: FilterTexts): string {
  const filled = Object.entries(given).flatMap(([name, texts = []]) =>
    [texts].flat().map((text): [string, string] => [name, text]),
  );
  return new URLSearchParams(filled).toString();
}
