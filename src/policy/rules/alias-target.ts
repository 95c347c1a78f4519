/** Where the alias of a rule leads (RPZ draft, section 3.5). */

import type { Verdict } from '../../decision/verdict.ts';
import type { HashedName } from '../../wire/hashed-name.ts';
import { MAX_NAME } from '../../wire/name.ts';
import type { Query } from '../../wire/query.ts';
import { RrType } from '../../wire/registry.ts';

/** The target would be longer than a name can be. */
export const TOO_LONG = null;

/**
 * The name that must be asked for to answer the query by its verdict; undefined when there
 * is nothing to ask.
 */
export function aliasTarget(
  { action, authoritative, recordsOf }: Verdict,
  query: Query,
): Uint8Array | typeof TOO_LONG | undefined {
  const { qtype, match, recursionDesired, isTransfer } = query;
  if (action !== 'answer' || isTransfer) return undefined;
  // With RD=0 nobody else is asked, and all of our own records are sent.
  if (!recursionDesired && !authoritative) return undefined;
  if (qtype === RrType.CNAME || qtype === RrType.ANY) return undefined;
  const alias = recordsOf?.(match.entry).find(({ type }) => type === RrType.CNAME);
  return alias === undefined ? undefined : substitute(alias.rdata, match.name);
}

/** `*.garden.example` stands for the name that matched below `garden.example`. */
export function substitute(target: Uint8Array, name: HashedName): Uint8Array | typeof TOO_LONG {
  if (target[0] !== 1 || target[1] !== 0x2a) return target;
  const labels = name.name.subarray(0, name.nameLength - 1);
  const garden = target.subarray(2);
  if (labels.length + garden.length > MAX_NAME) return TOO_LONG;
  const whole = new Uint8Array(labels.length + garden.length);
  whole.set(labels);
  whole.set(garden, labels.length);
  return whole;
}
