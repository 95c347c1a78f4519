/** Searches as the console makes them, over HTTP: how long their first page takes, and all of them. */

import { APART, RARE } from './long-log.ts';
import { median } from './median.ts';

/** Records of a page in the console. */
const LIMIT = '50';

export interface Search {
  readonly title: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Whether pages end before all is searched: then there is something for each. */
  readonly isFound: boolean;
  /** A search that reads records all through the log: it is as long as the log is. */
  readonly isLong?: boolean;
}

export const SEARCHES: readonly Search[] = [
  { title: 'all', parameters: {}, isFound: true },
  { title: 'a client of many records', parameters: { client: APART.client }, isFound: true },
  {
    title: 'a network and a type',
    parameters: { client: '10.3.0.0/16', type: 'AAAA' },
    isFound: true,
  },
  { title: 'the reference of the oldest record', parameters: { ref: RARE.ref }, isFound: true },
  { title: 'the client of the oldest record', parameters: { client: RARE.client }, isFound: true },
  {
    title: 'its name, 20 years back',
    parameters: { name: RARE.name, since: '7300d' },
    isFound: true,
  },
  { title: 'its rule', parameters: { rule: RARE.rule }, isFound: true },
  { title: 'a client that is not there', parameters: { client: '203.0.113.9' }, isFound: false },
  { title: 'a network that is not there', parameters: { client: '172.16.0.0/12' }, isFound: false },
  { title: 'a name that is not there', parameters: { name: 'nobody.example' }, isFound: false },
  {
    title: 'a rule that is not there',
    parameters: { rule: 'acl.query 10.9.0.0/16' },
    isFound: false,
  },
  { title: 'an upstream that is not there', parameters: { upstream: '192.0.2.1' }, isFound: false },
  { title: 'a client and a rule, never together', parameters: APART, isFound: false, isLong: true },
];

export interface Searched {
  /** Milliseconds to the first page, and to the end of the first page that has something. */
  readonly firstMs: number;
  readonly foundMs: number;
  readonly found: number;
}

interface Page {
  readonly decisions: readonly unknown[];
  readonly next?: string;
}

/** Medians of several times. `url` is that of the admin HTTP. */
export async function timeSearch(url: string, search: Search, reps: number): Promise<Searched> {
  const runs: Searched[] = [];
  for (let i = 0; i < reps; i++) runs.push(await searchOnce(url, search));
  const middle = (key: keyof Searched) => median(runs.map((one) => one[key]));
  return { firstMs: middle('firstMs'), foundMs: middle('foundMs'), found: middle('found') };
}

/** As the page does it: on and on while nothing is found. */
async function searchOnce(url: string, { parameters }: Search): Promise<Searched> {
  const begin = performance.now();
  let firstMs = Number.NaN;
  let cursor = '';
  for (;;) {
    const query = new URLSearchParams({ ...parameters, limit: LIMIT, cursor });
    const response = await fetch(`${url}/api/v1/decisions?${query}`);
    if (!response.ok) throw new Error(`${query}: ${await response.text()}`);
    const { decisions, next } = (await response.json()) as Page;
    const milliseconds = performance.now() - begin;
    if (cursor === '') firstMs = milliseconds;
    if (decisions.length > 0 || next === undefined) {
      return { firstMs, foundMs: milliseconds, found: decisions.length };
    }
    cursor = next;
  }
}
