/** The names at which addresses are looked up: in-addr.arpa (RFC 1035 section 3.5) and ip6.arpa (RFC 3596 section 2.5). */

import type { Address } from '../../net/address.ts';
import { parseName } from '../../wire/name.ts';

/** In lower-case wire format. */
export function reverseName({ family, words }: Address): Uint8Array {
  const labels =
    family === 4
      ? [0, 8, 16, 24].map((shift) => (words[0]! >>> shift) & 0xff)
      : Array.from({ length: 32 }, (_, i) => nibble(words[3 - (i >> 3)]!, i & 7));
  const zone = family === 4 ? 'in-addr.arpa' : 'ip6.arpa';
  return parseName(`${labels.join('.')}.${zone}`) as Uint8Array;
}

function nibble(word: number, fromRight: number): string {
  return ((word >>> (4 * fromRight)) & 0xf).toString(16);
}
