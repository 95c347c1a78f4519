/** What becomes of the lines of a list: rules, and lines that are no rules by kind. */

import { IgnoredKinds } from '../rules/ignored.ts';
import { NameTable } from '../rules/name-table.ts';
import { RuleTable } from '../rules/rule-table.ts';
import { expectedLines } from '../text-file.ts';
import { type ListMatch, Reach, reachBy } from './list-match.ts';
import type { ListName } from './list-name.ts';
import type { SpecialRules } from './special-rules.ts';

/** What the code of a list's rule stands for. */
export const ListCode = { LISTED: 0, EXCEPTED: 1 } as const;
export type ListCode = (typeof ListCode)[keyof typeof ListCode];

export class ListRules {
  readonly rules: RuleTable;
  readonly match: ListMatch;
  readonly ignored: IgnoredKinds = new IgnoredKinds();
  /** Lines that are not in the format of the list. */
  garbage = 0;
  /** Names that were listed, and those of them that were written `*.name`. */
  listed = 0;
  wildcards = 0;
  /** Rules of other kinds, in the formats that have them. */
  specials: SpecialRules | undefined;
  /** How far a name reaches by the format, in the words of `match`. */
  readonly #written: Reach;
  readonly #subtrees: boolean;
  /** The reaches that `match` makes of those that are written. */
  readonly #reaches: readonly Reach[];
  readonly #exceptions: NameTable = new NameTable();
  /** Of each exception. */
  readonly #exceptionLines: number[] = [];
  readonly #exceptionReaches: Reach[] = [];
  readonly #file: string;

  /** For the text of a file; `written`: what a name in it stands for unless `match` decides. */
  constructor(file: string, octets: Uint8Array, written: Reach, match: ListMatch) {
    this.#file = file;
    this.match = match;
    this.#written = written;
    this.#reaches = Object.values(Reach).map((one) => reachBy(match, one));
    this.#subtrees = this.#reaches[written] === Reach.SUBTREE;
    this.rules = new RuleTable(undefined, this.#subtrees);
    this.rules.reserve(expectedLines(octets), octets.length);
  }

  /** Adds a name; the first line that has it counts. */
  add(name: ListName, line: number, written: Reach = this.#written): void {
    const { rules } = this;
    this.listed++;
    if (name.wildcard) this.wildcards++;
    const reach = this.reachOf(name, written);
    const entry = rules.entry(name.wire, reach === Reach.BELOW);
    if (!rules.isSet(entry)) {
      rules.set(entry, ListCode.LISTED, line);
      if (reach === Reach.NAME && this.#subtrees) rules.setExact(entry, true);
    } else if (reach === Reach.SUBTREE && rules.isExact(entry)) {
      rules.set(entry, ListCode.LISTED, line);
      rules.setExact(entry, false);
    } else if (!name.wildcard || reach === Reach.BELOW) {
      this.ignore('duplicate', line);
    }
  }

  /** Adds an exception: it goes before all rules for the same names, wherever they stand. */
  except(name: ListName, line: number, written: Reach = this.#written): void {
    const reach = this.reachOf(name, written);
    const entry = this.#exceptions.add(name.wire, reach === Reach.BELOW);
    if (entry === this.#exceptionLines.length) {
      this.#exceptionLines.push(line);
      this.#exceptionReaches.push(reach);
    } else if (reach === Reach.SUBTREE && this.#exceptionReaches[entry] === Reach.NAME) {
      this.#exceptionLines[entry] = line;
      this.#exceptionReaches[entry] = reach;
    } else {
      this.ignore('duplicate', line);
    }
  }

  /** How far a name reaches that stands in a rule of reach `written`. */
  reachOf({ wildcard }: ListName, written: Reach): Reach {
    return this.#reaches[wildcard ? Reach.BELOW : written]!;
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
      const reach = this.#exceptionReaches[exception]!;
      if (reach === Reach.NAME) this.#exceptName(wire, line);
      if (reach === Reach.SUBTREE) this.#exceptSubtree(wire, line);
      if (reach === Reach.BELOW || (reach === Reach.SUBTREE && rules.entryOf(wire, true) >= 0)) {
        rules.set(rules.entry(wire, true), ListCode.EXCEPTED, line);
      }
    }
  }

  #exceptSubtree(wire: Uint8Array, line: number): void {
    const entry = this.rules.entry(wire, false);
    this.rules.set(entry, ListCode.EXCEPTED, line);
    this.rules.setExact(entry, false);
  }

  /** Of a name that is listed with all names below it, those stay listed. */
  #exceptName(wire: Uint8Array, line: number): void {
    const { rules } = this;
    const entry = rules.entry(wire, false);
    if (this.#subtrees && rules.isSet(entry) && !rules.isExact(entry)) {
      const below = rules.entry(wire, true);
      if (!rules.isSet(below)) rules.set(below, rules.codeOf(entry)!, rules.lineOf(entry));
    }
    rules.set(entry, ListCode.EXCEPTED, line);
    if (this.#subtrees) rules.setExact(entry, true);
  }

  /** The line of an exception for the names below one that `wire` is below of; 0 without one. */
  #exceptionAbove(wire: Uint8Array): number {
    for (let at = wire[0]! + 1; wire[at] !== 0; at += wire[at]! + 1) {
      const suffix = wire.subarray(at);
      const named = this.#exceptions.entryOf(suffix, false);
      const isNamed = named >= 0 && this.#exceptionReaches[named] !== Reach.NAME;
      const entry = isNamed ? named : this.#exceptions.entryOf(suffix, true);
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
