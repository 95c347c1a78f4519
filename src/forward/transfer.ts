/**
 * Where a zone transfer ends. Of AXFR it is known: with the SOA that it began with (RFC 5936
 * section 2.2). The SOA of an IXFR may also stand between two of its differences (RFC 1995
 * section 4).
 */

import type { Answer } from '../wire/answer.ts';
import { readUint32 } from '../wire/header.ts';
import type { Query } from '../wire/query.ts';
import { RecordCursor, Section } from '../wire/records.ts';
import { RrType } from '../wire/registry.ts';
import type { PendingQuery } from './pending-query.ts';

/** Milliseconds that a server may take between two messages of a transfer. */
export const TRANSFER_MS = 30_000;

/** The serial stands before four more numbers of 32 bits (RFC 1035 section 3.3.13). */
const SERIAL_FROM_END = 20;

const records = new RecordCursor();

/** What may follow a message: more, or nothing; or it looks like the last, and need not be it. */
export type Rest = 'more' | 'perhaps' | 'none';

/** What may follow the answer, which is the next message of a transfer. */
export function restOf(pending: PendingQuery, query: Query, answer: Answer): Rest {
  let isFirst = pending.serial < 0;
  let endsWithSoa = false;
  records.start(answer.message, answer.length);
  while (records.next() && records.section === Section.ANSWER) {
    endsWithSoa = false;
    if (records.type !== RrType.SOA || records.end - records.rdataAt < SERIAL_FROM_END) continue;
    const serial = readUint32(answer.message, records.end - SERIAL_FROM_END);
    if (isFirst) pending.serial = serial;
    // A lone SOA is all of an IXFR when there is nothing new.
    endsWithSoa = serial === pending.serial && (!isFirst || query.qtype === RrType.IXFR);
    isFirst = false;
  }
  if (!endsWithSoa) return 'more';
  return query.qtype === RrType.AXFR ? 'none' : 'perhaps';
}
