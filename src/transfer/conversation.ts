/** A question for a zone or its SOA, and whether messages answer it. */

import { randomInt } from 'node:crypto';
import { LEAST_SOA, readSoa, type Soa } from '../policy/rpz/transfer/zone-copy.ts';
import {
  AA,
  Count,
  HEADER_LENGTH,
  hasFlag,
  id,
  isResponse,
  rcode,
  writeUint16,
} from '../wire/header.ts';
import { expandName, lowerName, MAX_NAME } from '../wire/name.ts';
import { expandRdata } from '../wire/rdata-names.ts';
import { RecordCursor, Section } from '../wire/records.ts';
import { formatRcode, RrClass, RrType } from '../wire/registry.ts';
import { formatRequest } from '../wire/request.ts';
import { isSameName, signMessage, type TsigKey } from '../wire/tsig.ts';
import { SignedAnswer } from '../wire/tsig-check.ts';

/** Why a primary was of no use, in words for the operator. */
export class PrimaryError extends Error {}

/** What is asked for, and by which key. */
export interface Asked {
  /** Wire format, in lower case. */
  readonly zone: Uint8Array;
  readonly key: TsigKey | undefined;
}

/** One question, and the messages that answer it. */
export class Conversation {
  readonly id: number = randomInt(0x10000);
  readonly request: Uint8Array;
  readonly #zone: Uint8Array;
  readonly #signed: SignedAnswer | undefined;

  /** `soa` is of the copy that IXFR starts from. */
  constructor({ zone, key }: Asked, type: number, soa?: Soa) {
    this.#zone = zone;
    const question = {
      id: this.id,
      recursionDesired: false,
      name: zone,
      type,
      rrClass: RrClass.IN,
      edns: false,
    };
    const plain = formatRequest(question);
    const request = soa === undefined ? plain : withAuthority(plain, zone, soa);
    if (key === undefined) {
      this.request = request;
      return;
    }
    const { octets, mac } = signMessage(request, key, { time: seconds() });
    this.request = octets;
    this.#signed = new SignedAnswer(key, mac);
  }

  get isProven(): boolean {
    return this.#signed?.isProven ?? true;
  }

  /** Throws when the signature of a message is not what it should be. */
  prove(message: Uint8Array): void {
    const fault = this.#signed?.take(message, seconds());
    if (fault === undefined) return;
    const code = message.length < HEADER_LENGTH ? 0 : rcode(message);
    const answer = code === 0 ? '' : ` (${formatRcode(code)})`;
    throw new PrimaryError(`${fault}${answer}`);
  }

  /** Throws when the message does not answer the question for the SOA. */
  readSoa(message: Uint8Array): Soa {
    this.prove(message);
    if (message.length < HEADER_LENGTH || !isResponse(message) || id(message) !== this.id) {
      throw new PrimaryError('a message that answers something else');
    }
    if (rcode(message) !== 0) {
      throw new PrimaryError(`it answers ${formatRcode(rcode(message))} to a question for the SOA`);
    }
    const soa = findSoa(message, this.#zone);
    if (soa === undefined) throw new PrimaryError('its answer has no SOA of the zone');
    if (hasFlag(message, AA)) return soa;
    throw new PrimaryError('its answer is not authoritative; expect a server that has the zone');
  }
}

/** RFC 1995 section 3: the SOA of the copy stands in the authority section. */
function withAuthority(request: Uint8Array, zone: Uint8Array, { rdata }: Soa): Uint8Array {
  const octets = new Uint8Array(request.length + zone.length + 10 + rdata.length);
  octets.set(request);
  octets.set(zone, request.length);
  const typeAt = request.length + zone.length;
  writeUint16(octets, typeAt, RrType.SOA);
  writeUint16(octets, typeAt + 2, RrClass.IN);
  writeUint16(octets, typeAt + 8, rdata.length);
  octets.set(rdata, typeAt + 10);
  writeUint16(octets, Count.AUTHORITY, 1);
  return octets;
}

function findSoa(message: Uint8Array, zone: Uint8Array): Soa | undefined {
  const cursor = new RecordCursor();
  const owner = new Uint8Array(MAX_NAME);
  cursor.start(message, message.length);
  while (cursor.next() && cursor.section === Section.ANSWER) {
    const length = expandName(message, cursor.ownerAt, message.length, owner);
    if (length < 0 || cursor.type !== RrType.SOA) continue;
    if (!isSameName(lowerName(owner.subarray(0, length)), zone)) continue;
    const rdata = expandRdata(message, cursor.rdataAt, cursor.end, RrType.SOA);
    if (rdata !== undefined && rdata.length >= LEAST_SOA) return readSoa(rdata, cursor.ttl);
  }
  return undefined;
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
