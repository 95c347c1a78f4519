/** The views of a configuration: whom each serves, and what its clients may, with every default filled in. */

import type { Place } from '../../config/problem.ts';
import { parseClass, RrClass } from '../../wire/registry.ts';
import type { ForeignZone } from '../policy-zone.ts';
import type { Access } from './access.ts';
import type { Acls } from './acls.ts';
import { builtInZones, chaosZones } from './built-in-zones.ts';
import { MatchTable } from './match-table.ts';
import { readPolicies } from './response-policy.ts';
import { checkStatements, Scope } from './scope.ts';
import type { Statement } from './statements.ts';
import { directoryOf, readZone, Zones } from './zones.ts';

export interface BindView {
  readonly name: string;
  readonly rrClass: number;
  readonly place: Place | undefined;
  readonly clients: Access | undefined;
  readonly destinations: Access | undefined;
  /** Queries with RD=0 fall into another view. */
  readonly recursiveOnly: boolean;
  /** Keys that it can check, in lower case. */
  readonly keys: ReadonlySet<string>;
  readonly zones: Zones;
  readonly recursion: boolean;
  readonly allows: ViewAccess;
  readonly forwarders: Statement | undefined;
  readonly policies: readonly ForeignZone[];
}

/** Who may what in a view; undefined lists let in everybody. */
export interface ViewAccess {
  readonly query: Access;
  readonly queryOn: Access | undefined;
  readonly cache: Access | undefined;
  readonly cacheOn: Access | undefined;
  readonly recursion: Access | undefined;
  readonly recursionOn: Access | undefined;
}

export interface Top {
  readonly file: string;
  readonly statements: readonly Statement[];
  readonly options: Scope;
  readonly acls: Acls;
}

export function readViews(top: Top): readonly BindView[] {
  const { statements, acls } = top;
  const written = statements.filter(({ words: [first] }) => first?.text === 'view');
  const zones = statements.filter(({ words: [first] }) => first?.text === 'zone');
  const chaos = readChaosView(top);
  if (written.length === 0) {
    const scope = new Scope([], top.options);
    return [
      readView({ name: '_default', rrClass: RrClass.IN, place: undefined, scope, zones }, top),
      chaos,
    ];
  }
  for (const { place } of zones) {
    acls.problems.add(place, 'a zone outside of the views; expect it in one of them');
  }
  const views = written.map((statement) => {
    const { list = [], place, words } = statement;
    checkStatements(list, 'view', acls.problems);
    const named = words[2]?.text;
    const rrClass = named === undefined ? RrClass.IN : classOf(named);
    const own = list.filter(({ words: [first] }) => first?.text === 'zone');
    const scope = new Scope(list, top.options);
    return readView({ name: words[1]?.text ?? '', rrClass, place, scope, zones: own }, top);
  });
  return [...views, chaos];
}

function classOf(text: string): number {
  return text.toLowerCase() === 'chaos' ? RrClass.CH : (parseClass(text) ?? RrClass.IN);
}

interface WrittenView {
  readonly name: string;
  readonly rrClass: number;
  readonly place: Place | undefined;
  readonly scope: Scope;
  readonly zones: readonly Statement[];
}

function readView(
  { name, rrClass, place, scope, zones: written }: WrittenView,
  top: Top,
): BindView {
  const { acls, statements, options } = top;
  const directory = directoryOf(options, top.file);
  const zones = new Zones();
  for (const statement of written) {
    const zone = readZone(statement, scope, { acls, directory });
    if (zone !== undefined) zones.add(zone);
  }
  const recursion = scope.flag('recursion') ?? true;
  const forwarders = scope.find('forwarders');
  if (rrClass === RrClass.IN) builtInZones(scope, { zones, recursion, acls });
  return {
    ...{ name, rrClass, place, zones, recursion, forwarders },
    clients: acls.access(scope, 'match-clients', true),
    destinations: acls.access(scope, 'match-destinations', true),
    recursiveOnly: scope.flag('match-recursive-only') ?? false,
    keys: keysIn([...statements, ...scope.all('key')]),
    allows: readAccess(scope, { acls, recursion }),
    policies: rrClass === RrClass.IN ? readPolicies(scope, zones, acls) : [],
  };
}

/** The names of the keys, in lower case. */
function keysIn(statements: readonly Statement[]): ReadonlySet<string> {
  const keys = statements.filter(({ words: [first] }) => first?.text === 'key');
  return new Set(keys.map(({ words }) => (words[1]?.text ?? '').toLowerCase().replace(/\.$/, '')));
}

/** The view that names of class CH are in, such as version.bind. */
function readChaosView(top: Top): BindView {
  const { options, acls } = top;
  const scope = new Scope([], options);
  const zones = chaosZones(options, acls);
  return {
    ...{ name: '_bind', rrClass: RrClass.CH, place: undefined, zones, recursion: false },
    ...{ clients: undefined, destinations: undefined, recursiveOnly: false },
    keys: keysIn(top.statements),
    forwarders: undefined,
    allows: readAccess(scope, { acls, recursion: false }),
    policies: [],
  };
}

interface AccessParts {
  readonly acls: Acls;
  readonly recursion: boolean;
}

/**
 * Where one of the three lists of a recursive view is missing, another one takes its place:
 * allow-query-cache is as allow-recursion, allow-recursion as allow-query-cache, both as allow-query,
 * and only without any of them the hosts and networks of the server.
 */
function readAccess(scope: Scope, { acls, recursion }: AccessParts): ViewAccess {
  const written = (option: string) => acls.access(scope, option);
  const query = written('allow-query');
  const queryOn = written('allow-query-on');
  const on = { cache: written('allow-query-cache-on'), recursion: written('allow-recursion-on') };
  const cacheOn = on.cache ?? inherit('allow-query-cache-on', on.recursion);
  const recursionOn = on.recursion ?? inherit('allow-recursion-on', on.cache);
  const all: Access = {
    option: 'allow-query',
    list: everybody('any'),
    place: undefined,
    note: 'any',
  };
  const rest = { query: query ?? all, queryOn, cacheOn, recursionOn };
  const own = { cache: written('allow-query-cache'), recursion: written('allow-recursion') };
  if (!recursion) {
    return { ...rest, cache: noCache(scope), recursion: own.recursion };
  }
  const cache = own.cache ?? inherit('allow-query-cache', own.recursion ?? query);
  const recursing = own.recursion ?? inherit('allow-recursion', own.cache ?? query);
  return {
    ...rest,
    cache: cache ?? hostsOfServer('allow-query-cache', acls),
    recursion: recursing ?? hostsOfServer('allow-recursion', acls),
  };
}

function inherit(option: string, from: Access | undefined): Access | undefined {
  if (from === undefined) return undefined;
  return { ...from, note: `${option} is not set: it is as ${from.option}` };
}

function everybody(text: 'any' | 'none'): MatchTable {
  const table = new MatchTable();
  table.addEverybody(text === 'any', { text, place: { file: '', line: 0, column: 0 } });
  return table;
}

/** Without recursion nobody may use the cache, whatever allow-query-cache says. */
function noCache(scope: Scope): Access {
  const statement = scope.find('recursion');
  const list = everybody('none');
  return { option: 'recursion no', list, place: undefined, note: 'none', wholly: statement?.place };
}

function hostsOfServer(option: string, acls: Acls): Access {
  const note = 'localnets and localhost';
  const prefixes = acls.host.flatMap(({ address, network }) => [network, address]);
  return { option, list: acls.ofPrefixes(prefixes), place: undefined, note };
}
