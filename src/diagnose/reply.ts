/** The facts in an answer, read from its octets. */

import { Answer } from '../wire/answer.ts';
import { Count, readUint16 } from '../wire/header.ts';
import { expandName, formatName, lowerName, MAX_NAME } from '../wire/name.ts';
import { readNsid } from '../wire/nsid.ts';
import { type ExtendedError, readExtendedErrors } from '../wire/opt.ts';
import { Query } from '../wire/query.ts';
import { RecordCursor, Section } from '../wire/records.ts';
import { formatRcode, RrType } from '../wire/registry.ts';

export interface Reply {
  readonly rcode: string;
  readonly aa: boolean;
  readonly ra: boolean;
  readonly tc: boolean;
  /** Records of the answer section. */
  readonly answers: number;
  /** Whether the question came back. */
  readonly hasQuestion: boolean;
  /** Whether it has an OPT record. */
  readonly hasOpt: boolean;
  readonly ede: readonly ExtendedError[];
  readonly nsid?: string;
  /** Owner of the SOA record in the answer or authority section. */
  readonly soa?: string;
  /** Owner of an SOA record in the additional section: some programs name a policy zone so. */
  readonly policyZone?: string;
  /** What the TXT records of the answer say. */
  readonly texts: readonly string[];
}

/** An answer, or why there is none. */
export type Exchange = { readonly ms: number } & (
  | { readonly reply: Reply }
  | { readonly silence: string }
);

/** Silence for as long as one was willing to wait. */
export const NO_ANSWER = 'no answer';
/** The same by TCP, from somebody who has taken the connection. */
export const ACCEPTED = 'no answer, but TCP is accepted';

const answer = new Answer();
const query = new Query();
const records = new RecordCursor();

/** Reads octets as the answer to a question of ours; undefined when they are not. */
export function readReply(octets: Uint8Array, asked: Uint8Array): Reply | undefined {
  const { length } = octets;
  if (!Answer.isAnswer(octets, length) || !answer.parse(octets, length)) return undefined;
  query.parse(asked, asked.length);
  if (answer.id !== readUint16(asked, 0) || !answer.matches(query)) return undefined;
  const { optAt } = answer;
  const nsid = readNsid(octets, optAt);
  return {
    rcode: formatRcode(answer.rcode),
    aa: answer.authoritative,
    ra: answer.recursionAvailable,
    tc: answer.truncated,
    answers: readUint16(octets, Count.ANSWER),
    hasQuestion: readUint16(octets, Count.QUESTION) > 0,
    hasOpt: optAt !== 0,
    ede: optAt === 0 ? [] : readExtendedErrors(octets, optAt),
    ...(nsid !== undefined && { nsid }),
    ...readRecords(octets),
  };
}

function readRecords(octets: Uint8Array): Pick<Reply, 'texts' | 'soa' | 'policyZone'> {
  const texts: string[] = [];
  let soa: string | undefined;
  let policyZone: string | undefined;
  records.start(octets, octets.length);
  while (records.next()) {
    const { section, type } = records;
    if (type === RrType.TXT && section === Section.ANSWER) texts.push(readText(octets));
    if (type !== RrType.SOA) continue;
    if (section === Section.ADDITIONAL) policyZone ??= readOwner(octets);
    else soa ??= readOwner(octets);
  }
  return {
    texts,
    ...(soa === undefined ? {} : { soa }),
    ...(policyZone === undefined ? {} : { policyZone }),
  };
}

function readOwner(octets: Uint8Array): string | undefined {
  const name = new Uint8Array(MAX_NAME);
  const length = expandName(octets, records.ownerAt, octets.length, name);
  return length < 0 ? undefined : formatName(lowerName(name.subarray(0, length)));
}

/** The character strings of a TXT record, one behind the other (RFC 1035 section 3.3.14). */
function readText(octets: Uint8Array): string {
  let text = '';
  for (let at = records.rdataAt; at < records.end; at += octets[at]! + 1) {
    text += new TextDecoder().decode(
      octets.subarray(at + 1, Math.min(at + 1 + octets[at]!, records.end)),
    );
  }
  return text;
}
