/**
 * unbound.conf as a list of options, each with the clause that it stands in. Lines mean nothing:
 * a word that ends in a colon is an option, and takes its values from what follows.
 */

import { globSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { Place } from '../../config/problem.ts';
import { MAX_DEPTH, type Problems, readForeign } from '../problems.ts';
import { CLAUSES, OPTION_VALUES } from './known-options.ts';
import { tokenize, type Word } from './tokens.ts';

export interface Option {
  readonly name: string;
  readonly values: readonly Word[];
  readonly place: Place;
}

/** `server:` and all that stands in it; the same clause may come again. */
export interface Clause {
  readonly kind: string;
  readonly options: readonly Option[];
  readonly place: Place;
}

/** The clauses of a file and of all that it includes; what is wrong is added to `problems`. */
export function readClauses(file: string, problems: Problems): readonly Clause[] {
  const reader = new Reader(problems);
  reader.file(file);
  return reader.clauses;
}

interface OpenClause extends Clause {
  readonly options: Option[];
}

class Reader {
  readonly clauses: OpenClause[] = [];
  readonly #problems: Problems;
  /** Files that are being read, the outermost first. */
  readonly #open: string[] = [];
  /** The clause that options go to; undefined before the first and behind `include-toplevel`. */
  #clause: OpenClause | undefined;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  file(file: string, from?: Place): void {
    const read = readForeign(file, 'an unbound.conf');
    if ('problem' in read) {
      this.#problems.add(from ?? { file, line: 1, column: 1 }, read.problem);
      return;
    }
    this.#open.push(file);
    const words = tokenize(file, read.text, this.#problems);
    for (let at = 0; at < words.length; ) at = this.#option(words, at);
    this.#open.pop();
  }

  /** Takes the option at `at`; the position behind its values. */
  #option(words: readonly Word[], at: number): number {
    const { text, place, isQuoted } = words[at]!;
    const name = text.endsWith(':') && !isQuoted ? text.slice(0, -1) : undefined;
    if (name === undefined) {
      // The word itself may be a part of a secret.
      this.#problems.add(place, 'a value without an option; expect an option, as in "port: 53"');
      return at + 1;
    }
    if (CLAUSES.has(name)) {
      this.#clause = { kind: name, options: [], place };
      this.clauses.push(this.#clause);
      return at + 1;
    }
    const isInclude = name === 'include' || name === 'include-toplevel';
    const known = isInclude ? 1 : OPTION_VALUES.get(name);
    if (known === undefined) {
      this.#problems.add(place, `Unbound has no option "${name}"; expect one of unbound.conf(5)`);
    }
    const values = valuesBehind(words, at, known ?? Number.POSITIVE_INFINITY);
    if (known !== undefined && values.length < known) {
      const expected = known === 1 ? 'a value' : `${known} values`;
      this.#problems.add(place, `${name} has ${values.length} values; expect ${expected}`);
    } else if (isInclude) this.#include(name, values[0]!);
    else if (known !== undefined) this.#add({ name, values, place });
    return at + 1 + values.length;
  }

  #add(option: Option): void {
    if (this.#clause === undefined) {
      const message = `${option.name} stands in no clause; expect "server:" or another before it`;
      this.#problems.add(option.place, message);
    } else this.#clause.options.push(option);
  }

  #include(name: string, path: Word): void {
    if (name === 'include-toplevel') this.#clause = undefined;
    for (const file of this.#filesOf(path)) {
      const circle = this.#open.indexOf(file);
      if (circle >= 0) {
        const way = [...this.#open.slice(circle), file].join(' includes ');
        const message = `${way}: a circle; expect files that do not include themselves`;
        this.#problems.add(path.place, message);
      } else if (this.#open.length >= MAX_DEPTH) {
        const message = `includes are nested deeper than ${MAX_DEPTH}; expect fewer`;
        this.#problems.add(path.place, message);
      } else this.file(file, path.place);
      if (name === 'include-toplevel') this.#clause = undefined;
    }
  }

  /** A pattern that matches no file is one that Unbound passes over. */
  #filesOf({ text }: Word): readonly string[] {
    const path = isAbsolute(text) ? text : join(dirname(this.#open[0]!), text);
    return /[*?[{~]/.test(path) ? globSync(path).sort() : [path];
  }
}

/** Words up to the next option, at most `most`. A value that ends in a colon is taken where one is due. */
function valuesBehind(words: readonly Word[], at: number, most: number): readonly Word[] {
  const values: Word[] = [];
  const isBounded = Number.isFinite(most);
  for (let i = at + 1; i < words.length && values.length < most; i++) {
    const word = words[i]!;
    const isOption = !word.isQuoted && /^[a-z0-9-]+:$/.test(word.text);
    if (isOption && (!isBounded || isKnown(word.text))) break;
    values.push(word);
  }
  return values;
}

function isKnown(text: string): boolean {
  const name = text.slice(0, -1);
  return CLAUSES.has(name) || OPTION_VALUES.has(name) || name.startsWith('include');
}
