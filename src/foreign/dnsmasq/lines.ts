/** The lines of a dnsmasq.conf: `option=value`, quotes and comments. */

import type { Place } from '../../config/problem.ts';
import type { Problems } from '../problems.ts';

export interface Option {
  /** The long name, without dashes. */
  readonly name: string;
  /** Undefined without `=`; what was quoted is hidden from `wordsOf`. */
  readonly value: string | undefined;
  readonly place: Place;
}

/** What a quoted character is moved by, so that a quoted comma parts nothing. */
const HIDDEN = 0xe000;
const ESCAPES: Readonly<Record<string, string>> = {
  ...{ '"': '"', '\\': '\\', t: '\t', n: '\n', b: '\b', r: '\r', e: '\u001b' },
};

export function readLines(file: string, text: string, problems: Problems): readonly Option[] {
  return text.split('\n').flatMap((line, i) => {
    const plain = unquote(line);
    const place = { file, line: i + 1, column: line.length - line.trimStart().length + 1 };
    if (plain === undefined) {
      problems.add(place, 'a quotation is not closed on its line; expect "');
      return [];
    }
    const content = plain.trim();
    return content === '' ? [] : [{ ...partsOf(content), place }];
  });
}

/** An option without its value, or with it; blanks around `=` count for nothing. */
function partsOf(content: string): Pick<Option, 'name' | 'value'> {
  const at = content.indexOf('=');
  if (at < 0) return { name: content, value: undefined };
  return { name: content.slice(0, at).trimEnd(), value: content.slice(at + 1).trimStart() };
}

/** A quotation, a comment behind a blank, or a character. */
const PIECE = /"((?:\\.|[^"\\])*)("?)|(?<=^|\s)(#.*)|([^"])/gs;

/** Without its comment; undefined when a quotation is open. */
function unquote(line: string): string | undefined {
  const pieces = [...line.matchAll(PIECE)];
  if (pieces.some(([, quoted, end]) => quoted !== undefined && end === '')) return undefined;
  return pieces.map(([, quoted, , , char]) => char ?? hide(quoted ?? '')).join('');
}

function hide(quoted: string): string {
  return quoted
    .replace(/\\(["\\tnbre])/g, (_, letter: string) => ESCAPES[letter]!)
    .replace(/[\s\S]/g, (char) => String.fromCharCode(HIDDEN + char.charCodeAt(0)));
}

/** What stood in quotes, as it was. */
export function unhide(text: string): string {
  return text.replace(/[\ue000-\ue0ff]/g, (char) =>
    String.fromCharCode(char.charCodeAt(0) - HIDDEN),
  );
}

/** The words between commas. */
export function wordsOf({ value = '' }: Option): readonly string[] {
  return value.split(',').map((word) => unhide(word.trim()));
}
