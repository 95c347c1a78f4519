/** The name of the key in a query's TSIG record (RFC 8945 section 4.2). */

import { expandName, formatName, LOWER, MAX_NAME } from '../wire/name.ts';
import type { Query } from '../wire/query.ts';
import { RecordCursor } from '../wire/records.ts';
import { RrType } from '../wire/registry.ts';

/** In lower case, without the dot at its end; undefined when the query is not signed. */
export function signedBy({ signed, message, length }: Query): string | undefined {
  if (!signed) return undefined;
  const records = new RecordCursor();
  records.start(message, length);
  while (records.next()) {
    if (records.type !== RrType.TSIG) continue;
    const name = new Uint8Array(MAX_NAME);
    const end = expandName(message, records.ownerAt, length, name);
    if (end < 0) return undefined;
    return formatName(name.subarray(0, end).map((octet) => LOWER[octet]!)).replace(/\.$/, '');
  }
  return undefined;
}
