/** The work that a list takes: unpacking it, compiling it, keeping it in a file. */

import { gunzipSync, gzipSync } from 'node:zlib';
import { cannotWrite } from '../config/write-error.ts';
import type { FetchedList } from '../policy/lists/fetched-list.ts';
import {
  type ListCopy,
  readListCache,
  type Validators,
  writeListCache,
} from '../policy/lists/list-cache.ts';
import { type ListImage, readList } from '../policy/lists/list-image.ts';
import { isPacked, textSize, unpack } from '../policy/text-file.ts';
import { startThread } from '../program-files.ts';

/** Octets of text that are worked on at once: that takes some milliseconds. */
const AT_ONCE = 1 << 20;
/** How much text is packed to one octet, mostly. */
const PACKED_TO = 10;

/** A copy as it is kept in memory. */
export interface KnownList extends Validators {
  readonly packed: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly confirmedAt: number;
}

/** What is to be done. */
export interface ListWork {
  readonly list: FetchedList;
  readonly from:
    | { readonly kind: 'cache' }
    | { readonly kind: 'known'; readonly known: KnownList }
    | ({
        readonly kind: 'fetched';
        readonly octets: Uint8Array;
        readonly confirmedAt: number;
      } & Validators);
}

/** What has come of it. */
export interface ListResult {
  /** Undefined when there is nothing, or `problem` is the reason why it cannot be used. */
  readonly known: KnownList | undefined;
  readonly image: ListImage | undefined;
  readonly problem?: string;
  /** The cache file could not be written. */
  readonly cacheProblem?: string;
}

const NOTHING: ListResult = { known: undefined, image: undefined };

/** Does the work here and now. */
export function workOnList({ list, from }: ListWork): ListResult {
  try {
    const copy = copyOf(list, from);
    if (copy === undefined) return NOTHING;
    const result = compiled(list, copy);
    if (from.kind !== 'fetched' || result.problem !== undefined) return result;
    return { ...result, ...kept(list, copy) };
  } catch (error) {
    return { ...NOTHING, problem: (error as Error).message };
  }
}

function copyOf({ cacheFile, url }: FetchedList, from: ListWork['from']): ListCopy | undefined {
  if (from.kind === 'cache') {
    return cacheFile === undefined ? undefined : readListCache(cacheFile, url);
  }
  if (from.kind === 'known') return { ...from.known, octets: gunzipSync(from.known.packed) };
  return { ...from, octets: unpack(from.octets) };
}

function compiled(list: FetchedList, copy: ListCopy): ListResult {
  const { octets, confirmedAt, etag, lastModified } = copy;
  const image = readList(octets, list.format, list.shown, list.match);
  const [problem] = image.problems;
  if (problem !== undefined) {
    return { ...NOTHING, problem: `line ${problem.line}: ${problem.message}` };
  }
  if (image.rules.names.count === 0 && image.specials === undefined) {
    return { ...NOTHING, problem: 'there is no rule in it' };
  }
  const packed = gzipSync(octets, { level: 1 });
  return { known: { packed, confirmedAt, etag, lastModified }, image };
}

function kept({ cacheFile, url }: FetchedList, copy: ListCopy): Partial<ListResult> {
  try {
    if (cacheFile !== undefined) writeListCache(cacheFile, url, copy);
    return {};
  } catch (error) {
    return { cacheProblem: cannotWrite(error) };
  }
}

/** The same without holding up this thread: large lists are worked on by another. */
export async function workOnListAside(asked: ListWork): Promise<ListResult> {
  if (sizeOf(asked) <= AT_ONCE) return workOnList(asked);
  const worker = startThread(import.meta.url, './list-thread', {
    workerData: asked,
  });
  return new Promise<ListResult>((resolve, reject) => {
    worker.once('message', resolve).once('error', reject);
  });
}

/** Octets of text that the work is about, as far as they are known. */
function sizeOf({ list: { cacheFile }, from }: ListWork): number {
  if (from.kind === 'known') return from.known.packed.length * PACKED_TO;
  // What others have packed may unpack to whatever they like.
  if (from.kind === 'fetched') {
    return isPacked(from.octets) ? Number.POSITIVE_INFINITY : from.octets.length;
  }
  return cacheFile === undefined ? 0 : textSize(cacheFile);
}
