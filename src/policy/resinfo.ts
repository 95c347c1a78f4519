/** The RESINFO record of this server (RFC 9606). */

import { RrType } from '../wire/registry.ts';
import type { RecordData } from '../wire/response.ts';

/** Seconds: a reload may change it. */
const TTL = 300;
/** Octets of a character string. */
const MAX_STRING = 255;

/**
 * The RESINFO record, in character strings like those of TXT: `exterr`, the INFO-CODEs that answers
 * may have, and `infourl`. There is none when it would be empty. There is no
 * `qnamemin`: whether names are minimised is up to the upstreams.
 */
export function resolverInfo(
  infoCodes: Iterable<number>,
  infoUrl: string | undefined,
): readonly RecordData[] {
  const errors = formatRanges([...new Set(infoCodes)].sort((a, b) => a - b));
  const strings = [
    ...(errors === '' ? [] : [`exterr=${errors}`]),
    ...(infoUrl === undefined ? [] : [`infourl=${infoUrl}`]),
  ];
  if (strings.length === 0) return [];
  const encoded = strings.map((text) => new TextEncoder().encode(text).subarray(0, MAX_STRING));
  const rdata = Uint8Array.from(encoded.flatMap((octets) => [octets.length, ...octets]));
  return [{ type: RrType.RESINFO, ttl: TTL, rdata }];
}

/** `15,18,20-23`: RFC 9606 section 5 has commas between, and ranges with a hyphen. */
function formatRanges(sorted: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const code of sorted) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === code - 1) last[1] = code;
    else ranges.push([code, code]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}
