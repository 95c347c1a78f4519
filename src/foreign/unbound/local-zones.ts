/** `local-zone` and `local-data` of the server or of a view: which zone a name falls into. */

import type { Place } from '../../config/problem.ts';
import { contains, type Prefix } from '../../net/prefix.ts';
import { parentName } from '../../wire/name.ts';
import type { Query } from '../../wire/query.ts';
import { RrType } from '../../wire/registry.ts';
import type { RecordData } from '../../wire/response.ts';
import { keyOf, type NameKey } from '../zone-data.ts';
import type { LocalZoneType } from './local-zone-types.ts';

export interface LocalName {
  readonly records: RecordData[];
  /** Of its first record. */
  place: Place | undefined;
}

export interface LocalZone {
  readonly wire: Uint8Array;
  /** As it is written. */
  readonly name: string;
  type: LocalZoneType;
  /** Undefined for a zone that Unbound brings along, or makes for data that has none. */
  place: Place | undefined;
  /** Names with records, and those above them. */
  readonly names: Map<NameKey, LocalName>;
  tags: readonly number[] | undefined;
  readonly overrides: { readonly prefix: Prefix; readonly type: LocalZoneType }[];
}

export interface LocalRecord {
  readonly owner: Uint8Array;
  readonly name: string;
  readonly record: RecordData;
  readonly place: Place | undefined;
}

export class LocalZones {
  readonly #zones: Map<NameKey, LocalZone> = new Map();

  get all(): readonly LocalZone[] {
    return [...this.#zones.values()];
  }

  get isEmpty(): boolean {
    return this.#zones.size === 0;
  }

  exact(wire: Uint8Array): LocalZone | undefined {
    return this.#zones.get(keyOf(wire));
  }

  /** A zone that is written twice has the last type. */
  add(wire: Uint8Array, name: string, type: LocalZoneType, place: Place | undefined): LocalZone {
    const known = this.exact(wire);
    if (known !== undefined) {
      known.type = type;
      known.place = place;
      return known;
    }
    const zone: LocalZone = {
      ...{ wire, name, type, place, names: new Map(), tags: undefined, overrides: [] },
    };
    this.#zones.set(keyOf(wire), zone);
    return zone;
  }

  /**
   * The closest zone above the name whose tags, if it has some, the client has too. DS records are
   * those of the parent.
   */
  of(name: Uint8Array, qtype: number, tags?: readonly number[] | 'any'): LocalZone | undefined {
    const start = qtype === RrType.DS && name.length > 1 ? parentName(name) : name;
    for (let at = start; at !== undefined; at = parentName(at)) {
      const zone = this.exact(at);
      if (zone === undefined) continue;
      const isOpen = tags === 'any' || zone.tags === undefined;
      if (isOpen || zone.tags!.some((tag) => tags?.includes(tag))) return zone;
    }
    return undefined;
  }

  /** Adds records to their zones; for those without one zone is made, at what their names share. */
  addRecords(records: readonly LocalRecord[]): void {
    const homeless = records.filter(
      ({ owner, record }) => this.of(owner, record.type, 'any') === undefined,
    );
    const [first, ...others] = homeless;
    if (first !== undefined) {
      const shared = others.reduce((at, { owner }) => sharedSuffix(at, owner), first.owner);
      this.add(shared, 'local-data without a local-zone', 'transparent', first.place);
    }
    for (const { owner, record, place } of records) {
      const zone = this.of(owner, record.type, 'any');
      if (zone !== undefined) enter(zone, owner, record, place);
    }
  }
}

function enter(
  zone: LocalZone,
  owner: Uint8Array,
  record: RecordData,
  place: Place | undefined,
): void {
  const own = nameIn(zone, owner);
  own.place ??= place;
  if (!own.records.some((known) => isSame(known, record))) own.records.push(record);
  for (let at: Uint8Array | undefined = owner; at !== undefined; at = parentName(at)) {
    nameIn(zone, at);
    if (at.length <= zone.wire.length) break;
  }
}

function isSame(a: RecordData, b: RecordData): boolean {
  return a.type === b.type && keyOf(a.rdata) === keyOf(b.rdata);
}

function nameIn({ names }: LocalZone, wire: Uint8Array): LocalName {
  const key = keyOf(wire);
  const name = names.get(key) ?? { records: [], place: undefined };
  names.set(key, name);
  return name;
}

function sharedSuffix(a: Uint8Array, b: Uint8Array): Uint8Array {
  const above = new Set<NameKey>();
  for (let at: Uint8Array | undefined = b; at !== undefined; at = parentName(at))
    above.add(keyOf(at));
  for (let at: Uint8Array | undefined = a; at !== undefined; at = parentName(at)) {
    if (above.has(keyOf(at))) return at;
  }
  return new Uint8Array(1);
}

/** `local-zone-override`: the type for this client, by the most specific netblock. */
export function overrideOf({ overrides }: LocalZone, query: Query): LocalZoneType | undefined {
  const client = { family: query.family, words: query.address };
  let best: (typeof overrides)[number] | undefined;
  for (const one of overrides) {
    if (one.prefix.family !== client.family || !contains(one.prefix, client)) continue;
    if (best === undefined || one.prefix.length > best.prefix.length) best = one;
  }
  return best?.type;
}
