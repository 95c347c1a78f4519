/** The local zones that Unbound 1.17 brings along (RFC 6303, RFC 6761, RFC 8375). */

import { lowerName, parseName } from '../../wire/name.ts';
import { RrType } from '../../wire/registry.ts';
import type { RecordData } from '../../wire/response.ts';
import type { LocalRecord, LocalZones } from './local-zones.ts';

const LOOPBACK = '127.in-addr.arpa';
const LOOPBACK6 = `1.${'0.'.repeat(31)}ip6.arpa`;

/** Special-use names without data. */
const EMPTY = ['home.arpa', 'onion', 'test', 'invalid'];

/** Reverse zones of addresses that are nobody's: `unblock-lan-zones` opens them. */
const LAN = [
  '10.in-addr.arpa',
  ...Array.from({ length: 16 }, (_, i) => `${16 + i}.172.in-addr.arpa`),
  '168.192.in-addr.arpa',
  '0.in-addr.arpa',
  ...Array.from({ length: 64 }, (_, i) => `${64 + i}.100.in-addr.arpa`),
  '254.169.in-addr.arpa',
  '2.0.192.in-addr.arpa',
  '100.51.198.in-addr.arpa',
  '113.0.203.in-addr.arpa',
  '255.255.255.255.in-addr.arpa',
  `${'0.'.repeat(32)}ip6.arpa`,
  'd.f.ip6.arpa',
  '8.e.f.ip6.arpa',
  '9.e.f.ip6.arpa',
  'a.e.f.ip6.arpa',
  'b.e.f.ip6.arpa',
  '8.b.d.0.1.0.0.2.ip6.arpa',
];

const TTL = 10_800;

/**
 * Adds the zones that are not written and not opened by `nodefault`; what they hold is returned.
 * A zone that the configuration has is all its own.
 */
export function addDefaultZones(
  zones: LocalZones,
  { opened, unblockLan }: { opened: readonly string[]; unblockLan: boolean },
): readonly LocalRecord[] {
  const records: LocalRecord[] = [];
  const names = ['localhost', LOOPBACK, LOOPBACK6, ...EMPTY, ...(unblockLan ? [] : LAN)];
  for (const name of names) {
    const wire = wireOf(name);
    if (opened.includes(name) || zones.exact(wire) !== undefined) continue;
    zones.add(wire, name, name === 'localhost' ? 'redirect' : 'static', undefined);
    for (const [owner, type, rdata] of [...apexOf(name), ...(EXTRA[name] ?? [])]) {
      const record: RecordData = { type, ttl: TTL, rdata };
      records.push({ owner: wireOf(owner), name: owner, record, place: undefined });
    }
  }
  return records;
}

type Row = readonly [owner: string, type: number, rdata: Uint8Array];

const LOCALHOST = wireOf('localhost');

const EXTRA: Readonly<Record<string, readonly Row[]>> = {
  localhost: [
    ['localhost', RrType.A, Uint8Array.of(127, 0, 0, 1)],
    ['localhost', RrType.AAAA, Uint8Array.of(...new Uint8Array(15), 1)],
  ],
  [LOOPBACK]: [[`1.0.0.${LOOPBACK}`, RrType.PTR, LOCALHOST]],
  [LOOPBACK6]: [[LOOPBACK6, RrType.PTR, LOCALHOST]],
};

/** `NS localhost.` and `SOA localhost. nobody.invalid. 1 3600 1200 604800 10800`. */
function apexOf(name: string): readonly Row[] {
  const numbers = new DataView(new ArrayBuffer(20));
  for (const [i, number] of [1, 3600, 1200, 604_800, TTL].entries())
    numbers.setUint32(4 * i, number);
  const tail = new Uint8Array(numbers.buffer);
  return [
    [name, RrType.NS, LOCALHOST],
    [name, RrType.SOA, Uint8Array.of(...LOCALHOST, ...wireOf('nobody.invalid'), ...tail)],
  ];
}

function wireOf(name: string): Uint8Array {
  return lowerName(parseName(name) as Uint8Array);
}
