/** The part of text/template that the chart is written in, as a tree. What else there is in Go is an error here. */

import { cutTemplate, type Piece, type Token } from './template-tokens.ts';

export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'output'; readonly pipe: Pipe; readonly place: string }
  | { readonly kind: 'declare'; readonly name: string; readonly pipe: Pipe; readonly place: string }
  | Block;

export interface Block {
  readonly kind: 'if' | 'with' | 'range';
  readonly pipe: Pipe;
  /** Of `range $key, $value := …`, `range $value := …` and `with $value := …`. */
  readonly key: string | undefined;
  readonly value: string | undefined;
  readonly body: readonly Node[];
  readonly otherwise: readonly Node[];
  readonly place: string;
}

/** Commands, each of which has the result of the one before as its last argument. */
export type Pipe = readonly (readonly Operand[])[];

export type Operand =
  | { readonly kind: 'literal'; readonly value: unknown }
  /** `.a.b`; the dot alone has no path. */
  | { readonly kind: 'field'; readonly path: readonly string[] }
  /** `$x.a`; the name of `$` is empty. */
  | { readonly kind: 'variable'; readonly name: string; readonly path: readonly string[] }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'pipe'; readonly pipe: Pipe };

const CONSTANTS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['nil', undefined],
]);
/** Keywords of text/template that nothing here needs. */
const UNKNOWN: readonly string[] = ['template', 'block', 'break', 'continue'];

/** Parses a file: what it prints by itself, and adds its named templates to `named`. */
export function parseTemplate(
  file: string,
  text: string,
  named: Map<string, readonly Node[]>,
): readonly Node[] {
  return new Parser(file, cutTemplate(file, text), named).parse();
}

class Parser {
  readonly #file: string;
  readonly #pieces: readonly Piece[];
  readonly #named: Map<string, readonly Node[]>;
  #at = 0;
  #tokens: readonly Token[] = [];
  #token = 0;
  #place = '';

  constructor(file: string, pieces: readonly Piece[], named: Map<string, readonly Node[]>) {
    this.#file = file;
    this.#pieces = pieces;
    this.#named = named;
  }

  parse(): readonly Node[] {
    const nodes = this.#nodes();
    if (this.#at < this.#pieces.length) this.#fail('an end or else without its if');
    return nodes;
  }

  /** Up to the `end` or `else` that is not of these nodes, which becomes the current action. */
  #nodes(): Node[] {
    const nodes: Node[] = [];
    for (;;) {
      const piece = this.#pieces[this.#at];
      if (piece === undefined) return nodes;
      if (piece.kind === 'text') {
        nodes.push(piece);
      } else {
        this.#enter(piece);
        if (this.#isWord('end') || this.#isWord('else')) return nodes;
        nodes.push(...this.#action());
        continue;
      }
      this.#at++;
    }
  }

  #enter(piece: Extract<Piece, { kind: 'action' }>): void {
    this.#tokens = piece.tokens;
    this.#token = 0;
    this.#place = `${this.#file}:${piece.line}`;
  }

  #action(): readonly Node[] {
    const first = this.#tokens[0];
    if (first?.kind === 'word') {
      if (UNKNOWN.includes(first.text)) this.#fail(`${first.text} is not known here`);
      if (first.text === 'define') return this.#define();
      if (first.text === 'if' || first.text === 'with' || first.text === 'range') {
        this.#token++;
        return [this.#block(first.text)];
      }
    }
    const place = this.#place;
    const second = this.#tokens[1];
    if (first?.kind === 'variable' && second?.kind === 'symbol' && second.text === ':=') {
      this.#token = 2;
      const pipe = this.#wholePipe();
      this.#at++;
      return [{ kind: 'declare', name: first.text.slice(1), pipe, place }];
    }
    const pipe = this.#wholePipe();
    this.#at++;
    return [{ kind: 'output', pipe, place }];
  }

  #define(): readonly Node[] {
    const [, name] = this.#tokens;
    if (name?.kind !== 'literal' || this.#tokens.length !== 2) this.#fail('define needs a name');
    const key = String((name as { value: unknown }).value);
    if (this.#named.has(key)) this.#fail(`${key} is defined twice`);
    this.#at++;
    this.#named.set(key, this.#nodes());
    this.#end();
    return [];
  }

  /** From its pipe to its `end`. */
  #block(kind: Block['kind']): Block {
    const place = this.#place;
    const names = this.#declared();
    const pipe = this.#wholePipe();
    this.#at++;
    const body = this.#nodes();
    const otherwise = this.#otherwise();
    const [key, value] = names.length === 2 ? names : [undefined, names[0]];
    return { kind, pipe, key, value, body, otherwise, place };
  }

  /** What stands after `else`, and the `end`; that of `else if` is the end of both. */
  #otherwise(): readonly Node[] {
    if (!this.#isWord('else')) {
      this.#end();
      return [];
    }
    const next = this.#tokens[1];
    if (next !== undefined) {
      if (next.kind !== 'word' || next.text !== 'if') this.#fail('expect else or else if');
      this.#token = 2;
      return [this.#block('if')];
    }
    this.#at++;
    const nodes = this.#nodes();
    this.#end();
    return nodes;
  }

  #declared(): string[] {
    const names: string[] = [];
    const texts = this.#tokens.map((token) => ('text' in token ? token.text : ''));
    const sign = texts.indexOf(':=');
    if (sign < 0) return names;
    for (let i = 1; i < sign; i += 2) {
      if (this.#tokens[i]?.kind !== 'variable') this.#fail('expect $name before :=');
      names.push(texts[i]!.slice(1));
    }
    this.#token = sign + 1;
    return names;
  }

  #end(): void {
    if (!this.#isWord('end') || this.#tokens.length !== 1) this.#fail('expect end');
    this.#at++;
  }

  #wholePipe(): Pipe {
    const pipe = this.#pipe();
    if (this.#token < this.#tokens.length) this.#fail('expect the end of the action');
    return pipe;
  }

  #pipe(): Pipe {
    const commands: Operand[][] = [];
    do {
      const operands: Operand[] = [];
      for (let one = this.#operand(); one !== undefined; one = this.#operand()) operands.push(one);
      if (operands.length === 0) this.#fail('an empty command');
      commands.push(operands);
    } while (this.#takeSymbol('|'));
    return commands;
  }

  #operand(): Operand | undefined {
    const token = this.#tokens[this.#token];
    if (token === undefined) return undefined;
    if (token.kind === 'symbol') {
      if (token.text !== '(') return undefined;
      this.#token++;
      const pipe = this.#pipe();
      if (!this.#takeSymbol(')')) this.#fail('expect )');
      return { kind: 'pipe', pipe };
    }
    this.#token++;
    if (token.kind === 'literal') return token;
    if (token.kind === 'field') return { kind: 'field', path: pathOf(token.text.slice(1)) };
    if (token.kind === 'variable') {
      const [name, ...path] = token.text.slice(1).split('.');
      return { kind: 'variable', name: name!, path };
    }
    if (CONSTANTS.has(token.text)) return { kind: 'literal', value: CONSTANTS.get(token.text) };
    return { kind: 'function', name: token.text };
  }

  #takeSymbol(text: string): boolean {
    const token = this.#tokens[this.#token];
    const isIt = token?.kind === 'symbol' && token.text === text;
    if (isIt) this.#token++;
    return isIt;
  }

  #isWord(text: string): boolean {
    const [first] = this.#tokens;
    return this.#at < this.#pieces.length && first?.kind === 'word' && first.text === text;
  }

  #fail(message: string): never {
    throw new Error(`${this.#place || this.#file}: ${message}`);
  }
}

function pathOf(text: string): string[] {
  return text === '' ? [] : text.split('.');
}
