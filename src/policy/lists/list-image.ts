/** A list of names, compiled to rules. */

import { createHash } from 'node:crypto';
import type { Ignored } from '../rules/ignored.ts';
import type { RuleImage } from '../rules/rule-table.ts';
import type { ZoneProblem } from '../zone-text/zone-problems.ts';
import { readAdblock } from './adblock.ts';
import { readDomains } from './domains.ts';
import { readHosts } from './hosts.ts';
import { hintsOf, type ListHint } from './list-hints.ts';
import { ListLines } from './list-lines.ts';
import { type ListMatch, Reach } from './list-match.ts';
import { ListRules } from './list-rules.ts';
import type { SpecialImage } from './special-rules.ts';

const READERS = { domains: readDomains, hosts: readHosts, adblock: readAdblock } as const;

/** The formats of lists, in the words of the configuration. */
export type ListFormat = keyof typeof READERS;
export const LIST_FORMATS = Object.keys(READERS) as readonly ListFormat[];

/** A list's rules in memory that threads share, and the warnings about it. */
export interface ListImage {
  readonly rules: RuleImage;
  /** Rules with options, and regular expressions; undefined when there are none. */
  readonly specials: SpecialImage | undefined;
  readonly files: readonly string[];
  /** Lines that are no rules here, by kind. */
  readonly ignored: ReadonlyMap<string, Ignored>;
  /** SHA-256 of its text, in hexadecimal digits. */
  readonly digest: string;
  readonly problems: readonly ZoneProblem[];
  /** What in it may not be meant. */
  readonly hints: readonly ListHint[];
}

/** What has an octet 0 so early is no text; later on it is one bad line. */
const TEXT_STARTS = 8192;

const EXPECTED: Readonly<Record<ListFormat, string>> = {
  domains: 'a domain in each line',
  hosts: 'an address and names in each line',
  adblock: 'rules like ||example.com^',
};

/**
 * Compiles a list. Lines that cannot be used are counted and not taken; it is a problem when no
 * line can: then the file is something else, the error page of a web server perhaps.
 */
export function readList(
  octets: Uint8Array,
  format: ListFormat,
  file: string,
  match?: ListMatch,
): ListImage {
  const nul = octets.subarray(0, TEXT_STARTS).indexOf(0);
  const isText = nul < 0;
  const rules = isText
    ? READERS[format](new ListLines(octets), file, match)
    : new ListRules(file, octets, Reach.NAME, match);
  const { kinds } = rules.ignored;
  const specials = rules.specials?.image;
  const problems: ZoneProblem[] = [];
  const report = (line: number, message: string) =>
    problems.push({ file, line, column: 1, message });
  if (!isText) {
    report(lineOf(octets, nul), 'an octet 0: the file is no text; expect ASCII or UTF-8');
  } else if (rules.garbage > 0 && rules.rules.count === 0 && specials === undefined) {
    const [kind, { first }] = [...kinds][0] as [string, Ignored];
    report(first[0]!.line, `no line can be used (${kind}); expect ${EXPECTED[format]}`);
  }
  return {
    rules: rules.rules.image,
    specials,
    files: [file],
    ignored: kinds,
    digest: createHash('sha256').update(octets).digest('hex'),
    problems,
    hints: hintsOf(rules, format === 'hosts', file),
  };
}

function lineOf(octets: Uint8Array, end: number): number {
  let line = 1;
  for (let at = 0; at < end; at++) if (octets[at] === 0x0a) line++;
  return line;
}
