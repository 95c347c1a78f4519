/**
 * Lists of domains: one in each line, for the name and all names below it; `*.example.com` is for
 * those below alone.
 */

import type { ListLines } from './list-lines.ts';
import { type ListMatch, Reach } from './list-match.ts';
import { ListName } from './list-name.ts';
import { ListRules } from './list-rules.ts';

const HASH = 0x23;
const EXCLAMATION = 0x21;
const SEMICOLON = 0x3b;

export function readDomains(lines: ListLines, file: string, match: ListMatch): ListRules {
  const rules = new ListRules(file, lines.octets, Reach.SUBTREE, match);
  const name = new ListName();
  const { octets } = lines;
  while (lines.next()) {
    if (isComment(octets[lines.at]!)) continue;
    const end = lines.wordEnd(lines.at);
    const behind = lines.wordAt(end);
    if (behind < lines.end && !isComment(octets[behind]!)) {
      rules.reject('more than one word', lines.line);
    } else if (name.read(octets, lines.at, end)) {
      rules.add(name, lines.line);
    } else {
      rules.reject(name.fault, lines.line);
    }
  }
  return rules;
}

/** Whether a word that begins so begins a comment, at the start of a line or behind a blank. */
export function isComment(octet: number): boolean {
  return octet === HASH || octet === EXCLAMATION || octet === SEMICOLON;
}
