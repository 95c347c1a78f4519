/** The work that a copy of a zone takes: reading its file, applying differences, compiling it. */

import { cannotWrite } from '../config/write-error.ts';
import type { Override, RpzImage } from '../policy/rpz/rpz-image.ts';
import { type KnownCopy, readCache, writeCache } from '../policy/rpz/transfer/cache-file.ts';
import { applyUpdate, type ZoneUpdate } from '../policy/rpz/transfer/zone-copy.ts';
import { compileCopy } from '../policy/rpz/transfer/zone-image.ts';
import { startThread } from '../program-files.ts';

/** Octets of records that are worked on at once: that takes some milliseconds. */
const AT_ONCE = 1 << 20;

/** What is to be done. */
export interface ZoneWork {
  readonly override: Override;
  readonly cacheFile: string | undefined;
  readonly from:
    | { readonly kind: 'cache'; readonly zone: Uint8Array }
    | { readonly kind: 'copy'; readonly known: KnownCopy }
    | {
        readonly kind: 'update';
        readonly base: KnownCopy | undefined;
        readonly update: ZoneUpdate;
        readonly primary: string;
        readonly confirmedAt: number;
      };
}

/** What has come of it. */
export interface ZoneResult {
  /** Undefined when there is nothing, or `problem` is why it cannot be used. */
  readonly known: KnownCopy | undefined;
  readonly image: RpzImage | undefined;
  readonly problem?: string;
  /** The cache file could not be written. */
  readonly cacheProblem?: string;
}

const NOTHING: ZoneResult = { known: undefined, image: undefined };

/** Does the work here and now. */
export function work({ override, cacheFile, from }: ZoneWork): ZoneResult {
  if (from.kind === 'copy') return compiled(from.known, override);
  if (from.kind === 'cache') {
    try {
      const known = cacheFile === undefined ? undefined : readCache(cacheFile, from.zone);
      return known === undefined ? NOTHING : compiled(known, override);
    } catch (error) {
      return { ...NOTHING, problem: (error as Error).message };
    }
  }
  const { base, update, primary, confirmedAt } = from;
  const copy = applyUpdate(base?.copy, update);
  if (typeof copy === 'string') return { ...NOTHING, problem: copy };
  const known = { copy, primary, confirmedAt };
  const result = compiled(known, override);
  try {
    if (cacheFile !== undefined) writeCache(cacheFile, known);
    return result;
  } catch (error) {
    return { ...result, cacheProblem: cannotWrite(error) };
  }
}

function compiled(known: KnownCopy, override: Override): ZoneResult {
  return { known, image: compileCopy(known, override) };
}

/** The same without holding up this thread: large zones are worked on by another. */
export async function workAside(asked: ZoneWork, size: number): Promise<ZoneResult> {
  if (size <= AT_ONCE) return work(asked);
  const worker = startThread(import.meta.url, './zone-thread', {
    workerData: asked,
  });
  return new Promise<ZoneResult>((resolve, reject) => {
    worker.once('message', resolve).once('error', reject);
  });
}

/** Octets of records that the work is about. */
export function sizeOf(update: ZoneUpdate, base: KnownCopy | undefined): number {
  if (update.kind === 'whole') return update.copy.records.length;
  return base?.copy.records.length ?? 0;
}
