/** Reading address match lists: prefixes, keys, names of other lists, lists within lists. */

import type { Place } from '../../config/problem.ts';
import { contains, type Prefix } from '../../net/prefix.ts';
import type { HostAddress } from '../host.ts';
import type { Problems } from '../problems.ts';
import { abbreviatedPrefix } from './abbreviated-prefix.ts';
import { MatchTable } from './match-table.ts';
import type { Statement, Word } from './statements.ts';

/** What lists may name. */
export interface MatchWorld {
  readonly host: readonly HostAddress[];
  readonly problems: Problems;
  /** The list of this name; undefined when there is none. */
  named(name: string, place: Place): MatchTable | undefined;
  /** Elements about keys, which a configuration of ours has no word for. */
  signed(place: Place, name: string): void;
  /** Elements that nobody can judge without more: GeoIP. */
  unjudged(place: Place, text: string): void;
}

export function readMatchList(lines: readonly Statement[], world: MatchWorld): MatchTable {
  const table = new MatchTable();
  for (const line of lines) new ElementReader(table, world).read(line);
  return table;
}

class ElementReader {
  readonly #table: MatchTable;
  readonly #world: MatchWorld;
  #isNegated = false;

  constructor(table: MatchTable, world: MatchWorld) {
    this.#table = table;
    this.#world = world;
  }

  read({ words: all, list, place }: Statement): void {
    const marks = all.filter(({ text, isQuoted }) => text === '!' && !isQuoted).length;
    const words = all.slice(marks);
    this.#isNegated = marks > 0;
    if (this.#isNegated) this.#table.hasNegatives = true;
    const [first, second] = words;
    if (list !== undefined && first === undefined) {
      const inner = readMatchList(list, this.#world);
      this.#table.addList(inner, this.#isNegated, this.#origin('{ … }', place));
    } else if (first === undefined) {
      this.#world.problems.add(place, 'an element is missing; expect an address or a name');
    } else if (first.text === 'key' && second !== undefined) this.#key(second, place);
    else if (first.text === 'geoip') {
      this.#world.unjudged(place, words.map(({ text }) => text).join(' '));
    } else if (second !== undefined) {
      this.#world.problems.add(second.place, `"${second.text}" follows ${first.text}; expect ;`);
    } else this.#word(first);
  }

  #origin(text: string, place: Place) {
    return { text: this.#isNegated ? `!${text}` : text, place };
  }

  #key({ text }: Word, place: Place): void {
    const name = text.toLowerCase().replace(/\.$/, '');
    this.#world.signed(place, text);
    const origin = this.#origin(`key ${text}`, place);
    this.#table.addBeside({ isNegated: this.#isNegated, origin, match: ({ key }) => key === name });
  }

  #word({ text, place }: Word): void {
    const origin = this.#origin(text, place);
    const { host } = this.#world;
    switch (text.toLowerCase()) {
      case 'any':
        return this.#table.addEverybody(!this.#isNegated, origin);
      case 'none':
        if (!this.#isNegated) this.#table.hasNegatives = true;
        return this.#table.addEverybody(this.#isNegated, origin);
      case 'localhost':
        return this.#ofHost(
          text,
          place,
          host.map(({ address }) => address),
        );
      case 'localnets':
        return this.#ofHost(
          text,
          place,
          host.map(({ network }) => network),
        );
    }
    const named = this.#world.named(text, place);
    if (named !== undefined) return this.#table.addList(named, this.#isNegated, origin);
    const written = abbreviatedPrefix(text);
    if (typeof written === 'string') this.#world.problems.add(place, written);
    // BIND keeps IPv4 clients apart from ::ffff:0:0/96, which therefore nobody is in.
    else if (!written.isMapped) this.#table.addPrefix(written.prefix, !this.#isNegated, origin);
  }

  #ofHost(text: string, place: Place, prefixes: readonly Prefix[]): void {
    this.#table.addBeside({
      ...{ isNegated: this.#isNegated, origin: this.#origin(text, place) },
      match: ({ family, words }) => prefixes.some((prefix) => contains(prefix, { family, words })),
    });
  }
}

/** Every prefix at which a list may begin or end to take somebody in. */
export function prefixesOf(lines: readonly Statement[]): readonly Prefix[] {
  return lines.flatMap(({ words, list, more }) => [
    ...words.flatMap(({ text }) => {
      const written = abbreviatedPrefix(text);
      return typeof written === 'string' ? [] : [written.prefix];
    }),
    ...[...(list === undefined ? [] : [list]), ...more].flatMap(prefixesOf),
  ]);
}
