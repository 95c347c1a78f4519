/** Whether an answer has a signature over the records of a name (RFC 4035 section 3.1). */

import { HashedName } from './hashed-name.ts';
import { readUint16 } from './header.ts';
import { RecordCursor, Section } from './records.ts';
import { RrType } from './registry.ts';

const records = new RecordCursor();
const owner = new HashedName();

/**
 * Whether the records of `type` that a well-formed answer has for `name` are signed; when it has
 * none of them, whether the proof of that is. An alias made by a signed DNAME counts as signed
 * (RFC 6672 section 5.3.1).
 */
export function isSignedRrset(
  message: Uint8Array,
  length: number,
  name: HashedName,
  type: number,
): boolean {
  let isAbsent = true;
  records.start(message, length);
  while (records.next() && records.section === Section.ANSWER) {
    if (!isData(records.type, type) || !owner.take(message, records.ownerAt, length)) continue;
    if (records.type === RrType.RRSIG && isOver(message, name, type)) return true;
    if (!owner.equals(name)) continue;
    isAbsent = false;
    if (isOfDnssec(records.type) && records.type === type) return true;
  }
  return isAbsent && hasProof();
}

/** Whether the authority section, whose first record is at hand, has something of DNSSEC. */
function hasProof(): boolean {
  while (records.section === Section.AUTHORITY) {
    if (isOfDnssec(records.type)) return true;
    if (!records.next()) return false;
  }
  return false;
}

function isData(found: number, type: number): boolean {
  return found === type || found === RrType.RRSIG || type === RrType.ANY;
}

/** Types that only a signed zone has. */
function isOfDnssec(type: number): boolean {
  return type === RrType.RRSIG || type === RrType.NSEC || type === RrType.NSEC3;
}

/** Whether the signature at hand is over the records of `type` that `name` has. */
function isOver(message: Uint8Array, name: HashedName, type: number): boolean {
  if (records.end - records.rdataAt < 2) return false;
  const covered = readUint16(message, records.rdataAt);
  if (covered === RrType.DNAME && type === RrType.CNAME) return isAbove(name);
  return (covered === type || type === RrType.ANY) && owner.equals(name);
}

function isAbove(name: HashedName): boolean {
  const at = name.nameLength - owner.nameLength;
  if (at <= 0 || name.suffixAt(name.labels - owner.labels) !== at) return false;
  for (let i = 0; i < owner.nameLength; i++) {
    if (owner.name[i] !== name.name[at + i]) return false;
  }
  return true;
}
