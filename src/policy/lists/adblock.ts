/**
 * Lists in the format of ad blockers, as far as they are about names (AdGuard's DNS filtering
 * syntax): `||example.com^` is the name and all names below it, `|example.com^` the name alone,
 * and `@@` before them makes an exception. What a browser would need to follow the other rules
 * (paths, kinds of content, elements of a page) no DNS server sees: they are counted.
 */

import { NO_OPTIONS, readOptions } from './adblock-options.ts';
import { isComment } from './domains.ts';
import { HostsReader } from './hosts.ts';
import type { ListLines } from './list-lines.ts';
import { type ListMatch, Reach } from './list-match.ts';
import { ListName } from './list-name.ts';
import { ListRules } from './list-rules.ts';
import { SpecialRules, type Subject } from './special-rules.ts';

const AT = 0x40;
const BAR = 0x7c;
const CARET = 0x5e;
const DOT = 0x2e;
const HASH = 0x23;

const COMMENT = /^(?:[!;[]|#(?![@?$%]{0,2}#))/;
const COSMETIC = /#[@?$%]{0,2}#|\$\$/;
/** A pattern between slashes, and options. */
const EXPRESSION = /^\/(.+)\/(?:\$([\w~][^/]*))?$/s;
/** A pattern, and options behind the first dollar sign. */
const RULE = /^([^$]*)(?:\$(.*))?$/s;
/** Patterns that are for all names. */
const EVERYTHING: readonly string[] = ['', '*', '||*^', '|*^', '||*'];

/** Whatever is no other rule is a part of an URL: there is no text that could not be one. */
const PATTERN = 'a pattern';
/** A name between bars, and what ends it. */
const NAME = /^(\|{0,2})([\w.*-]+)(\^?)(\|?)$/;
const ALL_NAMES: Subject = { wire: Uint8Array.of(0), reach: Reach.SUBTREE };

export function readAdblock(lines: ListLines, file: string, match: ListMatch): ListRules {
  const rules = new ListRules(file, lines.octets, Reach.SUBTREE, match);
  const reader = new AdblockReader(lines, rules, takenBack(lines.octets));
  while (lines.next()) reader.readLine();
  rules.applyExceptions();
  return rules;
}

/** The rules that others take back by `$badfilter`, wherever they stand. */
function takenBack(octets: Uint8Array): ReadonlySet<string> {
  const text = Buffer.from(octets.buffer, octets.byteOffset, octets.length);
  const found = new Set<string>();
  for (let at = text.indexOf('badfilter'); at >= 0; at = text.indexOf('badfilter', at)) {
    const start = text.lastIndexOf('\n', at) + 1;
    const end = text.indexOf('\n', at);
    // The next one is in another line.
    at = end < 0 ? text.length : end;
    const line = text.toString('latin1', start, at).trim();
    if (/[$,]badfilter(?:,|$)/.test(line)) found.add(normalized(line));
  }
  return found;
}

/** A rule without `$badfilter`, and its other options in one order. */
function normalized(line: string): string {
  const at = line.lastIndexOf('$');
  if (at < 0) return line;
  const options = line.slice(at + 1).split(',');
  const others = options.filter((option) => option !== 'badfilter').sort();
  return others.length === 0 ? line.slice(0, at) : `${line.slice(0, at)}$${others.join(',')}`;
}

class AdblockReader {
  readonly #lines: ListLines;
  readonly #rules: ListRules;
  readonly #specials: SpecialRules;
  readonly #takenBack: ReadonlySet<string>;
  readonly #hosts: HostsReader;
  readonly #name: ListName = new ListName();

  constructor(lines: ListLines, rules: ListRules, takenBack: ReadonlySet<string>) {
    this.#lines = lines;
    this.#rules = rules;
    this.#specials = rules.specials = new SpecialRules();
    this.#takenBack = takenBack;
    this.#hosts = new HostsReader(lines, rules);
  }

  readLine(): void {
    if (this.#takenBack.size > 0 && this.#isTakenBack()) return;
    if (this.#readBare() || this.#readPlain()) return;
    const text = this.#lines.text();
    if (!COMMENT.test(text)) this.#readRule(text);
  }

  #isTakenBack(): boolean {
    const text = this.#lines.text();
    return /[$,]badfilter(?:,|$)/.test(text) || this.#takenBack.has(normalized(text));
  }

  /** Reads `||name^` or `|name^`, a bar behind it or not, or an exception for one of them. */
  #readBare(): boolean {
    const { octets, at, end, line } = this.#lines;
    const isException = octets[at] === AT && octets[at + 1] === AT;
    const from = isException ? at + 2 : at;
    if (octets[from] !== BAR) return false;
    const isSubtree = octets[from + 1] === BAR;
    const isEnded = octets[end - 1] === BAR && end - 1 > from;
    const to = isEnded ? end - 2 : end - 1;
    const hasCaret = octets[to] === CARET;
    // `|name|` is the name from its beginning to its end.
    if (!hasCaret && (isSubtree || !isEnded)) return false;
    const nameAt = from + (isSubtree ? 2 : 1);
    if (!this.#name.read(octets, nameAt, hasCaret ? to : to + 1)) return false;
    const reach = isSubtree ? Reach.SUBTREE : Reach.NAME;
    if (isException) this.#rules.except(this.#name, line, reach);
    else this.#rules.add(this.#name, line, reach);
    return true;
  }

  /** Reads a name by itself, or a line as hosts files have it. */
  #readPlain(): boolean {
    const lines = this.#lines;
    const { octets, at, end, line } = lines;
    if (octets[at] === HASH || octets[at] === AT || octets[at] === BAR) return false;
    const wordEnd = lines.wordEnd(at);
    const behind = lines.wordAt(wordEnd);
    const isAlone = behind >= end || isComment(octets[behind]!);
    if (!isAlone) return this.#hosts.readLine();
    if (behind < end && COSMETIC.test(lines.text())) return false;
    const dot = octets.indexOf(DOT, at);
    if (dot < 0 || dot >= wordEnd - 1) return false;
    if (!this.#name.read(octets, at, wordEnd)) return false;
    this.#rules.add(this.#name, line, Reach.NAME);
    return true;
  }

  #readRule(text: string): void {
    const isException = text.startsWith('@@');
    const body = isException ? text.slice(2) : text;
    const kind = this.#readBody(body, isException);
    if (kind === undefined) return;
    const { line } = this.#lines;
    const shown = isException ? `exception, ${kind}` : kind;
    if (kind === PATTERN) this.#rules.reject(shown, line);
    else this.#rules.ignore(shown, line);
  }

  /** When the rule cannot be honoured, the kind that it is counted as. */
  #readBody(body: string, isException: boolean): string | undefined {
    const expression = EXPRESSION.exec(body);
    if (expression !== null) {
      const [, source, options] = expression;
      return this.#addExpression(source!, options, isException);
    }
    if (COSMETIC.test(body)) return 'cosmetic';
    const [, pattern, text] = RULE.exec(body)!;
    const options = text === undefined ? NO_OPTIONS : readOptions(text);
    if (typeof options === 'string') return options;
    const isNarrowed = options.types.length > 0 || options.denied.length > 0;
    const isForAll = isNarrowed && EVERYTHING.includes(pattern!);
    const subject = isForAll ? ALL_NAMES : this.#subjectOf(pattern!);
    if (typeof subject === 'string') return subject;
    return this.#specials.add(subject, isException, options, this.#lines.line);
  }

  #addExpression(
    source: string,
    options: string | undefined,
    isException: boolean,
  ): string | undefined {
    const read = options === undefined ? NO_OPTIONS : readOptions(options);
    if (typeof read === 'string') return read;
    // No name has a slash: it is about the path of an URL.
    if (source.includes('/')) return 'a regular expression on a path';
    return this.#specials.add({ source }, isException, read, this.#lines.line);
  }

  /** What a pattern is for, or the kind that a rule with it is counted as. */
  #subjectOf(pattern: string): Subject | string {
    const [, bars, text = '', caret, bar] = NAME.exec(pattern) ?? [];
    if (bars === undefined) return pattern.includes('/') ? 'a path' : PATTERN;
    const isSubtree = bars === '||';
    const isEnded = caret !== '' || bar !== '';
    if (isSubtree && caret === '') return 'no ^ at the end';
    // A name by itself is one with a dot; others are parts of names.
    const isWhole = bars === '' ? !isEnded && text.slice(0, -1).includes('.') : isEnded;
    const octets = Buffer.from(text, 'latin1');
    const name = this.#name;
    if (!isWhole || !name.read(octets, 0, octets.length)) return PATTERN;
    const reach = this.#rules.reachOf(name, isSubtree ? Reach.SUBTREE : Reach.NAME);
    return { wire: name.wire, reach };
  }
}
