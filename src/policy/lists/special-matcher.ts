/** Finds the special rule of a list that a query is for. */

import type { HashedName } from '../../wire/hashed-name.ts';
import { formatName } from '../../wire/name.ts';
import type { Query } from '../../wire/query.ts';
import { NameTable } from '../rules/name-table.ts';
import { Reach } from './list-match.ts';
import { createRegexSet } from './regex-set.ts';
import { type SpecialImage, type SpecialRule, Stage } from './special-rules.ts';

/** No rule is for the query. */
export const NO_SPECIAL = -1;

/** Behind all stages. */
const NO_STAGE = 100;

export class SpecialMatcher {
  /** Of the rule found: the labels before its name, and whether it was written `*.name`. */
  depth = 0;
  wildcard = false;
  readonly rules: readonly SpecialRule[];
  readonly #names: NameTable;
  readonly #first: readonly number[];
  readonly #denied: readonly (NameTable | undefined)[];
  readonly #sources: readonly string[];
  readonly #sourceRules: readonly number[];
  readonly #matchSources: ((text: string) => readonly number[]) | undefined;
  /** The best rule so far of those that answer, and of the others. */
  #answer = NO_SPECIAL;
  #answerStage = NO_STAGE;
  #answerDepth = 0;
  #found = NO_SPECIAL;
  #foundStage = NO_STAGE;
  #foundDepth = 0;
  #isAnswered = true;

  constructor({ names, first, rules, sources, sourceRules }: SpecialImage) {
    this.rules = rules;
    this.#names = new NameTable(names);
    this.#first = first;
    this.#denied = rules.map(({ denied }) =>
      denied === undefined ? undefined : new NameTable(denied),
    );
    this.#sources = sources;
    this.#sourceRules = sourceRules;
    this.#matchSources = sources.length === 0 ? undefined : createRegexSet(sources);
  }

  /** All names that rules are for, and not for; those of regular expressions nobody can list. */
  *names(): Iterable<Uint8Array> {
    yield* this.#names.names();
    for (const denied of this.#denied) if (denied !== undefined) yield* denied.names();
  }

  /** Each regular expression, and what its rule does. */
  get patterns(): readonly string[] {
    return this.#sources.map((source, i) => {
      const { line, next, records, ...rule } = this.rules[this.#sourceRules[i]!]!;
      return JSON.stringify([source, rule]);
    });
  }

  /** The number of the rule that goes before the others, or NO_SPECIAL. */
  find(query: Query, name: HashedName): number {
    this.#answer = NO_SPECIAL;
    this.#answerStage = NO_STAGE;
    this.#found = NO_SPECIAL;
    this.#foundStage = NO_STAGE;
    this.#isAnswered = true;
    for (let depth = 0; depth <= name.labels; depth++) {
      if (depth > 0) this.#takeAll(this.#names.find(name, depth, true), query, name, depth);
      this.#takeAll(this.#names.find(name, depth, false), query, name, depth);
    }
    if (this.#matchSources !== undefined) this.#takeMatches(query, name);
    const isAnswer = this.#answer >= 0 && this.#isAnswered;
    const found = isAnswer ? this.#answer : this.#found;
    this.depth = isAnswer ? this.#answerDepth : this.#foundDepth;
    this.wildcard = found >= 0 && this.rules[found]!.reach === Reach.BELOW;
    return found;
  }

  #takeAll(entry: number, query: Query, name: HashedName, depth: number): void {
    if (entry < 0) return;
    for (let at = this.#first[entry]!; at >= 0; at = this.rules[at]!.next) {
      if (depth === 0 || this.rules[at]!.reach !== Reach.NAME) this.#take(at, query, name, depth);
    }
  }

  #takeMatches(query: Query, name: HashedName): void {
    const text = formatName(name.name).slice(0, -1);
    const matches = this.#matchSources!(text);
    for (let i = 0; i < matches.length; i++) {
      this.#take(this.#sourceRules[matches[i]!]!, query, name, 0);
    }
  }

  #take(at: number, query: Query, name: HashedName, depth: number): void {
    const { stage } = this.rules[at]!;
    const isAnswer = stage <= Stage.ANSWER_ADDRESS;
    if (stage >= (isAnswer ? this.#answerStage : this.#foundStage) && stage !== Stage.NO_ANSWER) {
      return;
    }
    if (!this.#concerns(at, query, name)) return;
    if (stage === Stage.NO_ANSWER) {
      this.#isAnswered = false;
    } else if (isAnswer) {
      this.#answer = at;
      this.#answerStage = stage;
      this.#answerDepth = depth;
    } else {
      this.#found = at;
      this.#foundStage = stage;
      this.#foundDepth = depth;
    }
  }

  #concerns(at: number, { qtype }: Query, name: HashedName): boolean {
    const { types, isTypesExcluded } = this.rules[at]!;
    if (types.length > 0 && types.includes(qtype) === isTypesExcluded) return false;
    const denied = this.#denied[at];
    if (denied === undefined) return true;
    for (let depth = 0; depth <= name.labels; depth++) {
      if (denied.find(name, depth, false) >= 0) return false;
    }
    return true;
  }
}
