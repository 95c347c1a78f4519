/** From the text of a configuration to values with every default filled in. */

import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import type { Endpoint } from '../net/address.ts';
import { type Prefix, parsePrefix } from '../net/prefix.ts';
import { Document, type Environment } from './document.ts';
import { CONFIG } from './keys.ts';
import type { Entry, Kind, Located } from './kind.ts';
import { ConfigError, type Place } from './problem.ts';

type Raw = typeof CONFIG extends Kind<infer T> ? T : never;
type RawAccess = NonNullable<Raw['acl']['query' | 'recursion']>;

/** The configuration as it was meant: nothing is left to default behind this type. */
export interface Config {
  /** As it was named to the program; relative paths in it start from its folder. */
  readonly file: string;
  readonly node: string;
  readonly listen: readonly Located<Endpoint>[];
  /** Nobody wrote `listen`: not every host has both of the default addresses. */
  readonly listensByDefault: boolean;
  readonly admin: { readonly listen: Located<Endpoint>; readonly token: string | undefined };
  /** Data threads; 0 is none: the main thread serves datagrams too. */
  readonly threads: number;
  readonly clientGroups: readonly ClientGroup[];
  readonly acl: {
    readonly query: readonly AccessEntry[];
    readonly recursion: readonly AccessEntry[] | undefined;
    readonly transfer: readonly AccessEntry[];
    readonly update: readonly AccessEntry[];
    readonly notify: readonly AccessEntry[];
  };
  readonly upstreams: Raw['upstreams'];
  readonly routes: readonly Entry<string>[];
  readonly policies: Raw['policies'];
  readonly cache: Raw['cache'];
  readonly ede: Raw['ede'];
  readonly decisionLog: Raw['decisionLog'];
  /** Where sections begin, for what has no line of its own. */
  readonly start: Place;
}

export interface ClientGroup {
  readonly name: string;
  readonly prefixes: readonly Prefix[];
}

export type AccessAction = 'allow' | 'refuse' | 'drop' | 'truncate';

/** One line of an access list: a group or a prefix and what its clients may. */
export interface AccessEntry {
  readonly key: string;
  readonly prefixes: readonly Prefix[];
  readonly action: AccessAction;
  /** Undefined for an entry that is a default and not written anywhere. */
  readonly place: Place | undefined;
  readonly owner: string | undefined;
  readonly reason: string | undefined;
}

const DEFAULT_PORT = 5300;
const DEFAULT_ADMIN: Endpoint = { address: '127.0.0.1', port: 8053 };
const LOOPBACK = ['127.0.0.0/8', '::1/128'].map((text) => parsePrefix(text) as Prefix);

/** Reads a configuration file. Throws a ConfigError that names every problem. */
export function readConfig(file: string, environment: Environment = process.env): Config {
  return parseConfig(file, readConfigText(file), environment);
}

/** The text of a configuration file. Throws a ConfigError when it cannot be read. */
export function readConfigText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const message = `cannot be read: ${(error as Error).message}; expect a configuration file`;
    throw new ConfigError([{ file, line: 1, column: 1, message }]);
  }
}

/** Parses a configuration. Throws a ConfigError that names every problem. */
export function parseConfig(file: string, text: string, environment: Environment = {}): Config {
  const document = new Document(file, text, environment);
  if (document.problems.length > 0) throw new ConfigError(document.problems.sort(byPlace));
  const raw =
    document.root === null
      ? document.reportAt(document.place(null), `the file is empty; expect ${CONFIG.expects}`)
      : CONFIG.read(document.root, document);
  checkDefaultRoute(document);
  if (raw === undefined || document.problems.length > 0) {
    throw new ConfigError(document.problems.sort(byPlace));
  }
  return fillIn(raw, document);
}

/** A path in the configuration, seen from where the program runs. */
export function resolvePath(config: { readonly file: string }, path: string): string {
  return path.startsWith('/') ? path : join(dirname(config.file), path);
}

function fillIn(raw: Raw, document: Document): Config {
  const start = document.place(null);
  const groups = raw.clientGroups.map(({ key, value }) => ({
    name: key,
    prefixes: value.map((item) => item.value),
  }));
  const access = (lines: RawAccess) => readAccess(lines, groups);
  const { acl } = raw;
  return {
    ...raw,
    file: document.file,
    start,
    listensByDefault: raw.listen === undefined,
    listen: raw.listen ?? ['127.0.0.1', '::1'].map(defaultListener(start)),
    admin: { ...raw.admin, listen: raw.admin.listen ?? { value: DEFAULT_ADMIN, place: start } },
    threads: raw.threads === 'auto' ? availableParallelism() : raw.threads,
    clientGroups: groups,
    acl: {
      query: acl.query === undefined ? [allowLoopback()] : access(acl.query),
      recursion: acl.recursion && access(acl.recursion),
      transfer: access(acl.transfer ?? []),
      update: access(acl.update ?? []),
      notify: access(acl.notify ?? []),
    },
    routes: raw.routes ?? [defaultRoute(raw)],
  };
}

function defaultListener(place: Place) {
  return (address: string): Located<Endpoint> => ({
    value: { address, port: DEFAULT_PORT },
    place,
  });
}

function allowLoopback(): AccessEntry {
  return {
    key: 'loopback',
    prefixes: LOOPBACK,
    action: 'allow',
    place: undefined,
    owner: undefined,
    reason: undefined,
  };
}

/** Without routes, all names go to the group `default` or to the only one. */
function checkDefaultRoute(document: Document): void {
  const groups = document.keysOf('upstreams');
  if (document.keysOf().includes('routes') || groups.length < 2) return;
  if (groups.includes('default')) return;
  document.report(
    document.root,
    'routes is missing and no upstream group is named default; expect routes from domains to groups',
  );
}

function defaultRoute(raw: Raw): Entry<string> {
  const group = raw.upstreams.find(({ key }) => key === 'default') ?? raw.upstreams[0]!;
  return { key: '.', place: group.place, value: group.key };
}

function readAccess(lines: RawAccess, groups: readonly ClientGroup[]): AccessEntry[] {
  return lines.map(({ key, place, value }) => {
    const given = typeof value === 'string' ? { action: value } : value;
    const group = groups.find(({ name }) => name === key);
    return {
      key,
      place,
      // The key was found to be a prefix when it was read, unless it is the name of a group.
      prefixes: group?.prefixes ?? [parsePrefix(key) as Prefix],
      action: given.action,
      owner: 'owner' in given ? given.owner : undefined,
      reason: 'reason' in given ? given.reason : undefined,
    };
  });
}

function byPlace(a: Place, b: Place): number {
  return a.line - b.line || a.column - b.column;
}
