/**
 * Errors as JSON for clients that ask for them (draft-ietf-dnsop-structured-dns-error): whom to
 * ask about a name that is blocked, why it is, and by whom.
 */

import { readUint16 } from '../wire/header.ts';
import { findOption, OPT_LENGTH, OPTION_HEADER, optionEnd } from '../wire/opt.ts';
import type { Query } from '../wire/query.ts';
import { Ede, EdnsOption } from '../wire/registry.ts';

export interface StructuredErrors {
  readonly contacts: readonly string[];
  readonly organization: string | undefined;
  readonly language: string;
  /** Number of the EDNS option that asks for it, which IANA has not assigned yet. */
  readonly option: number | undefined;
}

export const NO_STRUCTURE: StructuredErrors = {
  contacts: [],
  organization: undefined,
  language: 'en',
  option: undefined,
};

const BLOCKING: readonly number[] = [Ede.BLOCKED, Ede.CENSORED, Ede.FILTERED, Ede.BLOCKED_UPSTREAM];

/** Whether this INFO-CODE means that a name is blocked: errors that the draft has a structure for. */
export function isBlocking(code: number | undefined): boolean {
  return code !== undefined && BLOCKING.includes(code);
}

/**
 * Whether the client asks for it: by the option of the draft, which is empty, or as earlier
 * revisions had it, by an Extended DNS Error in the query, with INFO-CODE 0 and no text.
 */
export function asksForStructure(query: Query, option: number | undefined): boolean {
  const { message, optAt } = query;
  if (optAt === 0) return false;
  if (option !== undefined && lengthOf(query, option) === 0) return true;
  if (lengthOf(query, EdnsOption.EDE) !== 2) return false;
  const at = findOption(message, optAt, EdnsOption.EDE, optAt + OPT_LENGTH);
  return readUint16(message, at + OPTION_HEADER) === Ede.OTHER;
}

/** Octets of an option's data; undefined when the query does not have it. */
function lengthOf({ message, optAt }: Query, code: number): number | undefined {
  const at = findOption(message, optAt, code, optAt + OPT_LENGTH);
  return at < 0 ? undefined : readUint16(message, at + 2);
}

/** The EXTRA-TEXT: minified JSON; `justification` is the text that other clients get. */
export function formatStructured(
  { contacts, organization, language }: StructuredErrors,
  justification: string,
  subError: number | undefined,
): string {
  return JSON.stringify({
    ...(contacts.length > 0 && { c: contacts }),
    j: justification,
    ...(subError !== undefined && { s: subError }),
    ...(organization !== undefined && { o: organization }),
    l: language,
  });
}

/**
 * Extended DNS Errors without "forged answer", which clients that ask for structure are never
 * sent: whole options, one behind the other.
 */
export function withoutForged(options: Uint8Array): Uint8Array {
  const kept: Uint8Array[] = [];
  for (let at = 0; at < options.length; ) {
    const end = optionEnd(options, at);
    const isForged =
      end - at >= OPTION_HEADER + 2 &&
      readUint16(options, at + OPTION_HEADER) === Ede.FORGED_ANSWER;
    if (!isForged) kept.push(options.subarray(at, end));
    at = end;
  }
  return kept.length === 1 ? kept[0]! : Buffer.concat(kept);
}
