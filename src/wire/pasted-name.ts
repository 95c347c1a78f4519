/** Names as people paste them, from a browser, a mail, or in their own script, which are no names of the DNS. */

import { domainToASCII } from 'node:url';

/** `https://www.example.com/x`, `www.example.com:443`, `www.example.com/x`, `someone@example.com`. */
const AROUND = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^/@\s]*@)?([^/:@?#\s]+)(?::\d+)?(?:[/?#].*)?$/i;
const IS_NAME = /^[^/:@?#\s]+$/;
/** Slashes that belong to a name (RFC 2317), and those of a prefix. */
const HAS_SLASH = /^[^:@?#\s]+\.arpa\.?$|^[\d.]+\/\d+$/i;

/** The name that is within a URL, an address for mail or a name with a port; undefined where the text is none of these. */
export function nameWithin(text: string): string | undefined {
  return IS_NAME.test(text) || HAS_SLASH.test(text) ? undefined : AROUND.exec(text)?.[1];
}

/** An internationalized name in its A-labels (RFC 5890); undefined where the text is ASCII, or no name. */
export function toAscii(text: string): string | undefined {
  if (/^[\x20-\x7e]*$/.test(text)) return undefined;
  const [, wildcard, name] = /^(\*\.)?(.*)$/s.exec(text)!;
  const ascii = domainToASCII(name!);
  return ascii === '' ? undefined : `${wildcard ?? ''}${ascii}`;
}

/** What is wrong with a name that was pasted into a configuration, and the name that is meant; undefined when nothing is. */
export function pastedProblem(text: string): string | undefined {
  const within = nameWithin(text);
  if (within !== undefined) {
    return `"${text}" is not a domain name; expect its host name alone: ${within}`;
  }
  const ascii = toAscii(text);
  if (ascii === undefined) return undefined;
  return `"${text}" is not as the DNS has it; expect its A-labels: ${ascii}`;
}
