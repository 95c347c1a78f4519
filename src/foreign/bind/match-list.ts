/**
 * Address match lists: the first element that matches decides, `!` turns its answer around. What a
 * nested list or a named one denies is no match in the list around it: `{ internal; any; }` lets in
 * whom `internal` denies.
 */

import type { Place } from '../../config/problem.ts';
import { contains, type Prefix } from '../../net/prefix.ts';
import type { HostAddress } from '../host.ts';
import type { Problems } from '../problems.ts';
import { abbreviatedPrefix } from './abbreviated-prefix.ts';
import type { Statement, Word } from './statements.ts';

/** Whom a list is asked about. */
export interface Subject {
  readonly family: 4 | 6;
  readonly words: Uint32Array;
  /** The key that signed the query, in lower case; undefined when none did. */
  readonly key: string | undefined;
}

export interface Element {
  /** As it is written, `!` included. */
  readonly text: string;
  readonly place: Place;
  readonly isNegated: boolean;
  /** Whether it is about the subject, before `!` counts; for nested lists, the element in them. */
  match(subject: Subject): boolean;
  /** The list that it stands for. */
  readonly inner?: MatchList;
}

export interface MatchList {
  readonly elements: readonly Element[];
  readonly place: Place;
}

/** Whether a list takes the subject in, and the element that says so; none when no element matches. */
export interface Matched {
  readonly isIn: boolean;
  readonly element: Element | undefined;
}

export function matchIn({ elements }: MatchList, subject: Subject): Matched {
  for (const element of elements) {
    if (element.match(subject)) return { isIn: !element.isNegated, element };
  }
  return { isIn: false, element: undefined };
}

/** What lists may name. */
export interface MatchWorld {
  readonly host: readonly HostAddress[];
  readonly problems: Problems;
  /** The list of this name; undefined when there is none. */
  named(name: string, place: Place): MatchList | undefined;
  /** Elements that nobody can judge without more: GeoIP. */
  unjudged(place: Place, text: string): void;
}

export function readMatchList(
  lines: readonly Statement[],
  place: Place,
  world: MatchWorld,
): MatchList {
  return { place, elements: lines.flatMap((line) => readElement(line, world) ?? []) };
}

function readElement(line: Statement, world: MatchWorld): Element | undefined {
  const marks = line.words.filter(({ text, isQuoted }) => text === '!' && !isQuoted);
  const words = line.words.slice(marks.length);
  const isNegated = marks.length % 2 === 1;
  const bang = marks.length > 0 ? '!' : '';
  const { place } = line;
  if (line.list !== undefined && words.length === 0) {
    const inner = readMatchList(line.list, place, world);
    return {
      text: `${bang}{ … }`,
      place,
      isNegated,
      inner,
      match: (who) => matchIn(inner, who).isIn,
    };
  }
  const [first, second] = words;
  if (first === undefined) return world.problems.add(place, 'an element is missing; expect one');
  if (first.text === 'key' && second !== undefined) {
    const name = second.text.toLowerCase().replace(/\.$/, '');
    return {
      text: `${bang}key ${second.text}`,
      place,
      isNegated,
      match: ({ key }) => key === name,
    };
  }
  if (first.text === 'geoip') {
    const text = `${bang}${words.map((word) => word.text).join(' ')}`;
    world.unjudged(place, text);
    return { text, place, isNegated, match: () => false };
  }
  if (words.length > 1) {
    const message = `"${second!.text}" follows ${first.text}; expect ;`;
    return world.problems.add(second!.place, message);
  }
  return readWord(first, { bang, isNegated, place }, world);
}

interface Sign {
  readonly bang: string;
  readonly isNegated: boolean;
  readonly place: Place;
}

function readWord(word: Word, sign: Sign, world: MatchWorld): Element | undefined {
  const { text: name } = word;
  const text = sign.bang + name;
  const { isNegated, place } = sign;
  const acl = world.named(name, word.place);
  if (acl !== undefined) {
    return { text, place, isNegated, inner: acl, match: (who) => matchIn(acl, who).isIn };
  }
  switch (name.toLowerCase()) {
    case 'any':
      return { text, place, isNegated, match: () => true };
    case 'none':
      return { text, place, isNegated: !isNegated, match: () => true };
    case 'localhost':
      return ofHost(world.host.map(({ address }) => address));
    case 'localnets':
      return ofHost(world.host.map(({ network }) => network));
  }
  const prefix = abbreviatedPrefix(name);
  if (typeof prefix === 'string') {
    return world.problems.add(word.place, prefix);
  }
  return {
    text,
    place,
    isNegated,
    match: (who) => contains(prefix.prefix, addressOf(who)) && !prefix.isMapped,
  };

  function ofHost(prefixes: readonly Prefix[]): Element {
    return {
      ...{ text, place, isNegated },
      match: (who) => prefixes.some((prefix) => contains(prefix, addressOf(who))),
    };
  }
}

function addressOf({ family, words }: Subject) {
  return { family, words };
}

/** Every prefix at which a list may begin or end to take somebody in. */
export function prefixesOf(lines: readonly Statement[]): readonly Prefix[] {
  return lines.flatMap(({ words, list, more }) => [
    ...words.flatMap(({ text }) => {
      const prefix = abbreviatedPrefix(text);
      return typeof prefix === 'string' ? [] : [prefix.prefix];
    }),
    ...[...(list === undefined ? [] : [list]), ...more].flatMap(prefixesOf),
  ]);
}
