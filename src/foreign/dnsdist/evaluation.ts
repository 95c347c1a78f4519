/** Goes through a configuration as Lua would: assignments, calls, and loops over tables that are written. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from '../../config/problem.ts';
import { parseClass, parseOpcode, parseRcode, parseType } from '../../wire/registry.ts';
import { MAX_DEPTH, type Problems } from '../problems.ts';
import {
  type Expression,
  type LuaFile,
  type Node,
  placeIn,
  readLua,
  type Statement,
  sourceOf,
} from './lua.ts';
import type { Call, Table, Value } from './values.ts';

/** All calls of dnsdist's functions in their order, those within others before them. */
export interface Evaluated {
  readonly calls: readonly Call[];
  /** Of all files. */
  readonly texts: readonly string[];
  /** Statements that decide who knows what: they are not run. */
  readonly left: readonly { readonly place: Place; readonly source: string }[];
}

export class Evaluation implements Evaluated {
  readonly calls: Call[] = [];
  readonly texts: string[] = [];
  readonly left: { place: Place; source: string }[] = [];
  readonly #variables: Map<string, Value> = new Map();
  readonly #problems: Problems;
  /** What it is reading. */
  #file: LuaFile | undefined;
  #depth = 0;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  run(file: LuaFile): void {
    this.texts.push(file.text);
    const outer = this.#file;
    this.#file = file;
    for (const statement of file.body) this.#statement(statement);
    this.#file = outer;
  }

  #statement(statement: Statement): void {
    switch (statement.type) {
      case 'LocalStatement':
      case 'AssignmentStatement':
        return this.#assign(statement.variables, statement.init);
      case 'CallStatement':
        this.#value(statement.expression);
        return;
      case 'DoStatement':
        for (const inner of statement.body) this.#statement(inner);
        return;
      case 'ForGenericStatement':
        return this.#loop(statement);
      case 'FunctionDeclaration':
        return this.#function(statement);
      default:
        this.#leave(statement);
    }
  }

  #assign(variables: readonly Expression[], init: readonly Expression[]): void {
    for (const [i, variable] of variables.entries()) {
      const source = init[i];
      const value = source === undefined ? this.#unknown(variable) : this.#value(source);
      if (variable.type === 'Identifier') this.#variables.set(variable.name, value);
      else if (!this.#setField(variable, value)) this.#leave(variable);
    }
  }

  /** `names["x"] = ...`, `names.x = ...` */
  #setField(variable: Expression, value: Value): boolean {
    if (variable.type !== 'MemberExpression' && variable.type !== 'IndexExpression') return false;
    const base = this.#value(variable.base);
    if (base.kind !== 'table') return false;
    if (variable.type === 'MemberExpression') base.fields.set(variable.identifier.name, value);
    else {
      const index = this.#value(variable.index);
      if (index.kind === 'text') base.fields.set(index.text, value);
      else if (index.kind === 'number') base.items[index.number - 1] = value;
      else return false;
    }
    return true;
  }

  /** `for _, name in ipairs(names) do ... end` */
  #loop(statement: Extract<Statement, { type: 'ForGenericStatement' }>): void {
    const [iterator] = statement.iterators;
    const isKnown =
      iterator?.type === 'CallExpression' &&
      iterator.base.type === 'Identifier' &&
      ['ipairs', 'pairs'].includes(iterator.base.name);
    const table = isKnown ? this.#value(iterator.arguments[0]!) : undefined;
    if (table?.kind !== 'table') return this.#leave(statement);
    const [key, each] = statement.variables;
    const { place } = table;
    const entries: readonly (readonly [Value, Value])[] = [
      ...table.items.map((item, i) => [{ kind: 'number', number: i + 1, place }, item] as const),
      ...[...table.fields].map(([text, value]) => [{ kind: 'text', text, place }, value] as const),
    ];
    for (const [index, value] of entries) {
      if (key !== undefined) this.#variables.set(key.name, index);
      if (each !== undefined) this.#variables.set(each.name, value);
      for (const inner of statement.body) this.#statement(inner);
    }
  }

  /** A function decides nothing until it is called; dnsdist itself calls one, every second. */
  #function(statement: Extract<Statement, { type: 'FunctionDeclaration' }>): void {
    const { identifier } = statement;
    if (identifier?.type !== 'Identifier') return;
    this.#variables.set(identifier.name, this.#unknown(statement));
    if (identifier.name === 'maintenance') this.#leave(statement);
  }

  #leave(node: Node): void {
    this.left.push({ place: this.#place(node), source: sourceOf(this.#file!, node) });
  }

  #place(node: Node): Place {
    return placeIn(this.#file!, node);
  }

  #unknown(node: Node): Value {
    return { kind: 'unknown', place: this.#place(node) };
  }

  #value(expression: Expression): Value {
    const place = this.#place(expression);
    switch (expression.type) {
      case 'StringLiteral':
        return { kind: 'text', text: expression.value, place };
      case 'NumericLiteral':
        return { kind: 'number', number: expression.value, place };
      case 'BooleanLiteral':
        return { kind: 'flag', flag: expression.value, place };
      case 'Identifier':
        return this.#variables.get(expression.name) ?? this.#unknown(expression);
      case 'TableConstructorExpression':
        return this.#table(expression);
      case 'MemberExpression':
        return this.#member(expression);
      case 'BinaryExpression':
        return this.#joined(expression);
      case 'CallExpression':
        return this.#call(expression, expression.base, expression.arguments);
      case 'TableCallExpression':
        return this.#call(expression, expression.base, [expression.arguments]);
      case 'StringCallExpression':
        return this.#call(expression, expression.base, [expression.argument]);
      default:
        return this.#unknown(expression);
    }
  }

  #table(expression: Extract<Expression, { type: 'TableConstructorExpression' }>): Table {
    const table: Table = {
      ...{ kind: 'table', items: [], fields: new Map() },
      place: this.#place(expression),
    };
    for (const field of expression.fields) {
      const value = this.#value(field.value);
      if (field.type === 'TableValue') table.items.push(value);
      else if (field.type === 'TableKeyString') table.fields.set(field.key.name, value);
      else {
        const key = this.#value(field.key);
        if (key.kind === 'text') table.fields.set(key.text, value);
        else table.items.push(key.kind === 'number' ? value : this.#unknown(field));
      }
    }
    return table;
  }

  /** `DNSRCode.REFUSED`, or a field of a table. */
  #member(expression: Extract<Expression, { type: 'MemberExpression' }>): Value {
    const { base, identifier } = expression;
    if (base.type === 'Identifier' && !this.#variables.has(base.name)) {
      const number = CONSTANTS[base.name]?.(identifier.name);
      if (number !== undefined) return { kind: 'number', number, place: this.#place(expression) };
    }
    const owner = this.#value(base);
    const field = owner.kind === 'table' ? owner.fields.get(identifier.name) : undefined;
    return field ?? this.#unknown(expression);
  }

  /** `"a" .. "b"` */
  #joined(expression: Extract<Expression, { type: 'BinaryExpression' }>): Value {
    const [left, right] = [this.#value(expression.left), this.#value(expression.right)];
    const [first, second] = [wordOf(left), wordOf(right)];
    if (expression.operator !== '..' || first === undefined || second === undefined)
      return this.#unknown(expression);
    return { kind: 'text', text: first + second, place: left.place };
  }

  #call(node: Expression, base: Expression, written: readonly Expression[]): Value {
    if (base.type === 'MemberExpression' && base.indexer === ':') {
      const object = this.#value(base.base);
      const args = written.map((one) => this.#value(one));
      if (object.kind === 'call') object.methods.push({ name: base.identifier.name, args });
      return object;
    }
    const args = written.map((one) => this.#value(one));
    if (base.type !== 'Identifier' || this.#variables.has(base.name)) {
      this.#leave(node);
      return this.#unknown(node);
    }
    const source = sourceOf(this.#file!, node);
    const place = this.#place(node);
    const call: Call = { kind: 'call', name: base.name, args, methods: [], place, source };
    this.calls.push(call);
    if (call.name === 'includeDirectory') this.#include(call);
    return call;
  }

  /** Files that end in `.conf`, in the order of their names; of variables they have those set so far. */
  #include({ args: [folder], place }: Call): void {
    if (folder?.kind !== 'text') return;
    let names: readonly string[];
    try {
      names = readdirSync(folder.text);
    } catch {
      this.#problems.add(place, `${folder.text} cannot be read; expect a folder with .conf files`);
      return;
    }
    if (this.#depth === MAX_DEPTH) {
      this.#problems.add(place, `includes are nested deeper than ${MAX_DEPTH}; expect fewer`);
      return;
    }
    this.#depth++;
    for (const name of names.filter((one) => /^[^.].*\.conf$/.test(one)).sort()) {
      const file = readLua(join(folder.text, name), this.#problems, place);
      if (file !== undefined) this.run(file);
    }
    this.#depth--;
  }
}

function wordOf(value: Value): string | undefined {
  if (value.kind === 'number') return String(value.number);
  return value.kind === 'text' ? value.text : undefined;
}

/** Names of numbers, as dnsdist has them. */
const CONSTANTS: Readonly<Record<string, (name: string) => number | undefined>> = {
  DNSQType: parseType,
  DNSRCode: parseRcode,
  DNSOpcode: (name) => parseOpcode(name.toUpperCase()),
  DNSClass: (name) => parseClass(name === 'CHAOS' ? 'CH' : name),
};
