/**
 * named.conf as a tree: a statement is words and lists in braces up to a semicolon. What includes
 * bring stands where they stood.
 */

import { globSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { Place } from '../../config/problem.ts';
import { MAX_DEPTH, type Problems, readForeign } from '../problems.ts';
import { type Token, tokenize } from './tokens.ts';

export interface Word {
  readonly text: string;
  readonly place: Place;
  readonly isQuoted: boolean;
}

export interface Statement {
  /** Words before the first list; `!` is one of its own. */
  readonly words: readonly Word[];
  /** What stands in braces; undefined for a statement without. */
  readonly list: readonly Statement[] | undefined;
  /** Words behind the list. */
  readonly rest: readonly Word[];
  /** Lists behind those words. */
  readonly more: readonly (readonly Statement[])[];
  readonly place: Place;
}

/** Statements of a file and of all that it includes; what is wrong is added to `problems`. */
export function readStatements(file: string, problems: Problems): readonly Statement[] {
  return new Reader(problems).file(file);
}

class Reader {
  readonly #problems: Problems;
  /** Files that are being read, the outermost first. */
  readonly #open: string[] = [];
  /** Relative paths start from here: the folder that `directory` names, or else that of the program. */
  #directory: string | undefined;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  file(file: string, from?: Place): readonly Statement[] {
    const read = readForeign(file, 'a named.conf');
    const start = from ?? { file, line: 1, column: 1 };
    if ('problem' in read) {
      this.#problems.add(start, read.problem);
      return [];
    }
    this.#open.push(file);
    const tokens = tokenize(file, read.text, this.#problems);
    const end = endOf(file, read.text);
    const { statements } = this.#statements(tokens, 0, undefined, end);
    this.#open.pop();
    return statements;
  }

  /** Statements up to the brace that closes what `opened` opens, or to the end of the file. */
  #statements(
    tokens: readonly Token[],
    from: number,
    opened: Token | undefined,
    end: Place,
  ): { readonly statements: readonly Statement[]; readonly at: number } {
    const statements: Statement[] = [];
    let at = from;
    for (let token = tokens[at]; token !== undefined; token = tokens[at]) {
      if (token.kind === '}' && opened !== undefined) return { statements, at: at + 1 };
      if (token.kind === '}' || token.kind === ';') {
        this.#checkEnd(token);
        at++;
      } else {
        const read = this.#statement(tokens, at, end);
        at = read.at;
        statements.push(...this.#included(read.statement));
      }
    }
    this.#checkClosed(opened, end);
    return { statements, at };
  }

  #checkClosed(opened: Token | undefined, end: Place): void {
    if (opened === undefined) return;
    this.#problems.add(end, `the file ends within { of line ${opened.place.line}; expect }`);
  }

  /** An empty statement is none; a brace that closes nothing is wrong. */
  #checkEnd({ kind, place }: Token): void {
    if (kind === '}') this.#problems.add(place, '} closes nothing; expect a statement');
  }

  #statement(
    tokens: readonly Token[],
    from: number,
    end: Place,
  ): { readonly statement: Statement; readonly at: number } {
    const words: Word[] = [];
    const rest: Word[] = [];
    const lists: (readonly Statement[])[] = [];
    let at = from;
    for (let token = tokens[at]; token !== undefined && goesOn(token); token = tokens[at]) {
      at++;
      if (token.kind === '{') {
        const inner = this.#statements(tokens, at, token, end);
        lists.push(inner.statements);
        at = inner.at;
      } else {
        const { text, place, kind } = token;
        (lists.length === 0 ? words : rest).push({ text, place, isQuoted: kind === 'string' });
      }
    }
    const { text, place } = tokens[from]!;
    const last = tokens[at];
    if (last?.kind !== ';') {
      const what = last === undefined ? 'the file ends' : 'a list ends';
      // Only the first word: what follows may be a secret.
      this.#problems.add(last?.place ?? end, `${what} within ${text}; expect ;`);
    } else at++;
    const [list, ...more] = lists;
    return { statement: { words, list, rest, more, place }, at };
  }

  /** What an include brings; any other statement is itself. */
  #included(statement: Statement): readonly Statement[] {
    const [name, path] = statement.words;
    if (name?.text === 'directory' && path !== undefined) this.#directory = path.text;
    if (name?.text !== 'include' || name.isQuoted) return [statement];
    if (path === undefined) {
      this.#problems.add(name.place, 'include names no file; expect a path in quotes');
      return [];
    }
    return this.#filesOf(path).flatMap((file) => {
      const circle = this.#open.indexOf(file);
      if (circle >= 0) {
        const way = [...this.#open.slice(circle), file].join(' includes ');
        this.#problems.add(
          path.place,
          `${way}: a circle; expect files that do not include themselves`,
        );
        return [];
      }
      if (this.#open.length >= MAX_DEPTH) {
        this.#problems.add(
          path.place,
          `includes are nested deeper than ${MAX_DEPTH}; expect fewer`,
        );
        return [];
      }
      return this.file(file, path.place);
    });
  }

  #filesOf({ text, place }: Word): readonly string[] {
    const path = this.#resolve(text);
    if (!/[*?[]/.test(path)) return [path];
    const found = globSync(path).sort();
    if (found.length === 0)
      this.#problems.add(place, `no file matches ${text}; expect at least one`);
    return found;
  }

  #resolve(path: string): string {
    if (isAbsolute(path)) return path;
    return join(this.#directory ?? dirname(this.#open[0]!), path);
  }
}

/** Whether the token is still of the statement. */
function goesOn({ kind }: Token): boolean {
  return kind !== ';' && kind !== '}';
}

function endOf(file: string, text: string): Place {
  const lines = text.split('\n');
  return { file, line: lines.length, column: lines.at(-1)!.length + 1 };
}
