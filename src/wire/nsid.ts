/** The identity of a name server (NSID, RFC 5001). */

import { findOption, OPT_LENGTH, OPTION_HEADER, optionEnd } from './opt.ts';
import { EdnsOption } from './registry.ts';

/** RFC 5001 section 2.1: an empty option asks for it. */
export const ASK_NSID: Uint8Array = Uint8Array.of(0, EdnsOption.NSID, 0, 0);

/**
 * RFC 5001 section 2.3: octets that mean something to the operator. Text where they are text,
 * hexadecimal digits otherwise; undefined when there are none.
 */
export function readNsid(octets: Uint8Array, optAt: number): string | undefined {
  if (optAt === 0) return undefined;
  const option = findOption(octets, optAt, EdnsOption.NSID, optAt + OPT_LENGTH);
  if (option < 0) return undefined;
  const data = octets.subarray(option + OPTION_HEADER, optionEnd(octets, option));
  if (data.length === 0) return undefined;
  const isText = data.every((octet) => octet >= 0x20 && octet < 0x7f);
  return isText ? new TextDecoder().decode(data) : Buffer.from(data).toString('hex');
}
