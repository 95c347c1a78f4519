/** From the text of a configuration to values with every default filled in. */

import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import type { Endpoint } from '../net/address.ts';
import { isEmbedded, readProgramFile } from '../program-files.ts';
import type { ClientGroup } from './access-list.ts';
import { type AdminToken, readTokens } from './admin-keys.ts';
import { checkDiscovery } from './discovery.ts';
import { Document, type Environment } from './document.ts';
import { CONFIG, type RawConfig } from './keys.ts';
import type { Entry, Located } from './kind.ts';
import { type CertificateFiles, type ListenAddress, pairFiles, readListen } from './listen.ts';
import { byPlace, ConfigError, type Place } from './problem.ts';
import { type RateLimit, readRateLimit } from './rate-limit.ts';
import { checkGroups } from './upstream-keys.ts';
import { readViews, type ViewConfig } from './views.ts';

/** Sections after groups, defaults and inheritance are filled in. */
type FilledIn =
  | 'listen'
  | 'decisionLog'
  | 'admin'
  | 'threads'
  | 'clientGroups'
  | 'views'
  | 'rateLimit';
/** Sections that become part of the views. */
type OfViews = 'acl' | 'routes';

/**
 * The configuration as it was meant: nothing is left to default behind this type. Any other section
 * of `keys.ts` is part of it as it was read.
 */
export interface Config extends Omit<RawConfig, FilledIn | OfViews> {
  /** As it was named to the program; relative paths in it start from its folder. */
  readonly file: string;
  readonly listen: readonly Located<ListenAddress>[];
  /** Nobody wrote `listen`: not every host has both of the default addresses. */
  readonly listensByDefault: boolean;
  readonly admin: {
    readonly listen: Located<Endpoint>;
    /** None: whoever comes from loopback may do all. */
    readonly tokens: readonly AdminToken[];
    readonly tls: readonly CertificateFiles[] | undefined;
    readonly probes: Located<Endpoint> | undefined;
  };
  readonly decisionLog: RawConfig['decisionLog'] & { readonly to: Located<string> };
  /** Data threads; 0 is none: the main thread serves datagrams too. */
  readonly threads: number;
  readonly clientGroups: readonly ClientGroup[];
  /** The first is for all clients that are in no other. */
  readonly views: readonly [ViewConfig, ...ViewConfig[]];
  readonly rateLimit: RateLimit | undefined;
  /** Where sections begin, for what has no line of its own. */
  readonly start: Place;
}

const DEFAULT_ADMIN: Endpoint = { address: '127.0.0.1', port: 8053 };

/** Reads a configuration file. Throws a ConfigError that names every problem. */
export function readConfig(file: string, environment: Environment = process.env): Config {
  return parseConfig(file, readConfigText(file), environment);
}

/** The text of a configuration file. Throws a ConfigError when it cannot be read. */
export function readConfigText(file: string): string {
  try {
    return isEmbedded(file)
      ? readProgramFile(new URL(file)).toString()
      : readFileSync(file, 'utf8');
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
  if (raw !== undefined) checkGroups(raw.upstreams, document);
  if (raw === undefined || document.problems.length > 0) {
    throw new ConfigError(document.problems.sort(byPlace));
  }
  return fillIn(raw, document);
}

/** A path in the configuration, seen from where the program runs. */
export function resolvePath(config: { readonly file: string }, path: string): string {
  return path.startsWith('/') ? path : join(dirname(config.file), path);
}

function fillIn(raw: RawConfig, document: Document): Config {
  const start = document.place(null);
  const groups = raw.clientGroups.map(({ key, value }) => ({
    name: key,
    prefixes: value.map((item) => item.value),
  }));
  const routes = raw.routes ?? [defaultRoute(raw)];
  const views = readViews(raw, { routes, groups, start }, document.problems);
  const listen = readListen(raw.listen, groups, start);
  checkDiscovery(raw.discovery, listen, document.problems);
  if (document.problems.length > 0) throw new ConfigError(document.problems.sort(byPlace));
  const { acl: _acl, routes: _routes, ...rest } = raw;
  return {
    ...rest,
    file: document.file,
    start,
    listensByDefault: raw.listen === undefined,
    listen,
    admin: {
      listen: raw.admin.listen ?? { value: DEFAULT_ADMIN, place: start },
      tokens: readTokens(raw.admin),
      tls: raw.admin.tls && pairFiles(raw.admin.tls),
      probes: raw.admin.probes,
    },
    decisionLog: {
      ...raw.decisionLog,
      to: raw.decisionLog.to ?? { value: 'stdout', place: start },
    },
    threads: raw.threads === 'auto' ? availableParallelism() : raw.threads,
    clientGroups: groups,
    views,
    rateLimit: raw.rateLimit && readRateLimit(raw.rateLimit, groups),
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

function defaultRoute(raw: RawConfig): Entry<string> {
  const group = raw.upstreams.find(({ key }) => key === 'default') ?? raw.upstreams[0]!;
  return { key: '.', place: group.place, value: group.key };
}
