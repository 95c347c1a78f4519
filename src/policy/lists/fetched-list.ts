/** A list that comes by HTTP: its settings, and its last good copy. */

import { type Config, resolvePath } from '../../config/config.ts';
import type { Problem } from '../../config/problem.ts';
import { isLoopback, parseAddress } from '../../net/address.ts';
import { readListCache } from './list-cache.ts';
import { LIST_FORMATS, type ListFormat, type ListImage, readList } from './list-image.ts';
import type { ListMatch } from './list-match.ts';

export interface FetchedList {
  /** The name of its policy. */
  readonly policy: string;
  readonly url: string;
  /** The same as it is shown: without what may be secret in it. */
  readonly shown: string;
  readonly format: ListFormat;
  readonly match: ListMatch;
  /** Milliseconds from one look to the next. */
  readonly refresh: number;
  readonly cacheFile: string | undefined;
}

/** What is there of a list at a time. */
export interface ListState {
  readonly standing: 'loaded' | 'missing';
  /** Its rules, while they are loaded. */
  readonly image: ListImage | undefined;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** A list of which nothing is known. */
export const NO_LIST: ListState = { standing: 'missing', image: undefined, since: 0 };

const DEFAULT_REFRESH = 86_400_000;

type PolicyConfig = Config['policies'][number]['value'];

function isUrl(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

/** The list that a policy fetches; undefined when it fetches none. */
export function fetchedListOf(policy: PolicyConfig, config: Config): FetchedList | undefined {
  const format = LIST_FORMATS.find((key) => policy[key] !== undefined);
  const url = format === undefined ? undefined : policy[format]!.value;
  if (format === undefined || url === undefined || !isUrl(url)) return undefined;
  const { match, refresh = DEFAULT_REFRESH, cacheFile } = policy;
  return {
    policy: policy.name.value,
    url,
    shown: showUrl(url),
    format,
    match,
    refresh,
    cacheFile: cacheFile === undefined ? undefined : resolvePath(config, cacheFile),
  };
}

/** All of a configuration, by the names of their policies. */
export function fetchedListsOf(config: Config): ReadonlyMap<string, FetchedList> {
  const lists = config.policies.flatMap(({ value }) => fetchedListOf(value, config) ?? []);
  return new Map(lists.map((list) => [list.policy, list]));
}

/** What is wrong with the settings of lists by URL. */
export function checkFetches(config: Config): readonly Problem[] {
  const keepers = new Map<string, FetchedList>();
  return config.policies.flatMap(({ value: policy, place }) => {
    const list = fetchedListOf(policy, config);
    const name = `policy ${policy.name.value}`;
    if (list === undefined) {
      const isGiven = policy.refresh !== undefined || policy.cacheFile !== undefined;
      const message = `${name}: expect refresh and cacheFile with a list by https:// only`;
      return isGiven ? [{ ...place, message }] : [];
    }
    const wrong = checkUrl(list);
    if (wrong !== undefined) return [{ ...policy[list.format]!.place, message: wrong }];
    const { cacheFile } = list;
    if (cacheFile === undefined) return [];
    const other = keepers.get(cacheFile) ?? list;
    keepers.set(cacheFile, other);
    const message = `${name}: policy ${other.policy} keeps another list in ${cacheFile}; expect another cacheFile`;
    return other.url === list.url ? [] : [{ ...place, message }];
  });
}

/** What is wrong with the address of a list, if anything. */
function checkUrl({ url, shown }: FetchedList): string | undefined {
  if (!URL.canParse(url)) return `"${url}" is no URL; expect https://…`;
  return isTrusted(new URL(url))
    ? undefined
    : `${shown}: anybody on the way could change it; expect https://`;
}

/** Whether nobody on the way can change what comes from there. */
export function isTrusted({ protocol, hostname }: URL): boolean {
  if (protocol === 'https:') return true;
  const address = parseAddress(hostname.replace(/^\[(.*)\]$/, '$1'));
  const isOwn = hostname === 'localhost' || (address !== undefined && isLoopback(address));
  return protocol === 'http:' && isOwn;
}

/** A user, a password and a query may be secrets. */
function showUrl(url: string): string {
  if (!URL.canParse(url)) return url;
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/** What is there of a list by its cache file; what cannot be used is as if it were not there. */
export function readCachedList({ url, shown, format, match, cacheFile }: FetchedList): ListState {
  try {
    const copy = cacheFile === undefined ? undefined : readListCache(cacheFile, url);
    if (copy === undefined) return NO_LIST;
    const image = readList(copy.octets, format, shown, match);
    const isUsable = image.problems.length === 0;
    return isUsable ? { standing: 'loaded', image, since: copy.confirmedAt } : NO_LIST;
  } catch {
    // A running server writes it to its log, and fetches the list.
    return NO_LIST;
  }
}
