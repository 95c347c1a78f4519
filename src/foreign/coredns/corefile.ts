/** A Corefile as server blocks, with imports and snippets in their place. */

import { globSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { Place } from '../../config/problem.ts';
import { MAX_DEPTH, type Problems, readForeign } from '../problems.ts';
import { type Line, type Token, tokenize } from './tokens.ts';

/** A plugin, or a property of one: its words, and the lines in its braces. */
export interface Directive {
  readonly name: Token;
  readonly args: readonly Token[];
  readonly block: readonly Directive[];
}

export interface ServerBlock {
  /** Zones as they are written, with ports. */
  readonly keys: readonly Token[];
  readonly directives: readonly Directive[];
  readonly place: Place;
}

export function readCorefile(file: string, problems: Problems): readonly ServerBlock[] {
  return new Reader(problems).blocks(file);
}

class Reader {
  readonly #problems: Problems;
  readonly #open: string[] = [];
  readonly #snippets: Map<string, readonly Directive[]> = new Map();
  #lines: Line[] = [];

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  blocks(file: string, from?: Place): readonly ServerBlock[] {
    const lines = this.#load(file, from);
    const before = this.#lines;
    this.#lines = [...lines];
    const blocks: ServerBlock[] = [];
    while (this.#lines.length > 0) blocks.push(...this.#block());
    this.#lines = before;
    this.#open.pop();
    return blocks;
  }

  #load(file: string, from: Place | undefined): readonly Line[] {
    const read = readForeign(file, 'a Corefile');
    this.#open.push(file);
    if ('text' in read) return tokenize(file, read.text, this.#problems);
    this.#problems.add(from ?? { file, line: 1, column: 1 }, read.problem);
    return [];
  }

  #block(): readonly ServerBlock[] {
    const head = [...this.#lines.shift()!];
    const [first] = head as [Token];
    if (first.text === 'import')
      return this.#filesOf(head).flatMap((file) => this.blocks(file, first.place));
    // Names of zones may go on behind a comma at the end of a line.
    while (head.at(-1)!.text.endsWith(',') && this.#lines.length > 0)
      head.push(...this.#lines.shift()!);
    const isOpened = isBrace(head.at(-1)!, '{');
    const keys = head.slice(0, isOpened ? -1 : head.length).flatMap(split);
    // A single block needs no braces.
    const directives = isOpened ? this.#directives(head.at(-1)!) : this.#rest();
    const snippet = /^\((.+)\)$/.exec(first.text)?.[1];
    if (snippet !== undefined) {
      this.#snippets.set(snippet, directives);
      return [];
    }
    if (keys.length === 0)
      this.#problems.add(first.place, '{ has no zone before it; expect one like . or example.com');
    return [{ keys, directives, place: first.place }];
  }

  /** Up to the brace that closes `opened`. */
  #directives(opened: Token): readonly Directive[] {
    const all: Directive[] = [];
    for (let line = this.#lines.shift(); line !== undefined; line = this.#lines.shift()) {
      if (isBrace(line[0]!, '}')) return all;
      all.push(...this.#directive(line));
    }
    const { file, line } = opened.place;
    this.#problems.add(opened.place, `{ of line ${line} is not closed in ${file}; expect }`);
    return all;
  }

  #rest(): readonly Directive[] {
    const all: Directive[] = [];
    for (let line = this.#lines.shift(); line !== undefined; line = this.#lines.shift()) {
      all.push(...this.#directive(line));
    }
    return all;
  }

  #directive(line: Line): readonly Directive[] {
    const [name, ...args] = line as [Token, ...Token[]];
    const opened = args.at(-1);
    if (name.text === 'import') return this.#imported(line);
    if (opened === undefined || !isBrace(opened, '{')) return [{ name, args, block: [] }];
    return [{ name, args: args.slice(0, -1), block: this.#directives(opened) }];
  }

  /** A snippet by its name, or files of directives. */
  #imported(line: Line): readonly Directive[] {
    const snippet = this.#snippets.get(line[1]?.text ?? '');
    if (snippet !== undefined) return snippet;
    return this.#filesOf(line).flatMap((file) => {
      const lines = this.#load(file, line[0]!.place);
      const before = this.#lines;
      this.#lines = [...lines];
      const directives = this.#rest();
      this.#lines = before;
      this.#open.pop();
      return directives;
    });
  }

  #filesOf(line: Line): readonly string[] {
    const [name, path] = line as [Token, Token?];
    if (path === undefined) {
      this.#problems.add(name.place, 'import names nothing; expect a snippet or a file');
      return [];
    }
    const whole = isAbsolute(path.text) ? path.text : join(dirname(this.#open.at(-1)!), path.text);
    const isPattern = /[*?[]/.test(path.text);
    const files = isPattern ? globSync(whole).sort() : [whole];
    return files.filter((file) => this.#mayOpen(file, path.place));
  }

  #mayOpen(file: string, place: Place): boolean {
    if (this.#open.includes(file)) {
      this.#problems.add(
        place,
        `${file} is imported within itself: a circle; expect files without circles`,
      );
      return false;
    }
    if (this.#open.length < MAX_DEPTH) return true;
    this.#problems.add(place, `imports are nested deeper than ${MAX_DEPTH}; expect fewer`);
    return false;
  }
}

function isBrace({ text, isQuoted }: Token, brace: string): boolean {
  return !isQuoted && text === brace;
}

/** Zones may be parted by commas. */
function split(token: Token): readonly Token[] {
  return token.text
    .split(',')
    .filter((text) => text !== '')
    .map((text) => ({ ...token, text }));
}
