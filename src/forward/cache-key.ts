/** Which questions are the same: what is kept for one is the answer to the other. */

import { CD, flags2Of } from '../wire/header.ts';
import type { Query } from '../wire/query.ts';

/** What an answer is kept for. */
export interface Keyed {
  /** Which of the upstream's answers it is: the rest of the key. */
  readonly variant: number;
  readonly qtype: number;
  readonly name: Uint8Array;
}

/** DO and CD ask for other answers; so does another view. */
export function variantOf(query: Query, view: number): number {
  const cd = (flags2Of(query.message) & CD) === 0 ? 0 : 2;
  return (view << 2) | cd | (query.dnssecOk ? 1 : 0);
}

/** A small integer, so that a lookup allocates nothing. */
export function keyOf(query: Query, variant: number): number {
  const mixed = Math.imul(query.hashes[0]! ^ (query.qtype << 16) ^ variant, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

export function isFor(kept: Keyed, query: Query, variant: number): boolean {
  const { name } = kept;
  if (kept.variant !== variant || kept.qtype !== query.qtype) return false;
  if (name.length !== query.nameLength) return false;
  for (let i = 0; i < name.length; i++) if (name[i] !== query.name[i]) return false;
  return true;
}
