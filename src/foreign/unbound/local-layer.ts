/** Local zones and local data: those of the client's view, then those of the server. */

import type { Rule, Verdict, VerdictSpec } from '../../decision/verdict.ts';
import type { Layer } from '../../policy/layer.ts';
import type { Query } from '../../wire/query.ts';
import { RrClass, RrType } from '../../wire/registry.ts';
import type { RecordData } from '../../wire/response.ts';
import { ruleAt } from '../verdicts.ts';
import { keyOf } from '../zone-data.ts';
import type { Netblock } from './access.ts';
import { denialOf, isRedirect, type LocalZoneType, readsData } from './local-zone-types.ts';
import { type LocalName, type LocalZone, overrideOf } from './local-zones.ts';
import { nameOf, type UnboundView, type UnboundWorld } from './world.ts';

/** The zone that a question falls into, and as what it is treated for this client. */
interface Found {
  readonly zone: LocalZone;
  readonly type: LocalZoneType;
  /** The tag that the client shares with the zone. */
  readonly tag: number | undefined;
}

export function compileLocalZones(view: UnboundView | undefined, world: UnboundWorld): Layer {
  const judge = (query: Query): Verdict | undefined => {
    if (query.qclass !== RrClass.IN) return undefined;
    const block = world.access.of(query);
    const found = inView(view, query) ?? (isClosed(view) ? undefined : ofServer(query, block));
    return found && new LocalAnswer(world, found, block).to(query);
  };
  const ofServer = (query: Query, block: Netblock | undefined): Found | undefined => {
    const zone = world.zones.of(nameOf(query), query.qtype, block?.tags);
    return zone && { zone, ...typeFor(zone, query, block) };
  };
  return { name: 'local', judge, account: () => ({ why: 'no local-zone or local-data decides' }) };
}

/** A view with zones of its own, and without `view-first`, hides those of the server. */
function isClosed(view: UnboundView | undefined): boolean {
  return view?.zones !== undefined && !view.isFirst;
}

/** Types that pass a name on to the server's zones when their own data does not have it. */
const PASSING: readonly LocalZoneType[] = [
  'transparent',
  'typetransparent',
  'inform',
  'always_transparent',
  'block_a',
];

function inView(view: UnboundView | undefined, query: Query): Found | undefined {
  const zone = view?.zones?.of(nameOf(query), query.qtype, 'any');
  if (zone === undefined || zone.type === 'noview') return undefined;
  if (PASSING.includes(zone.type) && !covers(zone, query)) return undefined;
  return { zone, type: zone.type, tag: undefined };
}

function covers(zone: LocalZone, query: Query): boolean {
  if (zone.type === 'always_transparent' || zone.type === 'block_a') return false;
  const name = zone.names.get(keyOf(nameOf(query)));
  if (zone.type !== 'typetransparent') return name !== undefined;
  return name !== undefined && recordsFor(name.records, query.qtype).length > 0;
}

function typeFor(zone: LocalZone, query: Query, block: Netblock | undefined): Omit<Found, 'zone'> {
  const override = overrideOf(zone, query);
  if (override !== undefined) return { type: override, tag: undefined };
  const tag = zone.tags?.filter((one) => block?.tags?.includes(one)).sort((a, b) => a - b)[0];
  const byTag = tag === undefined ? undefined : block?.tagActions.get(tag);
  return { type: byTag ?? zone.type, tag };
}

/** Of the type asked, or an alias. */
function recordsFor(records: readonly RecordData[], qtype: number): readonly RecordData[] {
  const first = records.find(({ type }) => type === qtype || type === RrType.CNAME);
  return first === undefined ? [] : records.filter(({ type }) => type === first.type);
}

class LocalAnswer {
  readonly #world: UnboundWorld;
  readonly #found: Found;
  readonly #block: Netblock | undefined;

  constructor(world: UnboundWorld, found: Found, block: Netblock | undefined) {
    this.#world = world;
    this.#found = found;
    this.#block = block;
  }

  to(query: Query): Verdict | undefined {
    const { zone, type } = this.#found;
    const at = isRedirect(type) ? zone.wire : nameOf(query);
    const name = zone.names.get(keyOf(at));
    const byTag = this.#tagData(query);
    const records = readsData(type) ? (byTag ?? recordsFor(name?.records ?? [], query.qtype)) : [];
    if (records.length > 0) {
      const isAlias = isRedirect(type) && query.qtype !== RrType.CNAME;
      // What the alias leads to is resolved: later layers decide whether for this client.
      if (isAlias && records[0]!.type === RrType.CNAME) return undefined;
      return this.#of({ action: 'answer', records, rule: this.#ruleFor(name) });
    }
    return this.#deny(query, readsData(type) ? name : undefined);
  }

  #deny(query: Query, name: LocalName | undefined): Verdict | undefined {
    const { type } = this.#found;
    const rule = this.#ruleFor(undefined);
    const denial = denialOf(type, {
      exists: name !== undefined,
      hasRecords: (name?.records.length ?? 0) > 0,
      isA: query.qtype === RrType.A,
    });
    if (denial === undefined) return undefined;
    if (denial !== 'null') return this.#of({ action: denial, rule });
    const length = query.qtype === RrType.A ? 4 : query.qtype === RrType.AAAA ? 16 : 0;
    if (length === 0) return this.#of({ action: 'nodata', rule });
    const record = { type: query.qtype, ttl: TTL, rdata: new Uint8Array(length) };
    return this.#of({ action: 'answer', rule, records: [record] });
  }

  /** `access-control-tag-data`, for zones that redirect. */
  #tagData({ qtype }: Query): readonly RecordData[] | undefined {
    const { type, tag } = this.#found;
    if (tag === undefined || !isRedirect(type)) return undefined;
    const records = recordsFor(this.#block?.tagData.get(tag) ?? [], qtype);
    return records.length > 0 ? records : undefined;
  }

  #ruleFor(name: LocalName | undefined): Rule {
    const { zone, type } = this.#found;
    const id = `local-zone: "${zone.name}" ${type}`;
    if (name?.place !== undefined) return ruleAt(`local-data in ${id}`, name.place);
    return ruleAt(zone.place === undefined ? `${id} (default)` : id, zone.place);
  }

  #of(spec: Omit<VerdictSpec, 'layer'>): Verdict {
    return this.#world.verdicts.of({ layer: 'local', authoritative: true, ...spec });
  }
}

const TTL = 3600;
