/** Options, a view or a zone: what it says itself, and else what the scope around it says. */

import type { Place } from '../../config/problem.ts';
import type { Problems } from '../problems.ts';
import { KNOWN, REPEATED } from './known-statements.ts';
import type { Statement } from './statements.ts';

export class Scope {
  readonly #statements: readonly Statement[];
  readonly #around: Scope | undefined;

  constructor(statements: readonly Statement[], around?: Scope) {
    this.#statements = statements;
    this.#around = around;
  }

  /** Of this scope alone. */
  own(name: string): Statement | undefined {
    return this.all(name)[0];
  }

  all(name: string): readonly Statement[] {
    return this.#statements.filter(({ words: [first] }) => first?.text === name);
  }

  /** Of this scope, or of the next one around it. */
  find(name: string): Statement | undefined {
    return this.own(name) ?? this.#around?.find(name);
  }

  /** All of them in this scope; where it has none, those of the next one around it. */
  findAll(name: string): readonly Statement[] {
    const own = this.all(name);
    return own.length > 0 ? own : (this.#around?.findAll(name) ?? []);
  }

  flag(name: string): boolean | undefined {
    const word = this.find(name)?.words[1]?.text.toLowerCase();
    if (word === undefined) return undefined;
    return word === 'yes' || word === 'true' || word === '1';
  }

  word(name: string): string | undefined {
    return this.find(name)?.words[1]?.text;
  }
}

/** Reports statements that nobody knows, and those that stand twice. */
export function checkStatements(
  statements: readonly Statement[],
  within: keyof typeof KNOWN,
  problems: Problems,
): void {
  const first = new Map<string, Place>();
  for (const { words, place } of statements) {
    const [head] = words;
    if (head === undefined) {
      problems.add(place, '{ begins no statement; expect a word before it');
      continue;
    }
    const name = head.text;
    if (head.isQuoted || !KNOWN[within].has(name)) {
      const where = within === 'top' ? 'outside of all braces' : `in ${within}`;
      problems.add(place, `BIND 9.18 knows no ${name} ${where}; expect one of its statements`);
    }
    const before = first.get(name);
    if (before !== undefined && !REPEATED.has(name)) {
      problems.add(place, `${name} is at line ${before.line} already; expect it once`);
    }
    first.set(name, before ?? place);
  }
}
