/** The words of named.conf: strings, braces, semicolons, and three kinds of comments. */

import type { Place } from '../../config/problem.ts';
import type { Problems } from '../problems.ts';

export interface Token {
  readonly kind: 'word' | 'string' | '{' | '}' | ';' | '!';
  readonly text: string;
  readonly place: Place;
}

/** What ends a word that is not quoted. */
const SPECIAL = /[\s{};"]/;

export function tokenize(file: string, text: string, problems: Problems): readonly Token[] {
  return new Scanner(file, text, problems).all();
}

class Scanner {
  readonly #file: string;
  readonly #text: string;
  readonly #problems: Problems;
  readonly #tokens: Token[] = [];
  #at = 0;
  #line = 1;
  #lineStart = 0;

  constructor(file: string, text: string, problems: Problems) {
    this.#file = file;
    this.#text = text;
    this.#problems = problems;
  }

  all(): readonly Token[] {
    while (this.#at < this.#text.length) this.#next();
    return this.#tokens;
  }

  get #place(): Place {
    return { file: this.#file, line: this.#line, column: this.#at - this.#lineStart + 1 };
  }

  #next(): void {
    const text = this.#text;
    const char = text[this.#at]!;
    if (char === '\n') this.#newLine();
    else if (/\s/.test(char)) this.#at++;
    else if (char === '#' || text.startsWith('//', this.#at)) this.#toLineEnd();
    else if (text.startsWith('/*', this.#at)) this.#comment();
    else if (char === '"') this.#string();
    else if (char === '{' || char === '}' || char === ';' || char === '!') this.#take(char, char);
    else this.#word();
  }

  #newLine(): void {
    this.#at++;
    this.#line++;
    this.#lineStart = this.#at;
  }

  #toLineEnd(): void {
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end < 0 ? this.#text.length : end;
  }

  #comment(): void {
    const place = this.#place;
    const end = this.#text.indexOf('*/', this.#at + 2);
    if (end < 0) this.#problems.add(place, 'a comment is not closed; expect */');
    const behind = end < 0 ? this.#text.length : end + 2;
    while (this.#at < behind) {
      if (this.#text[this.#at] === '\n') this.#newLine();
      else this.#at++;
    }
  }

  #string(): void {
    const place = this.#place;
    let value = '';
    for (this.#at++; ; this.#at++) {
      const char = this.#text[this.#at];
      if (char === undefined || char === '\n') {
        this.#problems.add(place, 'a string is not closed on its line; expect "');
        break;
      }
      if (char === '"') {
        this.#at++;
        break;
      }
      if (char === '\\' && this.#text[this.#at + 1] !== undefined) value += this.#text[++this.#at];
      else value += char;
    }
    this.#tokens.push({ kind: 'string', text: value, place });
  }

  #word(): void {
    const place = this.#place;
    const start = this.#at;
    while (this.#at < this.#text.length && !this.#endsWord()) this.#at++;
    this.#tokens.push({ kind: 'word', text: this.#text.slice(start, this.#at), place });
  }

  #endsWord(): boolean {
    const text = this.#text;
    return (
      SPECIAL.test(text[this.#at]!) ||
      text.startsWith('/*', this.#at) ||
      text.startsWith('//', this.#at)
    );
  }

  #take(kind: '{' | '}' | ';' | '!', text: string): void {
    this.#tokens.push({ kind, text, place: this.#place });
    this.#at++;
  }
}
