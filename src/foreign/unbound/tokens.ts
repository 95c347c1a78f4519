/** The words of unbound.conf: quoted by either quotation mark or plain, and comments. */

import type { Place } from '../../config/problem.ts';
import type { Problems } from '../problems.ts';

export interface Word {
  readonly text: string;
  readonly isQuoted: boolean;
  readonly place: Place;
}

/** Blanks, a comment, a quoted text, or a plain word up to a blank or a quotation mark. */
const TOKEN = /[ \t\r]+|#[^\n]*|\n|"[^"\n]*"?|'[^'\n]*'?|(?:\\.|[^\s"'\\])+|[\s\S]/y;

/** An option may be followed by its value without a blank: `port:53`. */
const JOINED = /^([a-z][a-z0-9-]*:)(.+)$/;

export function tokenize(file: string, text: string, problems: Problems): readonly Word[] {
  const words: Word[] = [];
  let line = 1;
  let lineStart = 0;
  // Whether an option may come: its name is split off.
  for (const { 0: token, index } of text.matchAll(new RegExp(TOKEN, 'gy'))) {
    const place: Place = { file, line, column: index - lineStart + 1 };
    if (token === '\n') {
      line++;
      lineStart = index + 1;
    } else if (token.startsWith('"') || token.startsWith("'")) {
      if (token.length < 2 || token.at(-1) !== token[0]) {
        problems.add(place, `a string is not closed on its line; expect ${token[0]}`);
      }
      words.push({ text: token.slice(1).replace(/["']$/, ''), isQuoted: true, place });
    } else if (!/^[\s#]/.test(token)) words.push(...plain(token, place));
  }
  return words;
}

function plain(token: string, place: Place): readonly Word[] {
  const joined = JOINED.exec(token);
  const isAddress = /^[0-9a-f]*:[0-9a-f:.]*/.exec(token)?.[0] === token.split(/[/@%#]/)[0];
  if (joined === null || isAddress || token.includes('://')) {
    return [{ text: token, isQuoted: false, place }];
  }
  const [, option, value] = joined;
  const behind = { ...place, column: place.column + option!.length };
  return [
    { text: option!, isQuoted: false, place },
    { text: value!, isQuoted: false, place: behind },
  ];
}
