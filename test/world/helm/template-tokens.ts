/** The tokens of a Go template (text/template): text, and what stands in actions. Unknown spelling is an error. */

export type Token =
  | { readonly kind: 'word' | 'symbol' | 'field' | 'variable'; readonly text: string }
  | { readonly kind: 'literal'; readonly value: string | number };

/** A piece of a template: text, or the tokens of one action. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly tokens: readonly Token[]; readonly line: number };

const COMMENT = /^\/\*[\s\S]*?\*\/$/;
const TOKEN =
  /\s*(?:("(?:\\.|[^"\\])*")|`([^`]*)`|(-?\d+)(?![\w.])|(\$\w*(?:\.\w+)*)|(\.(?:\w+(?:\.\w+)*)?)|(\w+)|(:=|[(),|]))/y;

/** Cuts a template into pieces. */
export function cutTemplate(file: string, template: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  let trims = false;
  for (;;) {
    const open = template.indexOf('{{', at);
    const text = trimStart(template.slice(at, open < 0 ? undefined : open), trims);
    if (open < 0) return [...pieces, { kind: 'text', text }];
    const line = template.slice(0, open).split('\n').length;
    const close = endOfAction(template, open + 2);
    if (close < 0) throw new Error(`${file}:${line}: an action without }}`);
    const inner = template.slice(open + 2, close);
    const trimsBefore = /^-[ \t\r\n]/.test(inner);
    trims = /[ \t\r\n]-$/.test(inner);
    pieces.push({ kind: 'text', text: trimEnd(text, trimsBefore) });
    const body = inner.slice(trimsBefore ? 1 : 0, trims ? -1 : undefined).trim();
    at = close + 2;
    if (COMMENT.test(body)) continue;
    pieces.push({ kind: 'action', tokens: readTokens(`${file}:${line}`, body), line });
  }
}

/** Where the `}}` of an action is, past strings and comments that contain one. */
function endOfAction(template: string, from: number): number {
  const skip = /"(?:\\.|[^"\\\n])*"|`[^`]*`|\/\*[\s\S]*?\*\/|\}\}/g;
  skip.lastIndex = from;
  for (;;) {
    const found = skip.exec(template);
    if (found === null) return -1;
    if (found[0] === '}}') return found.index;
  }
}

function readTokens(place: string, body: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  let at = 0;
  while (at < body.length) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(body);
    if (found === null) throw new Error(`${place}: cannot read ${body.slice(at)}`);
    tokens.push(tokenOf(found));
    at = TOKEN.lastIndex;
  }
  return tokens;
}

function tokenOf([, quoted, raw, number, variable, field, word, symbol]: RegExpExecArray): Token {
  if (quoted !== undefined) return { kind: 'literal', value: JSON.parse(quoted) };
  if (raw !== undefined) return { kind: 'literal', value: raw };
  if (number !== undefined) return { kind: 'literal', value: Number(number) };
  if (variable !== undefined) return { kind: 'variable', text: variable };
  if (field !== undefined) return { kind: 'field', text: field };
  if (word !== undefined) return { kind: 'word', text: word };
  return { kind: 'symbol', text: symbol! };
}

/** White space as text/template trims it. */
function trimStart(text: string, isAsked: boolean): string {
  return isAsked ? text.replace(/^[ \t\r\n]+/, '') : text;
}

function trimEnd(text: string, isAsked: boolean): string {
  return isAsked ? text.replace(/[ \t\r\n]+$/, '') : text;
}
