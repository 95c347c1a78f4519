/** Runs the templates of a chart as text/template does. */

import { FUNCTIONS, isTrue, print } from './template-functions.ts';
import { type Block, type Node, type Operand, type Pipe, parseTemplate } from './template-tree.ts';

/** Variables by their names; `''` is `$`. */
type Variables = ReadonlyMap<string, unknown>;

interface Scope {
  readonly dot: unknown;
  readonly variables: Variables;
}

/** A set of files with templates, which may include those that any of them defines. */
export class Templates {
  readonly #named = new Map<string, readonly Node[]>();
  readonly #files = new Map<string, readonly Node[]>();

  constructor(files: ReadonlyMap<string, string>) {
    for (const [file, text] of files) this.#files.set(file, parseTemplate(file, text, this.#named));
  }

  /** What a file prints. */
  render(file: string, data: unknown): string {
    return this.#run(this.#files.get(file)!, begin(data));
  }

  #run(nodes: readonly Node[], scope: Scope): string {
    let printed = '';
    let { variables } = scope;
    for (const node of nodes) {
      const here: Scope = { dot: scope.dot, variables };
      if (node.kind === 'text') {
        printed += node.text;
      } else if (node.kind === 'output') {
        printed += this.#at(node.place, () => print(this.#evaluate(node.pipe, here)));
      } else if (node.kind === 'declare') {
        const value = this.#at(node.place, () => this.#evaluate(node.pipe, here));
        variables = new Map([...variables, [node.name, value]]);
      } else {
        printed += this.#block(node, here);
      }
    }
    return printed;
  }

  #block(block: Block, scope: Scope): string {
    const value = this.#at(block.place, () => this.#evaluate(block.pipe, scope));
    if (!isTrue(value)) return this.#run(block.otherwise, scope);
    if (block.kind === 'range') return this.#range(block, value, scope);
    const named = new Map(scope.variables);
    if (block.value !== undefined) named.set(block.value, value);
    const dot = block.kind === 'with' ? value : scope.dot;
    return this.#run(block.body, { dot, variables: named });
  }

  #range(block: Block, value: unknown, scope: Scope): string {
    if (typeof value !== 'object') throw new Error(`${block.place}: range over ${typeof value}`);
    const entries = Array.isArray(value)
      ? value.map((item, i) => [i, item] as const)
      : Object.entries(value as object).sort(([a], [b]) => (a < b ? -1 : 1));
    return entries
      .map(([key, item]) => {
        const variables = new Map(scope.variables);
        if (block.key !== undefined) variables.set(block.key, key);
        if (block.value !== undefined) variables.set(block.value, item);
        return this.#run(block.body, { dot: item, variables });
      })
      .join('');
  }

  #evaluate(pipe: Pipe, scope: Scope): unknown {
    let result: unknown[] = [];
    for (const command of pipe) result = [this.#command(command, result, scope)];
    return result[0];
  }

  #command(command: readonly Operand[], last: readonly unknown[], scope: Scope): unknown {
    const [first, ...others] = command;
    const given = [...others.map((one) => this.#operand(one, scope)), ...last];
    if (first!.kind === 'function') return this.#call(first!.name, given);
    const value = this.#operand(first!, scope);
    if (typeof value === 'function') return value(...given);
    if (given.length > 0) throw new Error('arguments for what is no function');
    return value;
  }

  #operand(operand: Operand, scope: Scope): unknown {
    switch (operand.kind) {
      case 'literal':
        return operand.value;
      case 'pipe':
        return this.#evaluate(operand.pipe, scope);
      case 'field':
        return walk(scope.dot, operand.path);
      case 'variable':
        if (!scope.variables.has(operand.name)) throw new Error(`no variable $${operand.name}`);
        return walk(scope.variables.get(operand.name), operand.path);
      case 'function':
        return this.#call(operand.name, []);
    }
  }

  #call(name: string, given: readonly unknown[]): unknown {
    if (name === 'include') {
      const nodes = this.#named.get(String(given[0]));
      if (nodes === undefined) throw new Error(`no template is named ${given[0]}`);
      return this.#run(nodes, begin(given[1]));
    }
    const known = FUNCTIONS.get(name);
    if (known === undefined) throw new Error(`the function ${name} is not known here`);
    return known(...given);
  }

  /** Errors name the place of the innermost action. */
  #at<T>(place: string, act: () => T): T {
    try {
      return act();
    } catch (error) {
      const { message } = error as Error;
      throw /^\S+:\d+: /.test(message) ? error : new Error(`${place}: ${message}`);
    }
  }
}

function begin(data: unknown): Scope {
  return { dot: data, variables: new Map([['', data]]) };
}

/** A field of a field; that of nothing is Go's `nil pointer evaluating`. */
function walk(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const name of path) {
    if (typeof at !== 'object' || at === null) throw new Error(`${name} of ${String(at)}`);
    at = Object.hasOwn(at, name) ? (at as Record<string, unknown>)[name] : undefined;
  }
  return at;
}
