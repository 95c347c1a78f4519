/** The words of a Corefile, line by line: quotes, comments, `{$NAME}` of the environment. */

import type { Place } from '../../config/problem.ts';
import type { Problems } from '../problems.ts';

export interface Token {
  readonly text: string;
  readonly place: Place;
  readonly isQuoted: boolean;
}

/** The words of each line that has some. */
export type Line = readonly Token[];

/** Blanks, and behind them a comment, a quoted word, or a plain one. */
const WORD = /\s*(?:(#.*)|"((?:[^"\\]|\\.)*)("?)|(\S+))/y;

export function tokenize(file: string, text: string, problems: Problems): readonly Line[] {
  return text
    .split('\n')
    .map((line, i) => tokensOf(line, { file, line: i + 1 }, problems))
    .filter(({ length }) => length > 0);
}

function tokensOf(
  line: string,
  at: { readonly file: string; readonly line: number },
  problems: Problems,
): Line {
  const tokens: Token[] = [];
  WORD.lastIndex = 0;
  for (let match = WORD.exec(line); match !== null; match = WORD.exec(line)) {
    const [whole, comment, quoted, end, word] = match;
    if (comment !== undefined) break;
    const column = match.index + whole.length - whole.trimStart().length + 1;
    const place = { ...at, column };
    if (quoted !== undefined && end === '') {
      problems.add(place, 'a string is not closed on its line; expect "');
    }
    const value = word ?? quoted!.replace(/\\(.)/g, '$1');
    tokens.push({ text: expand(value), place, isQuoted: word === undefined });
  }
  return tokens;
}

/** `{$NAME}` and `{%NAME%}`; one that is not set is empty, as in CoreDNS. */
function expand(text: string): string {
  return text.replace(
    /\{\$(\w+)\}|\{%(\w+)%\}/g,
    (_, a?: string, b?: string) => process.env[a ?? b!] ?? '',
  );
}
