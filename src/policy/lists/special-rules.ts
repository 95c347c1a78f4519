/** Rules of a list that a table of names cannot hold: with options, or regular expressions. */

import type { RecordData } from '../../wire/response.ts';
import { NameTable, type NameTableImage } from '../rules/name-table.ts';
import type { Rewrite, RuleOptions } from './adblock-options.ts';
import { Reach } from './list-match.ts';
import { ListName } from './list-name.ts';
import { MAX_SIZE_IN_ALL, regexSize } from './regex-set.ts';

/**
 * In which order rules are looked at, the lowest first; the table of plain names comes before
 * BLOCK. What answers goes before what blocks or lets pass (AdGuard's DNS filtering syntax).
 */
export const Stage = {
  ANSWER_RCODE: 0,
  ANSWER_ALIAS: 1,
  ANSWER_ADDRESS: 2,
  IMPORTANT_EXCEPTION: 3,
  IMPORTANT_BLOCK: 4,
  EXCEPTION: 5,
  BLOCK: 6,
  /** Takes back what the first three answer. */
  NO_ANSWER: 7,
} as const;
export type Stage = (typeof Stage)[keyof typeof Stage];

/** What a rule does; `block` is what the configuration does to listed names. */
export type SpecialAction = 'block' | 'except' | 'nxdomain' | 'nodata' | 'refuse' | 'answer';

export interface SpecialRule {
  readonly stage: Stage;
  readonly action: SpecialAction;
  readonly reach: Reach;
  readonly line: number;
  readonly types: readonly number[];
  readonly isTypesExcluded: boolean;
  /** Names that it is not for. */
  readonly denied: NameTableImage | undefined;
  readonly records: readonly RecordData[];
  /** The next rule for the same name; -1 when it is the last. */
  readonly next: number;
}

/** What other threads need of them. */
export interface SpecialImage {
  readonly names: NameTableImage;
  /** The first rule of each name. */
  readonly first: readonly number[];
  readonly rules: readonly SpecialRule[];
  /** Regular expressions, and the rule of each. */
  readonly sources: readonly string[];
  readonly sourceRules: readonly number[];
}

/** What a rule is for: a name, or a regular expression. */
export type Subject =
  | { readonly wire: Uint8Array; readonly reach: Reach }
  | { readonly source: string };

/** Each is an object in every thread. */
const MAX_RULES = 100_000;
/** Rules that are looked at one after the other. */
const MAX_FOR_NAME = 32;

export class SpecialRules {
  readonly #names: NameTable = new NameTable();
  readonly #first: number[] = [];
  readonly #lengths: number[] = [];
  readonly #rules: SpecialRule[] = [];
  readonly #sources: string[] = [];
  readonly #sourceRules: number[] = [];
  #regexSize = 0;

  /** Undefined when there are none. */
  get image(): SpecialImage | undefined {
    if (this.#rules.length === 0) return undefined;
    return {
      names: this.#names.image,
      first: this.#first,
      rules: this.#rules,
      sources: this.#sources,
      sourceRules: this.#sourceRules,
    };
  }

  /** Adds a rule; when it cannot be honoured, the kind that it is counted as. */
  add(
    subject: Subject,
    isException: boolean,
    options: RuleOptions,
    line: number,
  ): string | undefined {
    const effect = effectOf(isException, options);
    if (effect === undefined) return 'option dnsrewrite';
    const denied = readDenied(options.denied);
    if (typeof denied === 'string') return denied;
    if (this.#rules.length === MAX_RULES) return `more than ${MAX_RULES} rules with options`;
    const { types, isTypesExcluded } = options;
    const reach = 'wire' in subject ? subject.reach : Reach.SUBTREE;
    const rule = { ...effect, reach, line, types, isTypesExcluded, denied };
    return 'wire' in subject
      ? this.#addNamed(subject.wire, rule)
      : this.#addRegex(subject.source, rule);
  }

  #addRegex(source: string, rule: Omit<SpecialRule, 'next'>): string | undefined {
    const size = regexSize(source);
    if (size === undefined) return 'a regular expression that RE2 does not take';
    if (this.#regexSize + size > MAX_SIZE_IN_ALL) return 'more regular expressions than can be';
    this.#regexSize += size;
    this.#sources.push(source);
    this.#sourceRules.push(this.#rules.push({ ...rule, next: -1 }) - 1);
    return undefined;
  }

  #addNamed(wire: Uint8Array, rule: Omit<SpecialRule, 'next'>): string | undefined {
    const entry = this.#names.add(wire, rule.reach === Reach.BELOW);
    const next = this.#first[entry] ?? -1;
    const length = this.#lengths[entry] ?? 0;
    if (length === MAX_FOR_NAME) return `more than ${MAX_FOR_NAME} rules for a name`;
    for (let at = next; at >= 0; at = this.#rules[at]!.next) {
      if (this.#join(at, rule)) return undefined;
    }
    this.#first[entry] = this.#rules.push({ ...rule, next }) - 1;
    this.#lengths[entry] = length + 1;
    return undefined;
  }

  /** All addresses of a name are answered together. */
  #join(at: number, rule: Omit<SpecialRule, 'next'>): boolean {
    const other = this.#rules[at]!;
    const isAlike =
      rule.stage === Stage.ANSWER_ADDRESS &&
      other.stage === rule.stage &&
      other.reach === rule.reach &&
      other.denied === undefined &&
      rule.denied === undefined &&
      other.isTypesExcluded === rule.isTypesExcluded &&
      other.types.join() === rule.types.join();
    if (isAlike) {
      this.#rules[at] = { ...other, records: [...other.records, ...rule.records] };
    }
    return isAlike;
  }
}

type Effect = Pick<SpecialRule, 'stage' | 'action' | 'records'>;

/** Undefined for what cannot be: an answer that is not given, an exception from one answer. */
function effectOf(isException: boolean, { important, rewrite }: RuleOptions): Effect | undefined {
  if (rewrite === 'all') {
    return isException ? { stage: Stage.NO_ANSWER, action: 'except', records: [] } : undefined;
  }
  if (rewrite !== undefined) return isException ? undefined : answerOf(rewrite);
  const stages = isException
    ? [Stage.EXCEPTION, Stage.IMPORTANT_EXCEPTION]
    : [Stage.BLOCK, Stage.IMPORTANT_BLOCK];
  const stage = stages[important ? 1 : 0]!;
  return { stage, action: isException ? 'except' : 'block', records: [] };
}

function answerOf(rewrite: Rewrite): Effect {
  if (rewrite.kind === 'alias' || rewrite.kind === 'address') {
    const stage = rewrite.kind === 'alias' ? Stage.ANSWER_ALIAS : Stage.ANSWER_ADDRESS;
    return { stage, action: 'answer', records: [rewrite.record] };
  }
  return { stage: Stage.ANSWER_RCODE, action: rewrite.kind, records: [] };
}

function readDenied(names: readonly string[]): NameTableImage | undefined | string {
  if (names.length === 0) return undefined;
  const table = new NameTable();
  const name = new ListName();
  for (const text of names) {
    const octets = Buffer.from(text, 'latin1');
    if (!name.read(octets, 0, octets.length) || name.wildcard) return 'option denyallow';
    table.add(name.wire, false);
  }
  return table.image;
}
