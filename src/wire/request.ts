/** Writing a query: of ours to an upstream, or of somebody's question to `explain`. */

import { AA, AD, CD, Count, HEADER_LENGTH, RD, TC, writeUint16 } from './header.ts';
import { ASK_NSID } from './nsid.ts';
import { appendOptions, OPT_LENGTH, writeOpt } from './opt.ts';
import { MAX_PAYLOAD, type Query } from './query.ts';

export interface Request {
  readonly id: number;
  readonly opcode?: number;
  readonly recursionDesired?: boolean;
  /** Uncompressed wire format. */
  readonly name: Uint8Array;
  readonly type: number;
  readonly rrClass: number;
  /** With an OPT record. */
  readonly edns?: boolean;
  /** With EDNS, asks which node answers (RFC 5001). */
  readonly nsid?: boolean;
  /** The DO bit of that OPT record (RFC 3225). */
  readonly dnssecOk?: boolean;
}

/** The octets of a query with one question. */
export function formatRequest(request: Request): Uint8Array {
  const { id, opcode = 0, recursionDesired = true, name, type, rrClass } = request;
  const { edns = true, nsid = false, dnssecOk = false } = request;
  const questionEnd = HEADER_LENGTH + name.length + 4;
  const octets = new Uint8Array(
    questionEnd + (edns ? OPT_LENGTH + (nsid ? ASK_NSID.length : 0) : 0),
  );
  writeUint16(octets, 0, id);
  octets[2] = (opcode << 3) | (recursionDesired ? RD : 0);
  writeUint16(octets, Count.QUESTION, 1);
  octets.set(name, HEADER_LENGTH);
  writeUint16(octets, questionEnd - 4, type);
  writeUint16(octets, questionEnd - 2, rrClass);
  if (edns) {
    const end = writeOpt(octets, questionEnd, MAX_PAYLOAD, 0, dnssecOk);
    if (nsid) appendOptions(octets, questionEnd, end, ASK_NSID);
    writeUint16(octets, Count.ADDITIONAL, 1);
  }
  return octets;
}

/**
 * Writes the query that asks an upstream what a client asked: same question octet for octet, RD
 * and CD; with an OPT record of ours in place of the client's (RFC 6891 section 6.2.6), or without
 * one for a server that does not know EDNS. A lookup with RD=1 asks for the AD bit (RFC 6840 section
 * 5.7) whether or not its client does: the answer may be kept for one that does, and whoever has not
 * asked for it does not get it. `payload` is how large the answer may be. Returns its length.
 */
export function writeForwarded(
  out: Uint8Array,
  query: Query,
  edns: boolean,
  payload: number = MAX_PAYLOAD,
): number {
  const end = query.questionEnd;
  out.set(query.message.subarray(0, end));
  out[2]! &= ~(AA | TC);
  out[3]! &= CD | AD;
  if (query.isLookup && query.recursionDesired) out[3]! |= AD;
  writeUint16(out, Count.ANSWER, 0);
  writeUint16(out, Count.AUTHORITY, 0);
  if (!edns) return end;
  writeUint16(out, Count.ADDITIONAL, 1);
  return writeOpt(out, end, payload, 0, query.dnssecOk);
}

/** Writes a signed query as it is: whoever signed it would notice (RFC 5625 section 4.6). */
export function writeVerbatim(out: Uint8Array, query: Query): number {
  out.set(query.message.subarray(0, query.length));
  return query.length;
}
