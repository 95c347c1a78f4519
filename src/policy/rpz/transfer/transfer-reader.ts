/** The answer to AXFR (RFC 5936) or IXFR (RFC 1995), message by message, until it is whole. */

import {
  Count,
  HEADER_LENGTH,
  hasFlag,
  id,
  isResponse,
  rcode,
  readUint16,
  TC,
} from '../../../wire/header.ts';
import { expandName, formatName, lowerName, MAX_NAME, nameLength } from '../../../wire/name.ts';
import { expandRdata } from '../../../wire/rdata-names.ts';
import { RecordCursor, Section } from '../../../wire/records.ts';
import { formatRcode, formatType, RrClass, RrType } from '../../../wire/registry.ts';
import { isNewer } from '../../../wire/serial.ts';
import { isSameName } from '../../../wire/tsig.ts';
import { isWellFormed } from '../../zone-text/rdata.ts';
import { RecordPacker, type ZoneData } from './record-pack.ts';
import { createCopy, type Difference, readSoa, type Soa, type ZoneUpdate } from './zone-copy.ts';

/** What was asked. */
export interface TransferQuestion {
  readonly id: number;
  /** Wire format, in lower case. */
  readonly zone: Uint8Array;
  /** With a serial it was IXFR. */
  readonly serial: number | undefined;
  /** Octets of records that are taken at most. */
  readonly maxSize: number;
}

const MAX_TTL = 0x7fffffff;

/** What the records that come next are. */
type Phase = 'first' | 'second' | 'zone' | 'removed' | 'added' | 'end';

/**
 * Counts only when it is over: a transfer that was cut has no `update`.
 *
 *     const wrong = reader.take(message);
 *     if (reader.update !== undefined) …
 */
export class TransferReader {
  /** What it all comes to, once the closing SOA has come. */
  update: ZoneUpdate | undefined;
  readonly #question: TransferQuestion;
  readonly #cursor: RecordCursor = new RecordCursor();
  readonly #owner: Uint8Array = new Uint8Array(MAX_NAME);
  readonly #differences: Difference[] = [];
  #phase: Phase = 'first';
  #soa: Soa | undefined;
  #removed: RecordPacker = new RecordPacker();
  #records: RecordPacker = new RecordPacker();
  /** Octets of differences that are complete. */
  #size = 0;
  /** The serial that the differences have led to so far. */
  #serial = 0;
  #isSecondMessage = false;

  constructor(question: TransferQuestion) {
    this.#question = question;
    this.#serial = question.serial ?? 0;
  }

  /** The serial of the zone at the primary. */
  get serial(): number | undefined {
    return this.#soa?.serial;
  }

  /** Takes the next message; returns what is wrong with it. */
  take(message: Uint8Array): string | undefined {
    const wrong = this.#checkHeader(message) ?? this.#takeRecords(message);
    this.#isSecondMessage = true;
    return wrong;
  }

  #checkHeader(message: Uint8Array): string | undefined {
    if (message.length < HEADER_LENGTH) return 'a message shorter than its header';
    if (!isResponse(message) || id(message) !== this.#question.id) {
      return 'a message that answers something else';
    }
    if (rcode(message) !== 0) return `it answers ${formatRcode(rcode(message))}`;
    if (hasFlag(message, TC)) return 'it answers TC by TCP';
    const questions = readUint16(message, Count.QUESTION);
    // RFC 5936 section 2.2.1: in the first message the question, later perhaps.
    if (questions === 0 && this.#isSecondMessage) return undefined;
    return questions === 1 && this.#isQuestion(message) ? undefined : 'it has another question';
  }

  #isQuestion(message: Uint8Array): boolean {
    const { zone, serial } = this.#question;
    const length = expandName(message, HEADER_LENGTH, message.length, this.#owner);
    const typeAt = HEADER_LENGTH + length;
    if (length < 0 || typeAt + 4 > message.length) return false;
    if (!isSameName(lowerName(this.#owner.subarray(0, length)), zone)) return false;
    return readUint16(message, typeAt) === (serial === undefined ? RrType.AXFR : RrType.IXFR);
  }

  #takeRecords(message: Uint8Array): string | undefined {
    const cursor = this.#cursor;
    cursor.start(message, message.length);
    while (cursor.next() && cursor.section === Section.ANSWER) {
      const data = this.#read(message);
      if (typeof data === 'string') return data;
      const wrong = this.#takeRecord(data);
      if (wrong !== undefined) return wrong;
    }
    if (cursor.malformed) return 'a message that is malformed';
    const size = this.#size + this.#records.length + this.#removed.length;
    if (size > this.#question.maxSize) {
      return `more than ${this.#question.maxSize} octets of records, the limit of maxSize`;
    }
    // RFC 1995 section 2: a lone SOA means that the primary has nothing newer.
    if (this.#phase === 'second' && this.#question.serial !== undefined) this.#endUnchanged();
    return undefined;
  }

  #read(message: Uint8Array): ZoneData | string {
    const { ownerAt, rdataAt, end, type, ttl, rrClass } = this.#cursor;
    const length = expandName(message, ownerAt, message.length, this.#owner);
    const rdata = expandRdata(message, rdataAt, end, type);
    if (length < 0 || rdata === undefined) return 'a record that is malformed';
    const owner = lowerName(this.#owner.subarray(0, length));
    const shown = `${formatName(owner)} ${formatType(type)}`;
    if (rrClass !== RrClass.IN) return `${shown} is not of class IN`;
    if (isMetaType(type)) return `${shown} is of a type that no zone holds`;
    if (!isWellFormed(type, rdata)) return `${shown} is malformed`;
    if (!this.#isInside(owner)) return `${shown} is not of this zone`;
    // RFC 2181 section 8: with its highest bit a TTL means 0.
    return { owner, type, ttl: ttl > MAX_TTL ? 0 : ttl, rdata };
  }

  #isInside(owner: Uint8Array): boolean {
    const { zone } = this.#question;
    let at = 0;
    while (owner.length - at > zone.length) at += owner[at]! + 1;
    return owner.length - at === zone.length && isSameName(owner.subarray(at), zone);
  }

  #takeRecord(data: ZoneData): string | undefined {
    const isSoa = data.type === RrType.SOA && nameLength(data.owner) === this.#question.zone.length;
    const soa = isSoa ? readSoa(data.rdata, data.ttl) : undefined;
    switch (this.#phase) {
      case 'first':
        return this.#takeFirst(soa);
      case 'second':
        return this.#takeSecond(soa, data);
      case 'zone':
        return soa === undefined ? this.#add(this.#records, data) : this.#endZone(soa);
      case 'removed':
        if (soa === undefined) return this.#add(this.#removed, data);
        return this.#takeNewSerial(soa);
      case 'added':
        if (soa === undefined) return this.#add(this.#records, data);
        return this.#takeOldSerial(soa);
      case 'end':
        return 'there is more behind its closing SOA';
    }
  }

  #takeFirst(soa: Soa | undefined): string | undefined {
    if (soa === undefined) return 'it does not begin with the SOA of the zone';
    this.#soa = soa;
    this.#phase = 'second';
    return undefined;
  }

  /** By the second record an answer to IXFR shows what it is (RFC 1995 section 4). */
  #takeSecond(soa: Soa | undefined, data: ZoneData): string | undefined {
    const { serial } = this.#question;
    if (serial !== undefined && soa?.serial === serial && this.#soa!.serial !== serial) {
      this.#phase = 'removed';
      return undefined;
    }
    this.#phase = 'zone';
    return soa === undefined ? this.#add(this.#records, data) : this.#endZone(soa);
  }

  #endZone({ serial }: Soa): string | undefined {
    const soa = this.#soa!;
    if (serial !== soa.serial) return `it begins with serial ${soa.serial}, ends with ${serial}`;
    const copy = createCopy(this.#question.zone, soa, this.#records);
    return this.#end({ kind: 'whole', copy });
  }

  /** The SOA between what goes and what comes. */
  #takeNewSerial(soa: Soa): string | undefined {
    if (!isNewer(soa.serial, this.#serial)) {
      return `its differences go from serial ${this.#serial} back to ${soa.serial}`;
    }
    this.#serial = soa.serial;
    this.#phase = 'added';
    return undefined;
  }

  /** The SOA behind what comes: of the next difference, or the closing one. */
  #takeOldSerial({ serial }: Soa): string | undefined {
    if (serial !== this.#serial) {
      return `its differences jump from serial ${this.#serial} to ${serial}`;
    }
    const [removed, added] = [this.#removed.octets, this.#records.octets];
    this.#differences.push({ removed, added });
    this.#size += removed.length + added.length + this.#soa!.rdata.length;
    this.#removed = new RecordPacker();
    this.#records = new RecordPacker();
    const soa = this.#soa!;
    this.#phase = 'removed';
    if (serial !== soa.serial) return undefined;
    const from = this.#question.serial!;
    return this.#end({ kind: 'differences', from, soa, differences: this.#differences });
  }

  #endUnchanged(): void {
    const { serial } = this.#question;
    // A newer serial without a difference means "too much for one datagram": not by TCP.
    if (!isNewer(this.#soa!.serial, serial!)) this.#end({ kind: 'unchanged' });
  }

  #end(update: ZoneUpdate): undefined {
    this.#phase = 'end';
    this.update = update;
    return undefined;
  }

  #add(records: RecordPacker, data: ZoneData): undefined {
    records.add(data);
    return undefined;
  }
}

/** RFC 6895 section 3.1: 0, OPT and 128 to 255 are no types of data. */
function isMetaType(type: number): boolean {
  return type === 0 || type === RrType.OPT || (type >= 128 && type <= 255);
}
