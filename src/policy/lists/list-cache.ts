/** The last good copy of a list in a file: the list as it came, behind a line of our own. */

import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { readTextFile } from '../text-file.ts';

/** The validators that a server sent with a version, to ask whether it has changed. */
export interface Validators {
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
}

/** The text of a list, and when a server last confirmed it, in milliseconds since the epoch. */
export interface ListCopy extends Validators {
  readonly octets: Uint8Array;
  readonly confirmedAt: number;
}

/** As the decision log: lists may have names that not everybody is to read. */
const MODE = 0o640;
const LINE_FEED = 0x0a;
const LONGEST_HEAD = 4096;

/** A comment in all formats. The URL may hold a secret: it is recognised by its digest. */
const HEAD = /^# rcode5 (\{.*\})$/;

/** Writes a copy beside the file and puts it in its place: there is always a whole one. */
export function writeListCache(path: string, url: string, copy: ListCopy): void {
  mkdirSync(dirname(path), { recursive: true });
  const beside = `${path}.${process.pid}.new`;
  const { etag, lastModified, octets, confirmedAt } = copy;
  const head = `# rcode5 ${JSON.stringify({ url: digestOf(url), etag, lastModified })}\n`;
  try {
    const file = openSync(beside, 'w', MODE);
    try {
      for (const part of [Buffer.from(head), octets]) {
        for (let at = 0; at < part.length; ) at += writeSync(file, part, at);
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    chmodSync(beside, MODE);
    confirmListCache(beside, confirmedAt);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

/** Notes that the copy in a file has been confirmed. */
export function confirmListCache(path: string, confirmedAt: number): void {
  utimesSync(path, confirmedAt / 1000, confirmedAt / 1000);
}

/**
 * Reads the copy of a list; undefined when there is none. A file that somebody has put there is
 * taken as it is. Throws what keeps it from being used.
 */
export function readListCache(path: string, url: string): ListCopy | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  const text = readTextFile(path);
  const end = text.subarray(0, LONGEST_HEAD).indexOf(LINE_FEED);
  const head = HEAD.exec(Buffer.from(text.subarray(0, Math.max(end, 0))).toString());
  if (head === null) return { octets: text, confirmedAt: stat.mtimeMs };
  const { url: digest, etag, lastModified } = JSON.parse(head[1]!) as Record<string, string>;
  if (digest !== digestOf(url)) throw new Error('it has the list of another URL');
  return { octets: text.subarray(end + 1), confirmedAt: stat.mtimeMs, etag, lastModified };
}

function digestOf(url: string): string {
  return createHash('sha256').update(url).digest('hex').slice(0, 16);
}
