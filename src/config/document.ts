/** One YAML file: its nodes, their places, and the problems found in them. */

import {
  isAlias,
  isMap,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  visit,
} from 'yaml';
import type { Place, Problem } from './problem.ts';
import { explainAlias, explainYaml } from './yaml-error.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Shorter values than this are no secrets, and occur in a text by chance. */
const SECRET_LENGTH = 6;

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

export class Document {
  readonly file: string;
  readonly problems: Problem[] = [];
  readonly root: Node | null;

  readonly #lines: LineCounter = new LineCounter();
  readonly #document: ReturnType<typeof parseDocument>;
  readonly #environment: Environment;
  /** What stands for which variable: `value` for `${NAME}`. */
  readonly #filledIn: Map<string, string> = new Map();

  /**
   * What is no YAML is a problem from the start, and there is no use in reading on. `file` is
   * only shown.
   */
  constructor(file: string, text: string, environment: Environment) {
    this.file = file;
    this.#environment = environment;
    this.#document = parseDocument(text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      // Keys are compared when they are read, with their variables filled in.
      uniqueKeys: false,
    });
    this.root = this.#document.contents as Node | null;
    const [error] = this.#document.errors;
    // The errors behind the first are its echoes.
    if (error === undefined) this.#reportAliases();
    else {
      const { offset, message } = explainYaml(error, text);
      this.reportAt(this.#placeOf(offset), message);
    }
  }

  #reportAliases(): void {
    visit(this.#document, {
      Alias: (_, alias) => {
        if (alias.resolve(this.#document) !== undefined) return;
        this.report(alias, explainAlias(alias.source));
      },
    });
  }

  /** Where a node begins; the start of the file for a node without a range. */
  place(node: Node | null | undefined): Place {
    return this.#placeOf(node?.range?.[0] ?? 0);
  }

  #placeOf(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.file, line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  /** The node that an alias stands for, or the node itself. */
  resolve(node: Node): Node | undefined {
    return isAlias(node) ? (node.resolve(this.#document) as Node | undefined) : node;
  }

  /**
   * The keys of the mapping that is found below these keys, as far as they can be read: what
   * may be referred to, whether or not its values make sense.
   */
  keysOf(...path: readonly string[]): readonly string[] {
    const node = path.length === 0 ? this.root : this.#document.getIn(path, true);
    const mapping = this.resolve(node as Node);
    if (!isMap(mapping)) return [];
    const keys = mapping.items.map(({ key }) => this.resolve(key as Node));
    return keys.filter(isScalar).map((key) => this.#fillIn(textOf(key), (whole) => whole));
  }

  report(node: Node | null, message: string): undefined {
    return this.reportAt(this.place(node), message);
  }

  reportAt(place: Place, message: string): undefined {
    this.problems.push({ ...place, message: this.#withoutSecrets(message) });
    return undefined;
  }

  /** Problems end up in logs: what came from the environment is shown as it is written. */
  #withoutSecrets(message: string): string {
    const values = [...this.#filledIn.keys()].filter(({ length }) => length >= SECRET_LENGTH);
    return values
      .sort((a, b) => b.length - a.length)
      .reduce((text, value) => {
        const whole = this.#filledIn.get(value)!;
        return text.replaceAll(JSON.stringify(value).slice(1, -1), whole).replaceAll(value, whole);
      }, message);
  }

  /** Fills in `${NAME}` from the environment; a name that is not set is a problem. */
  expand(text: string, node: Node): string | undefined {
    let complete = true;
    const filled = this.#fillIn(text, (whole, name) => {
      complete = false;
      this.report(
        node,
        `the environment variable ${name} is not set; expect ${whole} to have a value`,
      );
      return whole;
    });
    return complete ? filled : undefined;
  }

  #fillIn(text: string, otherwise: (whole: string, name: string) => string): string {
    return text.replace(VARIABLE, (whole, name: string) => {
      const value = this.#environment[name];
      if (value === undefined) return otherwise(whole, name);
      this.#filledIn.set(value, whole);
      return value;
    });
  }
}

/** A scalar as it is written: `010` stays `010`. */
export function textOf({ value, source }: Scalar): string {
  return typeof value === 'string' ? value : (source ?? String(value));
}
