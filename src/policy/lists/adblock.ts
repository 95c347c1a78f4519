/**
 * Lists in the format of ad blockers, as far as they name domains: `||example.com^` is the name and
 * all names below it, and `@@||example.com^` an exception. What a browser would need to follow the
 * other rules (paths, kinds of content, elements of a page) no DNS server sees: they are counted.
 */

import type { ListLines } from './list-lines.ts';
import { ListName } from './list-name.ts';
import { ListRules } from './list-rules.ts';

const AT = 0x40;
const BAR = 0x7c;
const CARET = 0x5e;

const COMMENT = /^(?:[!;[]|#(?![@?$%]{0,2}#))/;
const COSMETIC = /#[@?$%]{0,2}#|\$\$/;
const REGULAR_EXPRESSION = /^(?:@@)?\/.+\/(?:\$|$)/;
const DOMAIN = /^(?:@@)?\|\|[\w.*-]+(\^?)\|?(.*)$/;
const OPTION = /^\$~?([\w-]+)/;

/** Options that are told apart when they are counted. */
const OPTIONS: ReadonlySet<string> = new Set([
  'all',
  'badfilter',
  'client',
  'denyallow',
  'dnsrewrite',
  'dnstype',
  'document',
  'domain',
  'image',
  'important',
  'popup',
  'script',
  'subdocument',
  'third-party',
]);

export function readAdblock(lines: ListLines, file: string): ListRules {
  const rules = new ListRules(file, lines.octets, true);
  const name = new ListName();
  while (lines.next()) {
    if (!readDomainRule(lines, name, rules)) takeOther(lines, rules);
  }
  rules.applyExceptions();
  return rules;
}

/** Reads `||name^`, `||name^|` or an exception for one of them; false for all other lines. */
function readDomainRule({ octets, at, end, line }: ListLines, name: ListName, rules: ListRules) {
  const isException = octets[at] === AT && octets[at + 1] === AT;
  const from = isException ? at + 2 : at;
  if (octets[from] !== BAR || octets[from + 1] !== BAR) return false;
  const to = octets[end - 1] === BAR ? end - 2 : end - 1;
  if (octets[to] !== CARET || !name.read(octets, from + 2, to)) return false;
  if (isException) rules.except(name, line);
  else rules.add(name, line);
  return true;
}

function takeOther(lines: ListLines, rules: ListRules): void {
  const text = lines.text();
  if (COMMENT.test(text)) return;
  const kind = kindOf(text);
  if (kind === PATTERN) rules.reject(kind, lines.line);
  else rules.ignore(kind, lines.line);
}

/** Whatever is no other rule is a part of an URL: there is no text that could not be one. */
const PATTERN = 'a pattern';

function kindOf(text: string): string {
  if (REGULAR_EXPRESSION.test(text)) return 'a regular expression';
  if (COSMETIC.test(text)) return 'cosmetic';
  const [, caret, rest] = DOMAIN.exec(text) ?? [];
  if (rest === undefined) return text.includes('/') ? 'a path' : PATTERN;
  const option = OPTION.exec(rest)?.[1];
  if (option !== undefined) return `option ${OPTIONS.has(option) ? option : 'of another kind'}`;
  if (rest.startsWith('/')) return 'a path';
  return rest === '' && caret === '' ? 'no ^ at the end' : PATTERN;
}
