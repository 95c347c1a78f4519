/** Options of clauses by name: the last one counts, as Unbound has it; wrong values are reported. */

import type { Place } from '../../config/problem.ts';
import { lowerName, parseName } from '../../wire/name.ts';
import type { Problems } from '../problems.ts';
import type { Clause, Option } from './statements.ts';
import type { Word } from './tokens.ts';

export class Settings {
  readonly #options: readonly Option[];
  readonly #problems: Problems;
  /** Of its clause. */
  readonly place: Place;

  constructor(clauses: readonly Clause[], problems: Problems, start: Place) {
    this.#options = clauses.flatMap(({ options }) => options);
    this.#problems = problems;
    this.place = clauses[0]?.place ?? start;
  }

  all(name: string): readonly Option[] {
    return this.#options.filter((option) => option.name === name);
  }

  last(name: string): Option | undefined {
    return this.#options.findLast((option) => option.name === name);
  }

  word(name: string): Word | undefined {
    return this.last(name)?.values[0];
  }

  text(name: string): string | undefined {
    return this.word(name)?.text;
  }

  /** `yes` or `no`. */
  flag(name: string, byDefault: boolean): boolean {
    const word = this.word(name);
    if (word === undefined) return byDefault;
    if (word.text !== 'yes' && word.text !== 'no') {
      this.#problems.add(word.place, `${name}: "${word.text}"; expect yes or no`);
    }
    return word.text === 'yes';
  }

  /** The domain that `name:` of a zone or view gives it, in lower-case wire format. */
  domain(): { readonly wire: Uint8Array; readonly text: string } | undefined {
    const word = this.word('name');
    if (word === undefined) {
      return this.#problems.add(this.place, 'the clause has no name; expect name: "example.com"');
    }
    const wire = wireOf(word, this.#problems);
    return wire && { wire, text: word.text };
  }
}

/** A domain name in lower-case wire format; one that is none is reported. */
export function wireOf({ text, place }: Word, problems: Problems): Uint8Array | undefined {
  const wire = parseName(text);
  if (typeof wire !== 'string') return lowerName(wire);
  return problems.add(place, `"${text}" has ${wire}; expect a domain name`);
}

/** The words of a list in quotation marks: `"red green"`. */
export function wordsIn(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}
