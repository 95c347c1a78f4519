/** Records taken over into another message, where compression pointers would lead astray. */

import { expandName, MAX_NAME, skipName } from './name.ts';
import type { RecordCursor } from './records.ts';
import { RrType } from './registry.ts';
import type { RecordData } from './response.ts';

/** Octets before the names of RDATA, and how many names there are (RFC 3597 section 4). */
const NAMES_IN: ReadonlyMap<number, readonly [number, number]> = new Map([
  [RrType.NS, [0, 1]],
  [RrType.CNAME, [0, 1]],
  [RrType.PTR, [0, 1]],
  [RrType.DNAME, [0, 1]],
  [RrType.SOA, [0, 2]],
  [RrType.MX, [2, 1]],
  [RrType.SRV, [6, 1]],
]);

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
  const rdata = expandRdata(message, length, { type, rdataAt, end });
  return rdata === undefined ? undefined : { owner, data: { type, ttl, rdata } };
}

function expandRdata(
  message: Uint8Array,
  length: number,
  { type, rdataAt, end }: { type: number; rdataAt: number; end: number },
): Uint8Array | undefined {
  const [before, names] = NAMES_IN.get(type) ?? [0, 0];
  const parts = [message.subarray(rdataAt, rdataAt + before)];
  let at = rdataAt + before;
  for (let i = 0; i < names; i++) {
    const expanded = expandName(message, at, length, name);
    const behind = skipName(message, at, end);
    if (expanded < 0 || behind < 0) return undefined;
    parts.push(name.slice(0, expanded));
    at = behind;
  }
  parts.push(message.subarray(at, end));
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
