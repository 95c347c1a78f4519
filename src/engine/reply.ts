/** From an outcome to the octets that a client is sent. The only place that writes responses. */

import { type Outcome, ownEde } from '../decision/outcome.ts';
import { ruleOf } from '../decision/rule-of.ts';
import {
  asksForStructure,
  formatStructured,
  isBlocking,
  NO_STRUCTURE,
  type StructuredErrors,
  withoutForged,
} from '../decision/structured-error.ts';
import type { OwnedRecord, Verdict } from '../decision/verdict.ts';
import { substitute, TOO_LONG } from '../policy/rules/alias-target.ts';
import type { Answer } from '../wire/answer.ts';
import type { ServerCookies } from '../wire/cookie.ts';
import { copyRecord } from '../wire/copied-record.ts';
import { AA, BUFFER_LENGTH, hasFlag, RA, setId, TC } from '../wire/header.ts';
import { formatEde, formatOption, isCookieLength } from '../wire/opt.ts';
import type { Query } from '../wire/query.ts';
import { RecordCursor, Section } from '../wire/records.ts';
import { Ede, EdnsOption, Rcode, RrType } from '../wire/registry.ts';
import { type Aliases, type RecordData, ResponseWriter } from '../wire/response.ts';

/** Octets of EXTRA-TEXT at most: an answer should not grow for the sake of its explanation. */
const MAX_TEXT = 120;

/** Octets of NSID; a name that is too long loses its end, not the policy's hash. */
const MAX_NSID = 255;

const chasedRecords = new RecordCursor();

const NO_RECORDS: readonly RecordData[] = [];
const NO_ADDITIONAL: readonly OwnedRecord[] = [];

export class Replies {
  /** Detail of Extended DNS Errors. */
  ede: 'full' | 'codes' | 'off' = 'full';
  /** DNS cookies; undefined when clients are given none. */
  cookies: ServerCookies | undefined;
  readonly #writer: ResponseWriter = new ResponseWriter();
  structured: StructuredErrors = NO_STRUCTURE;
  #nsid: Uint8Array = new Uint8Array(0);
  /** The client of the reply at hand asks for errors as JSON. */
  #isStructured = false;

  /** The content of NSID (RFC 5001): the node, and the policy by which it answers. */
  identify(node: string, policy: string): void {
    const encoder = new TextEncoder();
    const hash = encoder.encode(` ${policy}`);
    const name = encoder.encode(node).subarray(0, MAX_NSID - hash.length);
    this.#nsid = formatOption(EdnsOption.NSID, Uint8Array.of(...name, ...hash));
  }

  get octets(): Uint8Array {
    return this.#writer.octets;
  }

  get length(): number {
    return this.#writer.length;
  }

  /** The response of a verdict, written over the query's own octets. */
  writeVerdict(query: Query, outcome: Outcome): void {
    const { verdict, refusal } = outcome;
    const isAvailable = refusal === undefined ? verdict.recursionAvailable : refusal.ra;
    const ra = isAvailable ? RA : 0;
    // The reply is written over the query, and over what it asks for.
    this.#isStructured = verdict.explained && asksForStructure(query, this.structured.option);
    // Who is to come back with a cookie need not come by TCP.
    const isCut = verdict.action === 'truncate' && outcome.rcode === Rcode.NOERROR;
    const flags = (verdict.authoritative ? AA : 0) | (isCut ? TC : 0);
    const hasRecords = verdict.action !== 'refuse' && verdict.action !== 'truncate';
    if (outcome.aliases !== undefined && hasRecords) {
      this.#writer.beginBehind(query, roomy(outcome.aliases), outcome.rcode, ra);
    } else {
      this.#writer.begin(query, outcome.rcode, flags, ra);
    }
    this.#writeRecords(query, outcome);
    if (hasRecords) this.#writeAdditional(verdict);
    this.#writer.end();
    if (query.optAt !== 0) this.#writeOptions(query, outcome);
    if (verdict.sign !== undefined) this.#sign(query, verdict.sign);
  }

  #writeOptions(query: Query, outcome: Outcome): void {
    this.#writeCookie(query);
    if (this.ede !== 'off') this.#writeErrors(query, outcome);
    if (query.wantsNsid) this.#writer.options(this.#nsid);
  }

  /** An upstream's answer without its OPT record, with the EDE options that came with it. */
  writeAnswer(query: Query, octets: Uint8Array, length: number, outcome: Outcome): void {
    this.#writer.adopt(query, octets, length, outcome.rcode);
    this.#writer.end();
    this.#writeCookie(query);
    if (query.wantsNsid) this.#writer.options(this.#nsid);
  }

  /** A client that sends a cookie gets one, whatever it is answered (RFC 7873 section 5.2). */
  #writeCookie(query: Query): void {
    if (this.cookies === undefined || !isCookieLength(query.cookieLength)) return;
    this.#writer.options(this.cookies.optionFor(query));
  }

  /** Extended DNS Errors of an upstream (RFC 8914), after `writeAnswer`. */
  passErrors(query: Query, options: Uint8Array): void {
    if (this.ede === 'off' || options.length === 0) return;
    const isStructured = asksForStructure(query, this.structured.option);
    this.#writer.options(isStructured ? withoutForged(options) : options);
  }

  /**
   * An upstream's answer, untouched but for its ID. Its extended RCODE stands in an OPT record: a
   * client that has none, and sees the low four bits of it alone, is sent SERVFAIL in our own name.
   */
  writeVerbatim(query: Query, { message, length, rcode }: Answer): void {
    if (clampRcode(query, rcode) !== rcode) {
      this.#writer.begin(query, Rcode.SERVFAIL, 0, RA);
      return;
    }
    setId(message, (query.message[0]! << 8) | query.message[1]!);
    this.#writer.octets = message;
    this.#writer.length = length;
    if (length <= query.limit) return;
    this.#writer.adopt(query, message, length, rcode);
    this.#writer.end();
  }

  /** Hides how long it is (RFC 7830): of what is encrypted nothing else can be seen. */
  pad(): void {
    this.#writer.pad();
  }

  #sign(query: Query, sign: NonNullable<Verdict['sign']>): void {
    const writer = this.#writer;
    writer.octets = sign(writer.octets.subarray(0, writer.length), query);
    writer.length = writer.octets.length;
  }

  #writeRecords(query: Query, { verdict, aliases, resolved, inside }: Outcome): void {
    const ownerAt = aliases?.nameAt ?? this.#writer.ownerOf(0);
    if (verdict.action === 'nxdomain' || verdict.action === 'nodata') {
      return this.#writeSoa(query, verdict, aliases);
    }
    const records = verdict.records ?? verdict.recordsOf?.(query.match.entry) ?? NO_RECORDS;
    let answers = 0;
    for (const record of records) {
      if (!answersType(record.type, query.qtype)) continue;
      const data = filledIn(record, query);
      if (data !== undefined) this.#writer.record(Section.ANSWER, ownerAt, data);
      answers++;
    }
    this.#writeInside(query, inside);
    if (resolved !== undefined) this.#writeResolved(resolved);
    if (answers === 0 && verdict.action === 'answer') this.#writeSoa(query, verdict, aliases);
  }

  #writeInside({ qtype }: Query, records: readonly OwnedRecord[]): void {
    for (const { owner, record } of records) {
      const isNegative = record.type === RrType.SOA && qtype !== RrType.SOA;
      this.#writer.ownedRecord(isNegative ? Section.AUTHORITY : Section.ANSWER, owner, record);
    }
  }

  /** The answer for the name that an alias leads to. */
  #writeResolved(message: Uint8Array): void {
    if (hasFlag(message, TC)) return this.#writer.truncate();
    chasedRecords.start(message, message.length);
    while (chasedRecords.next() && chasedRecords.section === Section.ANSWER) {
      const record = copyRecord(message, message.length, chasedRecords);
      if (record !== undefined) {
        this.#writer.ownedRecord(Section.ANSWER, record.owner, record.data);
      }
    }
  }

  #writeSoa(query: Query, { soa }: Verdict, aliases: Aliases | undefined): void {
    if (soa === undefined) return;
    const { trigger, depth } = query.match;
    const isName = trigger === 'qname';
    const ownerAt = aliases?.nameAt ?? this.#writer.ownerOf(isName ? depth : 0);
    this.#writer.record(Section.AUTHORITY, ownerAt, soa);
  }

  /** RPZ draft, section 6: which zone made up the answer. */
  #writeAdditional({ zoneSoa, additional = NO_ADDITIONAL }: Verdict): void {
    for (const { owner, record } of additional) {
      this.#writer.ownedRecord(Section.ADDITIONAL, owner, record);
    }
    if (zoneSoa !== undefined)
      this.#writer.ownedRecord(Section.ADDITIONAL, zoneSoa.owner, zoneSoa.record);
  }

  #writeErrors(query: Query, outcome: Outcome): void {
    const { verdict, refusal } = outcome;
    for (const { code, text } of refusal?.ede ?? []) this.#writer.options(formatEde(code, text));
    const code = ownEde(outcome);
    const bare = code === verdict.ede ? verdict.edeOption : formatEde(code!);
    if (!verdict.explained || this.ede === 'codes') {
      this.#writer.options(bare);
      return;
    }
    if (code === undefined && refusal === undefined) return;
    const text = explain(verdict.layer, refusal?.address ?? ruleOf(verdict, query).id, outcome.ref);
    const option = formatEde(code ?? Ede.OTHER, this.#extraText(verdict, code, text));
    if (!this.#writer.options(option)) this.#writer.options(bare);
  }

  #extraText({ subError }: Verdict, code: number | undefined, text: string): string {
    if (!this.#isStructured || !isBlocking(code)) return text;
    return formatStructured(this.structured, text, subError);
  }
}

/** Octets with room for what follows them. */
function roomy(aliases: Aliases): Aliases {
  if (aliases.octets.length >= BUFFER_LENGTH) return aliases;
  const octets = new Uint8Array(BUFFER_LENGTH);
  octets.set(aliases.octets);
  return { ...aliases, octets };
}

/** The record with its target as it is for this query; undefined for a target that is too long. */
function filledIn(record: RecordData, query: Query): RecordData | undefined {
  if (record.type !== RrType.CNAME) return record;
  const rdata = substitute(record.rdata, query.match.name);
  return rdata === TOO_LONG ? undefined : { ...record, rdata };
}

/** A record answers its own type, an alias every type, and HINFO the question for ANY. */
function answersType(type: number, qtype: number): boolean {
  return type === qtype || type === RrType.CNAME || qtype === RrType.ANY;
}

/** Layer, rule and ref; a rule that is too long loses its middle. */
function explain(layer: string, rule: string, ref: string): string {
  const room = MAX_TEXT - layer.length - ref.length - ' ref '.length - 1;
  const octets = new TextEncoder().encode(rule);
  const shown = octets.length <= room ? rule : shorten(octets, room);
  return `${layer} ${shown} ref ${ref}`;
}

function shorten(octets: Uint8Array, room: number): string {
  const half = (room - 3) >> 1;
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const ends = [octets.subarray(0, half), octets.subarray(octets.length - half)];
  return ends.map((end) => decoder.decode(end).replaceAll('\ufffd', '')).join('...');
}

/** An extended RCODE cannot be sent without an OPT record (RFC 6891 section 6.1.3). */
export function clampRcode(query: Query, rcode: number): number {
  return rcode > 15 && query.optAt === 0 ? Rcode.SERVFAIL : rcode;
}
