/** Records taken over into another message, where compression pointers would lead astray. */

import { expandName, MAX_NAME } from './name.ts';
import { expandRdata } from './rdata-names.ts';
import type { RecordCursor } from './records.ts';
import type { RecordData } from './response.ts';

const name = new Uint8Array(MAX_NAME);

/** The owner and data of the cursor's record without compression; undefined when malformed. */
export function copyRecord(
  message: Uint8Array,
  length: number,
  { ownerAt, type, ttl, rdataAt, end }: RecordCursor,
): { owner: Uint8Array; data: RecordData } | undefined {
  const ownerLength = expandName(message, ownerAt, length, name);
  if (ownerLength < 0) return undefined;
  const owner = name.slice(0, ownerLength);
  const rdata = expandRdata(message, rdataAt, end, type);
  return rdata === undefined ? undefined : { owner, data: { type, ttl, rdata } };
}
