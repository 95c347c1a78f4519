/** How long an answer by HTTP may be kept by others (RFC 8484 section 5.1). */

import { NO_STORE } from '../transport/dialect.ts';
import { hasFlag, readUint32, TC } from '../wire/header.ts';
import { extendedRcode } from '../wire/opt.ts';
import { RecordCursor, Section } from '../wire/records.ts';
import { Rcode, RrType } from '../wire/registry.ts';

/** Octets of MINIMUM, the end of a SOA's data. */
const MINIMUM_LENGTH = 4;

const records = new RecordCursor();

/** Seconds: the smallest TTL. Refusals, failures and what has no TTL nobody should keep. */
export function freshnessOf(message: Uint8Array, length: number): number {
  const rcode = rcodeOf(message);
  if ((rcode !== Rcode.NOERROR && rcode !== Rcode.NXDOMAIN) || hasFlag(message, TC))
    return NO_STORE;
  let answers = Number.POSITIVE_INFINITY;
  let negative = Number.POSITIVE_INFINITY;
  records.start(message, length);
  while (records.next()) {
    const { section, type, ttl, end } = records;
    // BADVERS and others have their upper bits there (RFC 6891 section 6.1.3).
    if (type === RrType.OPT && extendedRcode(message, records.ownerAt) !== 0) return NO_STORE;
    if (section === Section.ANSWER) answers = Math.min(answers, ttl);
    if (section === Section.AUTHORITY && type === RrType.SOA) {
      negative = Math.min(ttl, readUint32(message, end - MINIMUM_LENGTH));
    }
  }
  const isPositive = rcode === Rcode.NOERROR && Number.isFinite(answers);
  const least = isPositive ? answers : Math.min(answers, negative);
  return Number.isFinite(least) ? least : NO_STORE;
}

function rcodeOf(message: Uint8Array): number {
  return message[3]! & 0x0f;
}
