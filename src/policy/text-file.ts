/** Files of policy text: zones and lists, packed by gzip or not. */

import { readFileSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** Octets that a packed file may unpack to: some ten million rules. */
export const MAX_UNPACKED: number = 1 << 29;

/** A member of a gzip file begins so (RFC 1952 section 2.3.1). */
const GZIP_MAGIC = [0x1f, 0x8b];

/**
 * The text of a file; what is packed is told by its octets, not by its name. Throws an Error
 * whose message says what is wrong with the file.
 */
export function readTextFile(file: string): Uint8Array {
  // A pipe or a device could keep the program reading for ever.
  if (!statSync(file).isFile()) throw new Error('not a regular file');
  return unpack(readFileSync(file));
}

/** The octets themselves, or what they unpack to: at most `limit` octets. */
export function unpack(octets: Uint8Array, limit: number = MAX_UNPACKED): Uint8Array {
  if (!GZIP_MAGIC.every((octet, i) => octets[i] === octet)) return octets;
  try {
    return gunzipSync(octets, { maxOutputLength: limit });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const tooLarge = `it unpacks to more than ${limit} octets`;
    throw new Error(code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge : `not whole as gzip: ${message}`);
  }
}
