/** `/api/v1/decisions` and `/api/v1/report`: what was decided, searched and counted. */

import type { ServerResponse } from 'node:http';
import { EVENTS } from '../../decision/outcome.ts';
import { TooManySearches } from '../../logs/log-searcher.ts';
import { DIMENSIONS, type Dimension } from '../../logs/report-tally.ts';
import { SearchCancelled } from '../../logs/search.ts';
import type { ClientNames } from '../../observe/client-names/client-names.ts';
import type { ClientNamesAnswer, DecisionsPage, OneDecision, Report } from '../api/answers.ts';
import { type AdminHandler, type AdminReply, jsonReply } from '../http.ts';
import type { AdminRequest } from '../request.ts';
import type { DecisionStore } from './decision-store.ts';
import {
  BadRequest,
  failureReply,
  type Parameters,
  readNumber,
  readParameters,
} from './parameters.ts';

const PAGE = { least: 1, most: 1000, otherwise: 100 } as const;
const ROWS = { least: 1, most: 1000, otherwise: 10 } as const;
/** Decisions that are counted for one report. */
const COUNTED = { least: 1, most: 10_000_000, otherwise: 1_000_000 } as const;
/** Milliseconds after which a page comes with what was found so far. */
const BUDGET_MS = 500;
const ALL = 'all';

/** Where decisions are looked for. */
export interface DecisionStores {
  /** What this server has itself. */
  readonly own: DecisionStore;
  /** What all servers have written; undefined without `decisionLog.clickhouse`. */
  readonly all: DecisionStore | undefined;
}

const OWN = 'log';
const ALL_SERVERS = 'clickhouse';

export function decisionHandlers(
  stores: DecisionStores,
  names: () => ClientNames,
): Readonly<Record<string, AdminHandler>> {
  return {
    'GET /api/v1/decisions': answering(async (url, signal) => {
      await resolveClient(url, names());
      const given = readParameters(url, ['cursor', 'limit', 'from']);
      const store = storeFrom(given, stores);
      const limit = readNumber(given, 'limit', PAGE);
      const { options, now } = given;
      const request = { options, now, limit, cursor: cursorOf(given, store), budget: BUDGET_MS };
      const page = await store.page(request, signal);
      const clients = page.decisions.flatMap(({ client }) => client ?? []);
      return { ...page, names: await names().find(clients) } satisfies DecisionsPage;
    }),
    'GET /api/v1/decisions/{ref}': answering(async (url, signal) => {
      const ref = lastSegment(url.pathname);
      const decision = await findOne(stores, ref, signal);
      const found = await names().find(decision.client === undefined ? [] : [decision.client]);
      return { decision, names: found } satisfies OneDecision;
    }),
    'GET /api/v1/report': answering(async (url, signal) => {
      await resolveClient(url, names());
      // Decisions of other events are counted too, as how many there are: it is no filter.
      const event = readEvent(url.searchParams.get('event'));
      url.searchParams.delete('event');
      const given = readParameters(url, ['by', 'top', 'most', 'from']);
      const request = {
        ...{ options: given.options, now: given.now, event },
        by: readBy(given.more['by']),
        rows: readNumber(given, 'top', ROWS),
        most: readNumber(given, 'most', COUNTED),
      };
      const report = await storeFrom(given, stores).report(request, signal);
      const rows = Object.values(report.by).flatMap((table) => table.rows);
      const clients = rows.flatMap(({ client }) => client ?? []);
      return { ...report, names: await names().find(clients) } satisfies Report;
    }),
    'GET /api/v1/client-names': answering(async ({ searchParams }) => {
      const addresses = (searchParams.get('addresses') ?? '').split(',').slice(0, PAGE.most);
      return { names: await names().find(addresses) } satisfies ClientNamesAnswer;
    }),
  };
}

/** Answers with JSON; whoever goes away ends the search. */
export function answering(
  answer: (url: URL, signal: AbortSignal, request: AdminRequest) => Promise<unknown>,
): AdminHandler {
  return async (url, response: ServerResponse, request): Promise<AdminReply> => {
    const gone = new AbortController();
    const leave = () => gone.abort();
    response.once('close', leave);
    try {
      return jsonReply(await answer(url, gone.signal, request));
    } catch (error) {
      if (error instanceof SearchCancelled) return jsonReply({ error: 'cancelled' }, 499);
      if (error instanceof TooManySearches) {
        return jsonReply({ error: 'too many searches at a time; try again' }, 503);
      }
      return failureReply(error);
    } finally {
      response.off('close', leave);
    }
  };
}

/** Clients may be given by a name, or as a group: the addresses or prefixes that are called so take its place. */
export async function resolveClient(
  { searchParams }: Pick<URL, 'searchParams'>,
  names: ClientNames,
): Promise<void> {
  const given = searchParams.getAll('client');
  if (given.every(isAddressed)) return;
  const resolved = await Promise.all(given.map((client) => prefixesOf(client, names)));
  searchParams.delete('client');
  for (const client of resolved) searchParams.append('client', client);
}

/** The same where a question is about one client: of several addresses, or of a group, the first. */
export async function resolveOneClient(
  { searchParams }: Pick<URL, 'searchParams'>,
  names: ClientNames,
): Promise<void> {
  const client = searchParams.get('client') ?? '';
  if (isAddressed(client)) return;
  const called = await prefixesOf(client, names);
  searchParams.set('client', called.split(/[/,]/)[0]!);
}

/** The address, prefix or prefixes with commas that somebody means. Throws a BadRequest when nobody is called so. */
export async function prefixesOf(client: string, names: ClientNames): Promise<string> {
  if (isAddressed(client)) return client;
  const called = await names.calledSo(client);
  if (called.length > 0) return called.join(',');
  throw new BadRequest(
    `client: no client is named ${client}; expect a name of clientNames or clientGroups, an address or a prefix`,
  );
}

function isAddressed(client: string): boolean {
  return client === '' || /[:/,]|^[\d.]+$/.test(client);
}

function cursorOf({ more }: Parameters, store: DecisionStore): string | undefined {
  const { cursor } = more;
  if (cursor === undefined || store.isCursor(cursor)) return cursor;
  throw new BadRequest('cursor: expect "next" of the page before, as it was');
}

function lastSegment(path: string): string {
  try {
    return decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
  } catch {
    throw new BadRequest('ref: expect a reference as records have it');
  }
}

/** Those of all servers, where they are kept together, unless it is said otherwise. */
function storeFrom({ more }: Parameters, { own, all }: DecisionStores): DecisionStore {
  const from = more['from'] ?? (all === undefined ? OWN : ALL_SERVERS);
  if (from === OWN) return own;
  if (from === ALL_SERVERS && all !== undefined) return all;
  if (from === ALL_SERVERS) {
    throw new BadRequest(`from: ${from} needs decisionLog.clickhouse; expect ${OWN}`);
  }
  throw new BadRequest(`from: ${from} is not known; expect ${OWN} or ${ALL_SERVERS}`);
}

/** What has just been decided is not in the table yet. */
async function findOne({ own, all }: DecisionStores, ref: string, signal: AbortSignal) {
  const found =
    (await findIn(own, ref, signal)) ?? (all === undefined ? all : await findIn(all, ref, signal));
  if (found !== undefined) return found;
  throw new BadRequest(`there is no decision with the reference ${ref} any more`, 404);
}

async function findIn(store: DecisionStore, ref: string, signal: AbortSignal) {
  const request = { options: { ref }, now: Date.now(), limit: 1, budget: BUDGET_MS };
  let cursor: string | undefined;
  do {
    const page = await store.page({ ...request, cursor }, signal);
    if (page.decisions[0] !== undefined) return page.decisions[0];
    cursor = page.next;
  } while (cursor !== undefined);
  return undefined;
}

/** `client,rule+layer` */
function readBy(text = 'layer,rule,group,client,name,type,upstream'): Dimension[][] {
  return text.split(',').map((table) =>
    table.split('+').map((word) => {
      if (Object.hasOwn(DIMENSIONS, word)) return word as Dimension;
      const known = Object.keys(DIMENSIONS).join(', ');
      throw new BadRequest(
        `by: ${word} is not known; expect ${known}, or several like client+rule`,
      );
    }),
  );
}

function readEvent(text: string | null): string | undefined {
  if (text === ALL) return undefined;
  const event = text ?? 'refused';
  if ((EVENTS as readonly string[]).includes(event)) return event;
  throw new BadRequest(`event: ${event} is not known; expect ${[...EVENTS, ALL].join(', ')}`);
}
