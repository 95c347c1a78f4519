/** Which questions are the same: what is kept for one is the answer to the other. */

import { CD, flags2Of } from '../wire/header.ts';
import type { Query } from '../wire/query.ts';

/** DO and CD ask for other answers; so does another view. */
export function variantOf(query: Query, view: number): number {
  const cd = (flags2Of(query.message) & CD) === 0 ? 0 : 2;
  return (view << 2) | cd | (query.dnssecOk ? 1 : 0);
}

/**
 * A small integer, so that a lookup allocates nothing. Two questions may have the same one, though
 * nobody can choose them: the hash of the name is keyed. What is found
 * under it has to be compared.
 */
export function keyOf(query: Query, variant: number): number {
  const mixed = Math.imul(query.hashes[0]! ^ (query.qtype << 16) ^ variant, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
