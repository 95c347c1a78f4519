/**
 * Names that never go to an upstream: RFC 6761 (localhost, invalid, test), RFC 6303 (reverse
 * zones of addresses that are local to every site), RFC 7793, RFC 7686 (onion), RFC 8375 (home.arpa),
 * RFC 9462 (resolver.arpa), RFC 9606 (RESINFO there). A route at such a domain or below it takes precedence: the
 * operator knows who answers.
 */

import {
  type Action,
  builtIn,
  type Verdict,
  type VerdictSpec,
  type VerdictTable,
} from '../../decision/verdict.ts';
import { lowerName, parseName } from '../../wire/name.ts';
import type { Query } from '../../wire/query.ts';
import { RrType } from '../../wire/registry.ts';
import type { RecordData } from '../../wire/response.ts';
import type { Layer } from '../layer.ts';
import type { ViewParts } from '../layer-parts.ts';
import { OwnEndpoints } from '../own-endpoints.ts';
import { NO_ROUTE, type RouteTable } from '../route-table.ts';
import { NameTable } from '../rules/name-table.ts';
import { negativeSoa } from '../soa.ts';

/** RFC 6303 section 3: the TTL of the empty zones, and what each has at its apex. */
const TTL = 10_800;
const SOA = negativeSoa(TTL);
const APEX: readonly RecordData[] = [
  SOA,
  { type: RrType.NS, ttl: TTL, rdata: parseName('localhost') as Uint8Array },
];

const NXDOMAIN_ZONES: readonly string[] = [
  'invalid',
  'test',
  'onion',
  'home.arpa',
  // RFC 6303 section 4.1: RFC 1918 zones.
  '10.in-addr.arpa',
  ...Array.from({ length: 16 }, (_, i) => `${16 + i}.172.in-addr.arpa`),
  '168.192.in-addr.arpa',
  // RFC 7793: 100.64.0.0/10, which providers share.
  ...Array.from({ length: 64 }, (_, i) => `${64 + i}.100.in-addr.arpa`),
  // Section 4.2: RFC 5735 and RFC 5737 zones.
  '0.in-addr.arpa',
  '127.in-addr.arpa',
  '254.169.in-addr.arpa',
  '2.0.192.in-addr.arpa',
  '100.51.198.in-addr.arpa',
  '113.0.203.in-addr.arpa',
  '255.255.255.255.in-addr.arpa',
  // Sections 4.3 to 4.6: unspecified, loopback, locally assigned, link-local, documentation.
  `${'0.'.repeat(32)}ip6.arpa`,
  `1.${'0.'.repeat(31)}ip6.arpa`,
  'd.f.ip6.arpa',
  '8.e.f.ip6.arpa',
  '9.e.f.ip6.arpa',
  'a.e.f.ip6.arpa',
  'b.e.f.ip6.arpa',
  '8.b.d.0.1.0.0.2.ip6.arpa',
];

/** RFC 9462 section 6.4: NODATA where no designated resolver is offered. */
const NODATA_ZONES: readonly string[] = ['resolver.arpa'];

/** RFC 6761 section 6.3. */
const LOCALHOST: readonly RecordData[] = [
  { type: RrType.A, ttl: TTL, rdata: Uint8Array.of(127, 0, 0, 1) },
  { type: RrType.AAAA, ttl: TTL, rdata: Uint8Array.from({ length: 16 }, (_, i) => +(i === 15)) },
];

/** The name has no special-use domain. */
const NO_ZONE = -1;

/** All domains of this layer. */
export const SPECIAL_USE_ZONES: readonly string[] = [
  ...NXDOMAIN_ZONES,
  ...NODATA_ZONES,
  'localhost',
];

/** What a domain's names are answered. */
interface Zone {
  /** At the domain itself, when it has records of the type. */
  readonly apex: Verdict;
  /** Of a name that exists and has no record of the type. */
  readonly nodata: Verdict;
  readonly below: Verdict;
  /**
   * Its parent is signed and has the proof that it is not: RFC 8375 section 4 for home.arpa. The
   * root has none that such a top-level domain exists, so nothing is gained by asking it.
   */
  readonly isProvenByParent: boolean;
}

function compileZone(
  zone: string,
  action: Action,
  records: readonly RecordData[],
  verdicts: VerdictTable,
): Zone {
  const rule = builtIn(`special-use ${zone}`);
  const verdict = (spec: Pick<VerdictSpec, 'action' | 'records'>) =>
    verdicts.add({
      ...{ layer: 'special-use', rule, soa: SOA, authoritative: true, explained: true },
      ...spec,
    });
  const nodata = verdict({ action: 'nodata' });
  return {
    apex: verdict({ action: 'answer', records: [...records, ...APEX] }),
    nodata,
    below: action === 'nodata' ? nodata : verdict({ action, records }),
    isProvenByParent: zone.endsWith('.arpa'),
  };
}

export function compileSpecialUse(parts: ViewParts): Layer {
  const { routes, verdicts } = parts;
  const table = new NameTable();
  const zones: Zone[] = [];
  const add = (zone: string, action: Action, records: readonly RecordData[] = []) => {
    const entry = table.add(lowerName(parseName(zone) as Uint8Array), false);
    zones[entry] = compileZone(zone, action, records, verdicts);
  };
  for (const zone of NXDOMAIN_ZONES) add(zone, 'nxdomain');
  for (const zone of NODATA_ZONES) add(zone, 'nodata');
  add('localhost', 'answer', LOCALHOST);

  const own = new OwnEndpoints(parts, SOA);
  const resolverArpa = table.entryOf(lowerName(parseName('resolver.arpa') as Uint8Array), false);

  const search = (query: Query): Verdict | undefined => {
    const depth = zoneDepth(table, query);
    if (depth === NO_ZONE) return own.findAtName(query);
    const entry = table.find(query, depth, false);
    const zone = zones[entry]!;
    if (isRouted(zone, routes, query, depth)) return undefined;
    query.match.trigger = 'qname';
    query.match.depth = depth;
    const ofOwn = entry === resolverArpa ? own.findAtResolverArpa(query) : undefined;
    if (ofOwn !== undefined) return ofOwn;
    if (depth > 0) return existsByRoute(zone, routes, query) ? zone.nodata : zone.below;
    return hasType(zone.apex, query.qtype) ? zone.apex : zone.nodata;
  };
  return {
    name: 'special-use',
    judge: search,
    account(query) {
      const verdict = search(query);
      if (verdict === undefined) return { why: whyPassed(table, query) };
      const isNamed = verdict.action === 'nodata' && query.match.depth > 0;
      return isNamed && routes.hasAtOrBelow(query) ? { why: 'a route begins here or below' } : {};
    },
  };
}

/** The label at which the special-use domain of the name begins, or NO_ZONE. */
function zoneDepth(table: NameTable, query: Query): number {
  if (!query.isLookup) return NO_ZONE;
  for (let depth = 0; depth < query.labels; depth++) {
    if (table.find(query, depth, false) >= 0) return depth;
  }
  return NO_ZONE;
}

/** A route at the domain or below it takes precedence. */
function isRouted(zone: Zone, routes: RouteTable, query: Query, depth: number): boolean {
  if (depth === 0) return routes.has(query) || asksForProof(zone, routes, query);
  const routed = routes.depthOf(query);
  return routed !== NO_ROUTE && routed <= depth;
}

/** RFC 8375 section 4: without DO nobody can make use of the proof, and nothing is forwarded. */
function asksForProof({ isProvenByParent }: Zone, routes: RouteTable, query: Query): boolean {
  if (query.qtype !== RrType.DS || !query.dnssecOk || !isProvenByParent) return false;
  return routes.depthOf(query) !== NO_ROUTE;
}

/** RFC 8020 section 2: NXDOMAIN would deny the names of the route, too. */
function existsByRoute({ below }: Zone, routes: RouteTable, query: Query): boolean {
  return below.action === 'nxdomain' && routes.hasAtOrBelow(query);
}

function hasType({ records = [] }: Verdict, qtype: number): boolean {
  for (let i = 0; i < records.length; i++) if (records[i]!.type === qtype) return true;
  return qtype === RrType.ANY;
}

/** Why the layer has let the query pass. */
function whyPassed(table: NameTable, query: Query): string {
  const depth = zoneDepth(table, query);
  if (depth === NO_ZONE) return 'not a special-use name';
  const isForParent = depth === 0 && query.qtype === RrType.DS;
  return isForParent ? "a domain's DS records are its parent's" : 'a route takes precedence';
}
