/** Files of policy text: zones and lists, packed by gzip or not. */

import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** Octets that a packed file may unpack to: some ten million rules. */
export const MAX_UNPACKED: number = 1 << 29;

/** A member of a gzip file begins so (RFC 1952 section 2.3.1). */
const GZIP_MAGIC = [0x1f, 0x8b];
/** How much of a text is read to estimate the length of its lines. */
const SAMPLE = 1 << 16;
const LINE_END = 0x0a;
/** Octets of the size that it ends in. */
const SIZE_LENGTH = 4;

/**
 * The text of a file; a compressed file is recognised by its octets, not by its name. Throws an Error
 * whose message describes what is wrong with the file.
 */
export function readTextFile(file: string): Uint8Array {
  // A pipe or a device could keep the program reading for ever.
  if (!statSync(file).isFile()) throw new Error('not a regular file');
  return unpack(readFileSync(file));
}

/** The octets themselves, or what they unpack to: at most `limit` octets. */
export function unpack(octets: Uint8Array, limit: number = MAX_UNPACKED): Uint8Array {
  if (!isPacked(octets)) return octets;
  try {
    return gunzipSync(octets, { maxOutputLength: limit });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const tooLarge = `it unpacks to more than ${limit} octets`;
    throw new Error(code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge : `not whole as gzip: ${message}`);
  }
}

/**
 * How many octets the text of a file has, estimated without reading it; 0 for what
 * cannot be read.
 */
export function textSize(file: string): number {
  try {
    const { size } = statSync(file);
    const isShort = size <= GZIP_MAGIC.length + SIZE_LENGTH;
    if (isShort || !isPacked(readAt(file, 0, GZIP_MAGIC.length))) return size;
    // RFC 1952 section 2.3.1: what is packed ends in the number of octets that it was.
    return Math.max(size, readAt(file, size - SIZE_LENGTH, SIZE_LENGTH).readUInt32LE());
  } catch {
    return 0;
  }
}

/** About how many lines a text has, going by its beginning. */
export function expectedLines(octets: Uint8Array): number {
  const sample = octets.subarray(0, SAMPLE);
  let lines = 1;
  for (const octet of sample) if (octet === LINE_END) lines++;
  return sample.length < SAMPLE ? lines : Math.ceil((lines * octets.length) / SAMPLE);
}

/** Whether they are a gzip file. */
export function isPacked(octets: Uint8Array): boolean {
  return GZIP_MAGIC.every((octet, i) => octets[i] === octet);
}

function readAt(file: string, position: number, length: number): Buffer {
  const octets = Buffer.alloc(length);
  const descriptor = openSync(file, 'r');
  readSync(descriptor, octets, 0, length, position);
  closeSync(descriptor);
  return octets;
}
