/** Names as people paste them, on the command line. */

import { nameWithin, toAscii } from '../wire/pasted-name.ts';
import { UsageError } from './command.ts';

/**
 * The name that is meant, an internationalized one in its A-labels (RFC 5890), with a note on stderr.
 * Throws a UsageError for a URL, an address for mail or a name with a port, which names the name in it.
 */
export function readNameOperand(text: string): string {
  const within = nameWithin(text);
  if (within !== undefined) {
    throw new UsageError(`"${text}" is not a domain name; expect its host name alone: ${within}`);
  }
  const ascii = toAscii(text);
  // What is no name at all is for the reader of names to say.
  if (ascii === undefined) return text;
  process.stderr.write(`${text} is ${ascii} in the DNS\n`);
  return ascii;
}
