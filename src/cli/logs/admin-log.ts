/** Decisions of a running server, by its admin HTTP: for who may not read its files. */

import type { DecisionsPage, Report } from '../../admin/api/answers.ts';
import type { DecisionRecord, FilterTexts } from '../../observe/decision-filter.ts';
import { askAdmin } from '../admin-client.ts';
import { UsageError } from '../command.ts';

/** Decisions of a page, and in all. */
const PAGE = '1000';
const MOST = 10_000;

/** The latest decisions that a filter takes, in the order of the log. */
export interface ServerDecisions {
  readonly decisions: readonly DecisionRecord[];
  /** There are older ones. */
  readonly isCut: boolean;
}

export async function readServerLog(admin: string, filter: FilterTexts): Promise<ServerDecisions> {
  const decisions: DecisionRecord[] = [];
  let cursor: string | undefined;
  do {
    const query = queryOf({ ...filter, limit: PAGE, cursor });
    const page = await ask<DecisionsPage>(admin, `/api/v1/decisions?${query}`);
    decisions.push(...page.decisions);
    cursor = page.next;
  } while (cursor !== undefined && decisions.length < MOST);
  const shown = decisions.slice(0, MOST).reverse();
  return { decisions: shown, isCut: cursor !== undefined || decisions.length > MOST };
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
