/** Where a zone's text comes from: its file, the files that it includes, what $GENERATE makes. */

import { dirname, join } from 'node:path';
import { formatOctets, resolveEscapes } from './escape.ts';
import { type GenerateProblem, type Generator, parseGenerate } from './generate.ts';
import { ZoneProblems } from './zone-problems.ts';
import { ZoneScanner } from './zone-scanner.ts';

/** Files inside files inside files. */
const MAX_DEPTH = 16;
/** $INCLUDE directives that are followed in one zone: files that include others twice multiply. */
const MAX_INCLUDES = 1000;
/** Records that the $GENERATE directives of one zone may give. */
const MAX_GENERATED = 1_000_000;

/** Gives the text of a file; throws an Error when it cannot be read. */
export type ReadText = (file: string) => Uint8Array;

/** What goes on when an included file or a $GENERATE has ended. */
interface Outer {
  readonly scanner: ZoneScanner;
  readonly file: number;
  readonly line: number;
  readonly origin: Uint8Array;
  readonly owner: Uint8Array;
}

/** The names that an included file does not change for the file around it. */
export interface Names {
  readonly origin: Uint8Array;
  readonly owner: Uint8Array;
}

export class ZoneInput {
  /** The text at hand. */
  scanner: ZoneScanner;
  /** All files read, the zone's own first. */
  readonly files: string[];
  /** Which of them the text at hand is in. */
  file = 0;
  readonly problems: ZoneProblems = new ZoneProblems();

  readonly #readText: ReadText | undefined;
  #outer: Outer[] = [];
  #generator: Generator | undefined;
  #includes = 0;
  #generated = 0;

  constructor(octets: Uint8Array, file: string, readText: ReadText | undefined) {
    this.scanner = new ZoneScanner(octets);
    this.files = [file];
    this.#readText = readText;
  }

  /** The text at hand is of a $GENERATE: a record and no directive. */
  get isGenerated(): boolean {
    return this.#generator !== undefined;
  }

  /** The line of the entry at hand; for a generated one, of its $GENERATE. */
  get line(): number {
    return this.#generator === undefined ? this.scanner.line : this.#outer.at(-1)!.line;
  }

  /** Turns to an included file: `field` has its name. What is wrong with it, if it cannot. */
  include(field: number, names: Names): string | undefined {
    const { scanner } = this;
    const text = scanner.octets.subarray(scanner.textAt(field), scanner.textEnd(field));
    const name = new TextDecoder().decode(resolveEscapes(text) ?? text);
    const file = name.startsWith('/') ? name : join(dirname(this.files[this.file]!), name);
    const shown = formatOctets(new TextEncoder().encode(file));
    const wrong = this.#findObstacle(file);
    if (wrong !== undefined) return `"${shown}" is not included: ${wrong}`;
    try {
      const octets = this.#readText!(file);
      this.#includes++;
      this.#enter(new ZoneScanner(octets), names);
    } catch (error) {
      return `"${shown}" cannot be read: ${(error as Error).message}; expect a zone file`;
    }
    if (!this.files.includes(file)) this.files.push(file);
    this.file = this.files.indexOf(file);
    return undefined;
  }

  #findObstacle(file: string): string | undefined {
    if (this.#readText === undefined) return 'this text is in no file; expect records';
    const path = [...this.#outer, { file: this.file, line: this.line }];
    const circle = path.findIndex((place) => this.files[place.file] === file);
    if (circle >= 0) {
      const places = path.slice(circle).map((place) => `${this.files[place.file]}:${place.line}`);
      return `a circle of ${places.join(', ')}; expect files that do not include each other`;
    }
    if (path.length > MAX_DEPTH) return `files inside files; expect a depth of ${MAX_DEPTH}`;
    if (this.#includes === MAX_INCLUDES) return `expect at most ${MAX_INCLUDES} includes in a zone`;
    return undefined;
  }

  /** Turns to the records of the $GENERATE at hand. What is wrong with it, if it cannot. */
  generate(names: Names): GenerateProblem | undefined {
    const generator = parseGenerate(this.scanner, MAX_GENERATED - this.#generated);
    if ('message' in generator) return generator;
    this.#generated += generator.count;
    this.#enter(new ZoneScanner(generator.next()!), names);
    this.#generator = generator;
    return undefined;
  }

  #enter(scanner: ZoneScanner, names: Names): void {
    const { file, line } = this;
    this.#outer.push({ scanner: this.scanner, file, line, ...names });
    this.scanner = scanner;
  }

  /** Goes on behind the end of the text at hand, with these names; undefined at the end of all. */
  leave(): Names | undefined {
    const octets = this.#generator?.next();
    if (octets !== undefined) {
      this.scanner = new ZoneScanner(octets);
      return this.#outer.at(-1);
    }
    this.#generator = undefined;
    const outer = this.#outer.pop();
    if (outer === undefined) return undefined;
    this.scanner = outer.scanner;
    this.file = outer.file;
    return outer;
  }

  /** The origin of the files around was this one all along. */
  moveTo(origin: Uint8Array): void {
    this.#outer = this.#outer.map((outer) => ({ ...outer, origin }));
  }

  /** Something is wrong at an offset of the entry at hand. It ends a $GENERATE: once for all. */
  report(at: number, message: string): void {
    const { scanner, line } = this;
    const file = this.files[this.file]!;
    if (this.#generator === undefined) {
      this.problems.add({ file, ...scanner.placeOf(at), message });
      return;
    }
    this.#generator.stop();
    const record = formatOctets(scanner.octets);
    this.problems.add({ file, line, column: 1, message: `"${record}" of $GENERATE: ${message}` });
  }
}
