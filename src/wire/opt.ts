/** The OPT record and its options (RFC 6891 section 6.1), and EDE (RFC 8914), in place. */

import { readUint16, writeUint16 } from './header.ts';
import { EdnsOption, RrType } from './registry.ts';

/** The root owner, TYPE, CLASS, TTL and RDLENGTH of an OPT record. */
export const OPT_LENGTH = 11;
/** OPTION-CODE and OPTION-LENGTH. */
export const OPTION_HEADER = 4;

const DO = 0x80;

/** Options of one kind that are kept of another server's message, and their octets in all. */
const MAX_OPTIONS = 8;
const MAX_OCTETS = 1024;

/** Octets of which a padded answer has a multiple, and a padded query (RFC 8467 section 4.1). */
const PADDED_BLOCK = 468;
const QUERY_BLOCK = 128;

/** Octets of the client's cookie, and of a server's cookie (RFC 7873 section 4). */
const CLIENT_COOKIE = 8;
const SERVER_COOKIE_MIN = 8;
const SERVER_COOKIE_MAX = 32;
/** Octets of a COOKIE option that are kept of a query. */
export const COOKIE_MAX: number = CLIENT_COOKIE + SERVER_COOKIE_MAX;

/** Whether a COOKIE option may be so long (RFC 7873 section 5.2.2). */
export function isCookieLength(length: number): boolean {
  return (
    length === CLIENT_COOKIE ||
    (length >= CLIENT_COOKIE + SERVER_COOKIE_MIN && length <= COOKIE_MAX)
  );
}

/** The requestor's UDP payload size of the OPT record at `at`, in octets. */
export function payloadSize(message: Uint8Array, at: number): number {
  return readUint16(message, at + 3);
}

/** The upper eight bits of the extended RCODE. */
export function extendedRcode(message: Uint8Array, at: number): number {
  return message[at + 5]!;
}

export function ednsVersion(message: Uint8Array, at: number): number {
  return message[at + 6]!;
}

export function isDnssecOk(message: Uint8Array, at: number): boolean {
  return (message[at + 7]! & DO) !== 0;
}

/** Whether the option lengths of the OPT record at `at` add up to its RDLENGTH. */
export function hasWholeOptions(message: Uint8Array, at: number): boolean {
  const end = at + OPT_LENGTH + readUint16(message, at + 9);
  let next = at + OPT_LENGTH;
  while (next + OPTION_HEADER <= end) next += OPTION_HEADER + readUint16(message, next + 2);
  return next === end;
}

/**
 * The offset of the next option with `code` at or behind `from`; -1 when there is none.
 * Start with `from` = `at + OPT_LENGTH`; the record has whole options.
 */
export function findOption(message: Uint8Array, at: number, code: number, from: number): number {
  const end = at + OPT_LENGTH + readUint16(message, at + 9);
  let next = from;
  while (next + OPTION_HEADER <= end) {
    if (readUint16(message, next) === code) return next;
    next += OPTION_HEADER + readUint16(message, next + 2);
  }
  return -1;
}

/** The offset behind the option at `optionAt`. */
export function optionEnd(message: Uint8Array, optionAt: number): number {
  return optionAt + OPTION_HEADER + readUint16(message, optionAt + 2);
}

/** Writes an OPT record without options and returns the offset behind it. */
export function writeOpt(
  out: Uint8Array,
  at: number,
  payload: number,
  rcode: number,
  dnssecOk: boolean,
): number {
  out[at] = 0;
  writeUint16(out, at + 1, RrType.OPT);
  writeUint16(out, at + 3, payload);
  out[at + 5] = rcode >> 4;
  out[at + 6] = 0;
  out[at + 7] = dnssecOk ? DO : 0;
  out[at + 8] = 0;
  writeUint16(out, at + 9, 0);
  return at + OPT_LENGTH;
}

/** Appends octets to the options of the OPT record at `at`, which ends at `end`. */
export function appendOptions(
  out: Uint8Array,
  at: number,
  end: number,
  options: Uint8Array,
): number {
  out.set(options, end);
  const next = end + options.length;
  writeUint16(out, at + 9, next - at - OPT_LENGTH);
  return next;
}

/**
 * Appends padding to the OPT record at `at`, which ends the message at `end`: up to a multiple of
 * 468 octets (RFC 8467 section 4.1), or to `limit`. Returns where the message ends now.
 */
export function writePadding(
  out: Uint8Array,
  at: number,
  end: number,
  limit: number,
  block: number = PADDED_BLOCK,
): number {
  const start = end + OPTION_HEADER;
  if (start > limit) return end;
  const next = Math.min(Math.ceil(start / block) * block, limit);
  writeUint16(out, end, EdnsOption.PADDING);
  writeUint16(out, end + 2, next - start);
  out.fill(0, start, next);
  writeUint16(out, at + 9, next - at - OPT_LENGTH);
  return next;
}

/** The same of a query: to a multiple of 128. */
export function padQuery(out: Uint8Array, at: number, end: number): number {
  return writePadding(out, at, end, end + QUERY_BLOCK + OPTION_HEADER, QUERY_BLOCK);
}

/** An option's octets, its header included. */
export function formatOption(code: number, data: Uint8Array): Uint8Array {
  const option = new Uint8Array(OPTION_HEADER + data.length);
  writeUint16(option, 0, code);
  writeUint16(option, 2, data.length);
  option.set(data, OPTION_HEADER);
  return option;
}

/** The option of an Extended DNS Error (RFC 8914 section 2); `text` is UTF-8. */
export function formatEde(infoCode: number, text = ''): Uint8Array {
  const extraText = new TextEncoder().encode(text);
  const data = new Uint8Array(2 + extraText.length);
  writeUint16(data, 0, infoCode);
  data.set(extraText, 2);
  return formatOption(EdnsOption.EDE, data);
}

/** One Extended DNS Error as a message carries it. */
export interface ExtendedError {
  code: number;
  text: string;
}

/**
 * The Extended DNS Errors of the OPT record at `at`, which has whole options: the first of them, and
 * of their texts what fits into MAX_OCTETS. Allocates.
 */
export function readExtendedErrors(message: Uint8Array, at: number): ExtendedError[] {
  const errors: ExtendedError[] = [];
  let room = MAX_OCTETS;
  let option = findOption(message, at, EdnsOption.EDE, at + OPT_LENGTH);
  while (option >= 0 && errors.length < MAX_OPTIONS) {
    const textAt = option + OPTION_HEADER + 2;
    const end = optionEnd(message, option);
    if (end >= textAt) {
      // RFC 8914 section 2: EXTRA-TEXT may end in a NUL, which is no part of the text.
      const textEnd = end > textAt && message[end - 1] === 0 ? end - 1 : end;
      errors.push({
        code: readUint16(message, option + OPTION_HEADER),
        text: decode(message.subarray(textAt, textEnd), room),
      });
      room = Math.max(room - (textEnd - textAt), 0);
    }
    option = findOption(message, at, EdnsOption.EDE, end);
  }
  return errors;
}

/** UTF-8 text of at most `room` octets; a character that is cut is left out. */
function decode(octets: Uint8Array, room: number): string {
  const text = new TextDecoder();
  if (octets.length <= room) return text.decode(octets);
  return text.decode(octets.subarray(0, room), { stream: true });
}

const NO_OPTIONS = new Uint8Array(0);

/**
 * The first options with `code` of the OPT record at `at` (0: there is none), one behind the other;
 * those that do not fit into MAX_OCTETS are left out.
 */
export function collectOptions(message: Uint8Array, at: number, code: number): Uint8Array {
  if (at === 0) return NO_OPTIONS;
  let collected: Uint8Array = NO_OPTIONS;
  let option = findOption(message, at, code, at + OPT_LENGTH);
  for (let count = 0; option >= 0 && count < MAX_OPTIONS; count++) {
    const end = optionEnd(message, option);
    const next = findOption(message, at, code, end);
    if (collected.length + end - option <= MAX_OCTETS)
      collected = joined(collected, message.subarray(option, end));
    option = next;
  }
  return collected;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
