/** One YAML file: its nodes, their places, and the problems found in them. */

import { isAlias, LineCounter, type Node, parseDocument } from 'yaml';
import type { Place, Problem } from './problem.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

export class Document {
  readonly file: string;
  readonly problems: Problem[] = [];
  readonly root: Node | null;

  readonly #lines: LineCounter = new LineCounter();
  readonly #document: ReturnType<typeof parseDocument>;
  readonly #environment: Environment;

  /** Syntax errors and duplicate keys are problems from the start. `file` is only shown. */
  constructor(file: string, text: string, environment: Environment) {
    this.file = file;
    this.#environment = environment;
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    this.root = this.#document.contents as Node | null;
    for (const error of this.#document.errors) {
      this.reportAt(this.#placeOf(error.pos[0]), error.message.split('\n', 1)[0]!);
    }
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

  report(node: Node | null, message: string): undefined {
    return this.reportAt(this.place(node), message);
  }

  reportAt(place: Place, message: string): undefined {
    this.problems.push({ ...place, message });
    return undefined;
  }

  /** Fills in `${NAME}` from the environment; a name that is not set is a problem. */
  expand(text: string, node: Node): string {
    return text.replace(VARIABLE, (whole, name: string) => {
      const value = this.#environment[name];
      if (value !== undefined) return value;
      this.report(
        node,
        `the environment variable ${name} is not set; expect ${whole} to have a value`,
      );
      return '';
    });
  }
}
