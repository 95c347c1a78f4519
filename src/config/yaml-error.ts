/** What is wrong with a text that is no YAML, in words of who wrote it. */

import type { YAMLParseError } from 'yaml';

/** A problem with an offset into the text: the one of the parser, or a better one. */
export interface YamlProblem {
  readonly offset: number;
  readonly message: string;
}

/** What begins a word that YAML reads as something else, and what that is. */
const MEANINGS: Readonly<Record<string, string>> = {
  '*': 'an alias',
  '&': 'an anchor',
  '!': 'a tag',
  '@': 'nothing that it knows',
  '`': 'nothing that it knows',
  '%': 'a directive',
  '[': 'a list',
};

/** A word that begins with one of them; of those in brackets only addresses: `[::1]:53`. */
const UNQUOTED =
  /(?<=^|[\s[{,])(?:[*&!@`%][^\s,\]}]*|\[[\da-f:.]*:[\da-f:.]*(?:%\w+)?\](?::\d+)?)/gi;

/** What ends with which character. */
const UNENDED: Readonly<Record<string, string>> = { ']': 'a list', '}': 'a mapping' };

/** Describes an error of the parser. */
export function explainYaml(
  { code, message, pos: [at] }: YAMLParseError,
  text: string,
): YamlProblem {
  if (code === 'MULTIPLE_DOCS') {
    return { offset: at, message: 'a second document begins here; expect one' };
  }
  if (text.startsWith('${', at - 1)) {
    return {
      offset: at,
      message: 'within [ ] or { } a variable begins a mapping; expect quotes around it',
    };
  }
  if (code === 'TAB_AS_INDENT') {
    return { offset: at, message: 'a tab begins this line; expect spaces' };
  }
  if (code === 'BLOCK_AS_IMPLICIT_KEY') {
    return {
      offset: at,
      message: 'a second ": " on one line; expect quotes around a value that has one',
    };
  }
  return (
    findUnquoted(text, at) ??
    findUnclosed(message, at) ?? {
      offset: at,
      message: `${message.split('\n', 1)[0]}; expect YAML`,
    }
  );
}

/** A list, mapping or quoted text that has no end. The parser says which, and where it gave up. */
function findUnclosed(message: string, at: number): YamlProblem | undefined {
  const closed = /end with a ([\]}])|Missing closing (["'])/.exec(message);
  if (closed === null) return undefined;
  const end = closed[1] ?? closed[2] ?? '';
  const what = UNENDED[end] ?? 'a text in quotes';
  return { offset: at, message: `${what} has no end; expect ${end} here or before` };
}

/** `*.example.com` is no alias that anybody has given a name. */
export function explainAlias(name: string): string {
  if (/^[.\w-]*$/.test(name) && (name === '' || name.includes('.'))) return needsQuotes(`*${name}`);
  return `there is no anchor "${name}" above; expect a value with &${name}`;
}

/** The parser stumbles behind the word that it misread, on the same line. */
function findUnquoted(text: string, at: number): YamlProblem | undefined {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  const end = text.indexOf('\n', at);
  const line = text.slice(start, end < 0 ? undefined : end);
  // What stands in quotes is quoted; a quote without its other half is another fault.
  const bare = line.replace(/"(?:[^"\\]|\\.)*"?|'[^']*'?/g, (quoted) => ' '.repeat(quoted.length));
  const words = [...bare.matchAll(UNQUOTED)].filter(({ index }) => start + index <= at);
  const last = words.at(-1);
  if (last === undefined) return undefined;
  return { offset: start + last.index, message: needsQuotes(last[0].replace(/:$/, '')) };
}

function needsQuotes(word: string): string {
  return `in YAML ${word[0]} begins ${MEANINGS[word[0]!]}; expect quotes: "${word}"`;
}
