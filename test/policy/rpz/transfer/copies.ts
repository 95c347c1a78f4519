/** Copies of a zone, made from messages, and what stands in them. */

import { PackedRecords } from '../../../../src/policy/rpz/transfer/record-pack.ts';
import { TransferReader } from '../../../../src/policy/rpz/transfer/transfer-reader.ts';
import type { ZoneCopy, ZoneUpdate } from '../../../../src/policy/rpz/transfer/zone-copy.ts';
import { formatName } from '../../../../src/wire/name.ts';
import { name, type Octets } from '../../../world/messages.ts';
import { ID, IXFR, part, soa, ZONE } from './zones.ts';

/** What a transfer in one message brings; `serial` makes it IXFR. */
export function updateOf(answers: readonly Octets[], serial?: number): ZoneUpdate {
  const question = { id: ID, zone: name(ZONE), serial, maxSize: 1 << 20 };
  const reader = new TransferReader(question);
  const wrong = reader.take(serial === undefined ? part(answers) : part(answers, IXFR));
  if (reader.update === undefined) throw new Error(wrong ?? 'there is more to come');
  return reader.update;
}

/** A copy with a serial and records. */
export function copyOf(serial: number, records: readonly Octets[]): ZoneCopy {
  const update = updateOf([soa(serial), ...records, soa(serial)]);
  if (update.kind !== 'whole') throw new Error(update.kind);
  return update.copy;
}

/** The records of a copy as `owner type ttl`, all but the SOA. */
export function recordsOf({ records }: ZoneCopy): string[] {
  const cursor = new PackedRecords(records);
  const lines: string[] = [];
  while (cursor.next()) {
    if (cursor.type !== 6) lines.push(`${formatName(cursor.owner)} ${cursor.type} ${cursor.ttl}`);
  }
  return lines;
}
