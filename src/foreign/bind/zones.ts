/** The zones of a view: what it serves itself, and what it sends elsewhere. */

import { dirname, isAbsolute, join } from 'node:path';
import type { Place } from '../../config/problem.ts';
import type { Rule } from '../../decision/verdict.ts';
import type { Prefix } from '../../net/prefix.ts';
import { lowerName, parentName, parseName } from '../../wire/name.ts';
import { ruleAt } from '../verdicts.ts';
import { keyOf, type NameKey, readZoneFile, type ZoneData } from '../zone-data.ts';
import type { Access } from './access.ts';
import type { Acls } from './acls.ts';
import { prefixesOf } from './match-list.ts';
import { checkStatements, Scope } from './scope.ts';
import type { Statement } from './statements.ts';

export const ZONE_TYPES = [
  'primary',
  'secondary',
  'mirror',
  'stub',
  'static-stub',
  'forward',
  'hint',
  'redirect',
  'delegation-only',
] as const;
export type ZoneType = (typeof ZONE_TYPES)[number];

const OLD_NAMES: Readonly<Record<string, ZoneType>> = { master: 'primary', slave: 'secondary' };

export interface BindZone {
  readonly type: ZoneType;
  /** As it is written. */
  readonly name: string;
  readonly wire: Uint8Array;
  /** Undefined for a zone that BIND brings along. */
  readonly place: Place | undefined;
  readonly scope: Scope;
  /** Its content; undefined when it is not known here, as with zones that come by transfer. */
  readonly data: ZoneData | undefined;
  /** It has a file that cannot be read, so that BIND answers SERVFAIL. */
  readonly file: string | undefined;
  /** Its own lists; where it has none, those of its view count. */
  readonly query: Access | undefined;
  readonly queryOn: Access | undefined;
  readonly transfer: Access | undefined;
  readonly update: Access | undefined;
  readonly updateForwarding: Access | undefined;
  readonly notify: Access | undefined;
  readonly hasUpdatePolicy: boolean;
  /** Addresses that it is transferred from. */
  readonly primaries: readonly Prefix[];
}

/** Whether BIND has no content for it, so that it answers SERVFAIL: a file that is missing, a stub. */
export function isUnloaded({ type, file, data }: BindZone): boolean {
  return type === 'stub' || (file !== undefined && data === undefined);
}

export function ruleOfZone({ name, type, place }: BindZone): Rule {
  return ruleAt(
    place === undefined ? 'zones that BIND brings along' : `zone "${name}" (${type})`,
    place,
  );
}

/** Types of zones that answers come from. */
const SERVED: readonly ZoneType[] = ['primary', 'secondary', 'mirror', 'stub', 'static-stub'];

export class Zones {
  readonly #served: Map<NameKey, BindZone> = new Map();
  readonly #forwards: Map<NameKey, BindZone> = new Map();
  readonly all: BindZone[] = [];

  add(zone: BindZone): void {
    this.all.push(zone);
    const key = keyOf(zone.wire);
    if (SERVED.includes(zone.type)) this.#served.set(key, zone);
    if (zone.scope.own('forwarders') !== undefined || zone.type === 'forward')
      this.#forwards.set(key, zone);
  }

  /** The zone of exactly this name. */
  exact(wire: Uint8Array): BindZone | undefined {
    return this.#served.get(keyOf(wire));
  }

  /** The zone that a name is in; with `isAbove` not one of the very name. */
  of(name: Uint8Array, isAbove = false): BindZone | undefined {
    return longest(this.#served, isAbove ? parentName(name) : name);
  }

  /** The zone whose forwarders are asked for a name. */
  forwardOf(name: Uint8Array): BindZone | undefined {
    return longest(this.#forwards, name);
  }
}

function longest(
  zones: ReadonlyMap<NameKey, BindZone>,
  name: Uint8Array | undefined,
): BindZone | undefined {
  for (let at = name; at !== undefined; at = parentName(at)) {
    const zone = zones.get(keyOf(at));
    if (zone !== undefined) return zone;
  }
  return undefined;
}

export interface ZoneParts {
  readonly acls: Acls;
  /** Where relative paths of files start. */
  readonly directory: string;
}

/** Reads a zone statement; undefined for one that is wrong, which is reported. */
export function readZone(
  statement: Statement,
  around: Scope,
  { acls, directory }: ZoneParts,
): BindZone | undefined {
  const { words, list = [], place } = statement;
  const name = words[1];
  const { problems } = acls;
  if (name === undefined)
    return problems.add(place, 'zone names no domain; expect zone "example.com" { … };');
  const parsed = parseName(name.text);
  if (typeof parsed === 'string') {
    return problems.add(name.place, `zone "${name.text}" has ${parsed}; expect a domain name`);
  }
  checkStatements(list, 'zone', problems);
  const scope = new Scope(list, around);
  const written = scope.own('type')?.words[1];
  if (written === undefined) {
    if (scope.own('in-view') !== undefined) return undefined;
    return problems.add(
      place,
      `zone "${name.text}" has no type; expect type primary, secondary or another`,
    );
  }
  const type = OLD_NAMES[written.text] ?? ZONE_TYPES.find((one) => one === written.text);
  if (type === undefined) {
    const expected = ZONE_TYPES.join(', ');
    return problems.add(
      written.place,
      `"${written.text}" is not a type of zone; expect ${expected}`,
    );
  }
  const wire = lowerName(parsed);
  const path = scope.own('file')?.words[1]?.text;
  const file = path === undefined || isAbsolute(path) ? path : join(directory, path);
  const readsFile = type === 'primary' && file !== undefined;
  return {
    ...{ type, name: name.text, wire, place, scope },
    data: readsFile ? readZoneFile(file, wire) : undefined,
    file: readsFile ? file : undefined,
    query: acls.access(scope, 'allow-query', true),
    queryOn: acls.access(scope, 'allow-query-on', true),
    transfer: acls.access(scope, 'allow-transfer'),
    update: acls.access(scope, 'allow-update'),
    updateForwarding: acls.access(scope, 'allow-update-forwarding'),
    notify: acls.access(scope, 'allow-notify'),
    hasUpdatePolicy: scope.own('update-policy') !== undefined,
    primaries: prefixesOf((scope.own('primaries') ?? scope.own('masters'))?.list ?? []),
  };
}

/** Where the relative paths of a configuration start. */
export function directoryOf(options: Scope, file: string): string {
  const folder = dirname(file);
  const path = options.word('directory');
  if (path === undefined) return folder;
  return isAbsolute(path) ? path : join(folder, path);
}
