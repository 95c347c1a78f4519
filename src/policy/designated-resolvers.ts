/** The records by which clients of plain DNS find the listeners with TLS (RFC 9462, RFC 9461). */

import type { Config } from '../config/config.ts';
import { type DesignatedResolver, designatedResolvers } from '../config/discovery.ts';
import type { OwnedRecord } from '../decision/verdict.ts';
import { parseAddress } from '../net/address.ts';
import { writeUint32 } from '../wire/header.ts';
import { parseName } from '../wire/name.ts';
import { RrType } from '../wire/registry.ts';
import type { RecordData } from '../wire/response.ts';

/** Seconds: a reload may change them. */
const TTL = 300;

/** RFC 9460 section 14.3.2, RFC 9461 section 10.1. */
const SvcParam = { ALPN: 1, PORT: 3, IPV4_HINT: 4, IPV6_HINT: 6, DOH_PATH: 7 } as const;

/** What is spoken within TLS (RFC 9461 section 4.1). */
export const ALPN: Readonly<Record<DesignatedResolver['transport'], readonly string[]>> = {
  dot: ['dot'],
  doh: ['h2', 'http/1.1'],
};

/** What `_dns.resolver.arpa` has. */
export interface DesignatedRecords {
  /** SVCB, the first listener with the highest priority. */
  readonly records: readonly RecordData[];
  /** RFC 9462 section 4: the addresses of their name, which saves the client a question. */
  readonly additional: readonly OwnedRecord[];
}

export function designatedRecords(
  discovery: NonNullable<Config['discovery']>,
  listen: Config['listen'],
): DesignatedRecords {
  const owner = parseName(discovery.name.value) as Uint8Array;
  const resolvers = designatedResolvers(discovery, listen);
  const all = new Set(resolvers.flatMap(({ addresses }) => addresses));
  return {
    records: resolvers.map((resolver, i) => ({
      type: RrType.SVCB,
      ttl: TTL,
      rdata: Uint8Array.of(0, i + 1, ...owner, ...parametersOf(resolver)),
    })),
    additional: [...all].map((address) => ({ owner, record: addressRecord(address) })),
  };
}

/** In ascending order of their keys (RFC 9460 section 2.2). */
function parametersOf({ transport, port, path, addresses }: DesignatedResolver): number[] {
  const hints = (type: number) =>
    addresses.map(addressRecord).flatMap((one) => (one.type === type ? [...one.rdata] : []));
  const alpn = ALPN[transport].flatMap((id) => [id.length, ...ascii(id)]);
  return [
    ...parameter(SvcParam.ALPN, alpn),
    ...parameter(SvcParam.PORT, [port >> 8, port & 0xff]),
    ...parameter(SvcParam.IPV4_HINT, hints(RrType.A)),
    ...parameter(SvcParam.IPV6_HINT, hints(RrType.AAAA)),
    // RFC 9461 section 5: a URI template with the variable `dns`.
    ...parameter(SvcParam.DOH_PATH, path === undefined ? [] : ascii(`${path}{?dns}`)),
  ];
}

function parameter(key: number, value: readonly number[]): number[] {
  return value.length === 0 ? [] : [0, key, value.length >> 8, value.length & 0xff, ...value];
}

function addressRecord(text: string): RecordData {
  const { family, words } = parseAddress(text)!;
  const rdata = new Uint8Array(family === 4 ? 4 : 16);
  for (let i = 0; i < rdata.length / 4; i++) writeUint32(rdata, 4 * i, words[i]!);
  return { type: family === 4 ? RrType.A : RrType.AAAA, ttl: TTL, rdata };
}

function ascii(text: string): number[] {
  return [...Buffer.from(text, 'latin1')];
}
