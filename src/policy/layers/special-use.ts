/**
 * Names that never go to an upstream: RFC 6761 (localhost, invalid, test), RFC 6303 (reverse
 * zones of addresses that are local to every site), RFC 7686 (onion), RFC 8375 (home.arpa),
 * RFC 9462 (resolver.arpa), RFC 9606 (RESINFO there). A route at such a domain or below it takes precedence: the
 * operator knows who answers.
 */

import { builtIn, type Verdict, type VerdictSpec } from '../../decision/verdict.ts';
import { lowerName, parseName } from '../../wire/name.ts';
import type { Query } from '../../wire/query.ts';
import { RrType } from '../../wire/registry.ts';
import type { RecordData } from '../../wire/response.ts';
import type { Layer } from '../layer.ts';
import type { ViewParts } from '../layer-parts.ts';
import { NO_ROUTE } from '../route-table.ts';
import { NameTable } from '../rules/name-table.ts';
import { negativeSoa } from '../soa.ts';

/** RFC 6303 section 3: the TTL of the empty zones. */
const SOA = negativeSoa(10_800);

const NXDOMAIN_ZONES: readonly string[] = [
  'invalid',
  'test',
  'onion',
  'home.arpa',
  // RFC 6303 section 4.1: RFC 1918 zones.
  '10.in-addr.arpa',
  ...Array.from({ length: 16 }, (_, i) => `${16 + i}.172.in-addr.arpa`),
  '168.192.in-addr.arpa',
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
  { type: RrType.A, ttl: 10_800, rdata: Uint8Array.of(127, 0, 0, 1) },
  { type: RrType.AAAA, ttl: 10_800, rdata: Uint8Array.from({ length: 16 }, (_, i) => +(i === 15)) },
];

/** All domains of this layer. */
export const SPECIAL_USE_ZONES: readonly string[] = [
  ...NXDOMAIN_ZONES,
  ...NODATA_ZONES,
  'localhost',
];

export function compileSpecialUse({ routes, resolverInfo, verdicts }: ViewParts): Layer {
  const table = new NameTable();
  const compiled: Verdict[] = [];
  const add = (zone: string, spec: Pick<VerdictSpec, 'action' | 'records'>) => {
    const entry = table.add(lowerName(parseName(zone) as Uint8Array), false);
    const rule = builtIn(`special-use ${zone}`);
    compiled[entry] = verdicts.add({
      layer: 'special-use',
      rule,
      soa: SOA,
      authoritative: true,
      explained: true,
      ...spec,
    });
  };
  for (const zone of NXDOMAIN_ZONES) add(zone, { action: 'nxdomain' });
  for (const zone of NODATA_ZONES) add(zone, { action: 'nodata' });
  add('localhost', { action: 'answer', records: LOCALHOST });
  const resolverArpa = table.entryOf(lowerName(parseName('resolver.arpa') as Uint8Array), false);

  // RFC 9606 section 3: it is asked at resolver.arpa where the resolver has no name of its own.
  const resinfo = verdicts.add({
    layer: 'special-use',
    action: 'answer',
    rule: builtIn('special-use resolver.arpa RESINFO'),
    soa: SOA,
    authoritative: true,
    recordsOf: resolverInfo,
  });

  const search = (query: Query): Verdict | undefined => {
    if (!query.isLookup) return undefined;
    for (let depth = 0; depth < query.labels; depth++) {
      const entry = table.find(query, depth, false);
      if (entry < 0) continue;
      const routed = routes.depthOf(query);
      if (routed !== NO_ROUTE && routed <= depth) return undefined;
      query.match.trigger = 'qname';
      query.match.depth = depth;
      return entry === resolverArpa && asksForInfo(query, depth) ? resinfo : compiled[entry];
    }
    return undefined;
  };
  return {
    name: 'special-use',
    judge: search,
    account: (query) => (search(query) === undefined ? { why: 'not a special-use name' } : {}),
  };
}

/** Names below resolver.arpa are of others: RESINFO is at the very name. */
function asksForInfo({ qtype }: Query, depth: number): boolean {
  return depth === 0 && qtype === RrType.RESINFO;
}
