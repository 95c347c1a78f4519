/** What in a list speaks against the way that it is read. */

import { formatName } from '../../wire/name.ts';
import type { FileLine } from '../rules/ignored.ts';
import type { ListRules } from './list-rules.ts';
import { isRegistered, suffixEntries } from './public-suffixes.ts';

/** Something that an operator should know of a list, and where it stands. */
export interface ListHint extends FileLine {
  readonly message: string;
}

/** Names that are looked at to see what kind of names a list has. */
const SAMPLE = 1000;
/** Of these, in hundred, so many are registered domains in a list of such. */
const MOSTLY = 90;
/** Fewer names are no evidence about a list. */
const FEWEST = 2;
const SUFFIXES_SHOWN = 3;

const REMEDY = 'match: subdomains takes them in, match: exact leaves it so';

export function hintsOf(list: ListRules, isHosts: boolean, file: string): readonly ListHint[] {
  const { rules, match } = list;
  if (rules.count === 0) return [];
  const hints: string[] = [];
  if (match === undefined && list.wildcards === list.listed && list.listed > 0) {
    hints.push(
      `all ${list.listed} names are written *.name, so that each name itself is not listed; ${REMEDY}`,
    );
  }
  if (match === undefined && isHosts && hasRegisteredNames(list)) {
    hints.push(`its names are registered domains, listed without the names below them; ${REMEDY}`);
  }
  const first = { file, line: rules.lineOf(0) };
  return [...hints.map((message) => ({ ...first, message })), ...suffixHint(list, file)];
}

function hasRegisteredNames({ rules }: ListRules): boolean {
  const { count } = rules;
  if (count < FEWEST) return false;
  const step = Math.ceil(count / SAMPLE);
  let [looked, registered] = [0, 0];
  for (let entry = 0; entry < count; entry += step) {
    looked++;
    if (isRegistered(textOf(rules.nameOf(entry)))) registered++;
  }
  return registered * 100 >= looked * MOSTLY;
}

function suffixHint({ rules, wildcards }: ListRules, file: string): readonly ListHint[] {
  const entries = suffixEntries(rules, wildcards > 0);
  if (entries.length === 0) return [];
  const names = entries.slice(0, SUFFIXES_SHOWN).map((entry) => textOf(rules.nameOf(entry)));
  const more = entries.length > SUFFIXES_SHOWN ? ', …' : '';
  const what =
    entries.length === 1
      ? '1 name is a public suffix'
      : `${entries.length} names are public suffixes`;
  const message = `${what} (${names.join(', ')}${more}): below one are the domains of everybody`;
  return [{ file, line: rules.lineOf(entries[0]!), message }];
}

function textOf(wire: Uint8Array): string {
  return formatName(wire).slice(0, -1);
}
