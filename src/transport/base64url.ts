/** Base64url (RFC 4648 section 5), read strictly and without a text or memory for each. */

/** Characters in the order of their values. */
export const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const NONE = 0xff;
const VALUES: Uint8Array = new Uint8Array(256).fill(NONE);
for (let i = 0; i < BASE64URL.length; i++) VALUES[BASE64URL.charCodeAt(i)] = i;

let octets: Buffer = Buffer.allocUnsafeSlow(1024);

/**
 * What the characters from `start` on stand for, in memory that is used again by the next call;
 * undefined when one of them is not of the alphabet, or their number is none that there can be.
 */
export function decodeBase64url(text: string, start: number, end: number): Buffer | undefined {
  if ((end - start) % 4 === 1) return undefined;
  if (end - start > octets.length) octets = Buffer.allocUnsafeSlow(2 * (end - start));
  let length = 0;
  let bits = 0;
  let count = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    const value = code < VALUES.length ? VALUES[code]! : NONE;
    if (value === NONE) return undefined;
    bits = (bits << 6) | value;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    octets[length++] = bits >> count;
    bits &= (1 << count) - 1;
  }
  return octets.subarray(0, length);
}
