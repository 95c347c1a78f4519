/** One question to a server, and its octets. */

import { CD, Count, readUint16, writeUint16 } from '../wire/header.ts';
import { ASK_NSID } from '../wire/nsid.ts';
import { appendOptions, writeOpt } from '../wire/opt.ts';
import { MAX_PAYLOAD } from '../wire/query.ts';
import { RrType } from '../wire/registry.ts';
import { formatRequest } from '../wire/request.ts';

/** What each probe is for; the first is the question that was asked of us. */
export const PROBES = {
  ask: 'the question itself',
  tcp: 'the same by TCP',
  root: 'the name servers of the root: whether it recurses for this client',
  'no-rd': 'the same without asking for recursion',
  plain: 'the same without EDNS',
  'id.server': 'which node it is',
  'version.bind': 'which program it is',
  localhost: 'a name that most servers hold themselves, where the question is not repeated',
  soa: 'SOA without recursion, of the name and then of those above it: whether it holds the zone',
  'other-type': 'another type of the same name',
  'type-at-root': 'the same type of another name',
  parent: 'SOA of the names above: where the refusal begins',
  cd: 'the same without DNSSEC validation',
  burst: 'the same, many times at once',
  after: 'the same once more, after the burst',
} as const;
export type ProbeName = keyof typeof PROBES;

export interface Question {
  readonly probe: ProbeName;
  /** Uncompressed wire format. */
  readonly name: Uint8Array;
  readonly type: number;
  readonly rrClass: number;
  /** QUERY without one. */
  readonly opcode?: number;
  readonly transport: 'udp' | 'tcp';
  readonly rd: boolean;
  readonly edns: boolean;
  /** RFC 4035 section 3.2.2: without the server's validation. */
  readonly cd?: boolean;
  /** Asked before; this is to see whether the answer is still the same. */
  readonly again?: boolean;
}

/** What goes over the wire, whatever it is asked for. */
export type WireQuestion = Omit<Question, 'probe' | 'again'>;

/** A compression pointer to the name in the question. */
const QUESTION_NAME = 0xc00c;
const SOA_LENGTH = 22;
const ROOM = 12 + SOA_LENGTH + 11 + ASK_NSID.length;

/** The octets of a question; with EDNS it asks for NSID too. */
export function formatQuestion(question: WireQuestion, id: number): Uint8Array {
  const { rd, edns, type, cd = false } = question;
  const plain = formatRequest({ ...question, id, recursionDesired: rd, edns: false });
  const out = new Uint8Array(plain.length + ROOM);
  out.set(plain);
  if (cd) out[3]! |= CD;
  let end = plain.length;
  if (type === RrType.IXFR) end = writeKnownSerial(out, end);
  if (edns) {
    const optAt = end;
    end = writeOpt(out, optAt, MAX_PAYLOAD, 0, false);
    end = appendOptions(out, optAt, end, ASK_NSID);
    writeUint16(out, Count.ADDITIONAL, 1);
  }
  return out.subarray(0, end);
}

/** RFC 1995 section 3: the authority section has the SOA that the client knows; serial 0. */
function writeKnownSerial(out: Uint8Array, at: number): number {
  const questionEnd = at;
  writeUint16(out, at, QUESTION_NAME);
  writeUint16(out, at + 2, RrType.SOA);
  writeUint16(out, at + 4, readUint16(out, questionEnd - 2));
  writeUint16(out, at + 10, SOA_LENGTH);
  writeUint16(out, Count.AUTHORITY, 1);
  return at + 12 + SOA_LENGTH;
}
