/** Names as people paste them: from a browser, or in their own script. */

import { domainToASCII } from 'node:url';
import { UsageError } from './command.ts';

/** `https://www.example.com/x`, `www.example.com:443`, `someone@example.com`. */
const NOT_A_NAME = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^/@\s]*@)?([^/:@?#\s]+)(?::\d+)?(?:[/?#].*)?$/i;
const IS_NAME = /^[^/:@?#\s]+$/;

/**
 * The name that is meant, an internationalized one in its A-labels (RFC 5890), with a note on stderr.
 * Throws a UsageError for a URL, an address for mail or a name with a port, which names the name in it.
 */
export function readNameOperand(text: string): string {
  const inside = NOT_A_NAME.exec(text)?.[1];
  if (inside !== undefined && !IS_NAME.test(text)) {
    throw new UsageError(`"${text}" is not a domain name; expect its host name alone: ${inside}`);
  }
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const ascii = domainToASCII(text);
  // What is no name at all is for the reader of names to say.
  if (ascii === '') return text;
  process.stderr.write(`${text} is ${ascii} in the DNS\n`);
  return ascii;
}
