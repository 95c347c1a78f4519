/** What becomes of the lines of a list: rules, and lines that are no rules by kind. */

import { IgnoredKinds } from '../rules/ignored.ts';
import { NameTable } from '../rules/name-table.ts';
import { RuleTable } from '../rules/rule-table.ts';
import { expectedLines } from '../text-file.ts';
import type { ListName } from './list-name.ts';

/** What the code of a list's rule stands for. */
export const ListCode = { LISTED: 0, EXCEPTED: 1 } as const;
export type ListCode = (typeof ListCode)[keyof typeof ListCode];

export class ListRules {
  readonly rules: RuleTable;
  readonly ignored: IgnoredKinds = new IgnoredKinds();
  /** Lines that are not in the format of the list. */
  garbage = 0;
  readonly #exceptions: NameTable = new NameTable();
  /** Of each exception. */
  readonly #exceptionLines: number[] = [];

  readonly #file: string;

  /** For the text of a file; `subtrees`: a name stands for all names below it too. */
  constructor(file: string, octets: Uint8Array, subtrees: boolean) {
    this.#file = file;
    this.rules = new RuleTable(undefined, subtrees);
    this.rules.reserve(expectedLines(octets), octets.length);
  }

  /** Adds a name; the first line that has it counts. */
  add({ wire, wildcard }: ListName, line: number): void {
    const entry = this.rules.entry(wire, wildcard);
    if (this.rules.isSet(entry)) this.ignore('duplicate', line);
    else this.rules.set(entry, ListCode.LISTED, line);
  }

  /** Adds an exception: it goes before all rules for the same names, wherever they stand. */
  except({ wire, wildcard }: ListName, line: number): void {
    const entry = this.#exceptions.add(wire, wildcard);
    if (entry < this.#exceptionLines.length) this.ignore('duplicate', line);
    else this.#exceptionLines.push(line);
  }

  /** Makes exceptions of the rules that exceptions take in: the longest name decides a query. */
  applyExceptions(): void {
    const { rules } = this;
    const exceptions = this.#exceptions;
    if (exceptions.count === 0) return;
    for (let entry = 0, { count } = rules; entry < count; entry++) {
      const line = this.#exceptionAbove(rules.nameOf(entry));
      if (line > 0) rules.set(entry, ListCode.EXCEPTED, line);
    }
    for (const [exception, line] of this.#exceptionLines.entries()) {
      const wire = exceptions.nameOf(exception);
      const isSubtree = exceptions.entryOf(wire, false) === exception;
      if (isSubtree) rules.set(rules.entry(wire, false), ListCode.EXCEPTED, line);
      if (!isSubtree || rules.entryOf(wire, true) >= 0) {
        rules.set(rules.entry(wire, true), ListCode.EXCEPTED, line);
      }
    }
  }

  /** The line of an exception for the names below one that `wire` is below of; 0 without one. */
  #exceptionAbove(wire: Uint8Array): number {
    for (let at = wire[0]! + 1; wire[at] !== 0; at += wire[at]! + 1) {
      const suffix = wire.subarray(at);
      const entry = Math.max(
        this.#exceptions.entryOf(suffix, false),
        this.#exceptions.entryOf(suffix, true),
      );
      if (entry >= 0) return this.#exceptionLines[entry]!;
    }
    return 0;
  }

  /** The line is right, and not honoured. */
  ignore(kind: string, line: number): void {
    this.ignored.add(kind, { file: this.#file, line });
  }

  /** The line is none of this format. */
  reject(kind: string, line: number): void {
    this.garbage++;
    this.ignore(kind, line);
  }
}
