/** BIND's access options: a match list, where it is from, and which of its elements decides. */

import type { Place } from '../../config/problem.ts';
import type { Rule } from '../../decision/verdict.ts';
import { ruleAt } from '../verdicts.ts';
import type { MatchTable, Subject } from './match-table.ts';

export interface Access {
  /** The option as it is written: `allow-recursion`. */
  readonly option: string;
  readonly list: MatchTable;
  /** Undefined for a default. */
  readonly place: Place | undefined;
  /** What its default takes in, or why this option decides. */
  readonly note?: string;
  /** Where the statement stands that decides for everybody. */
  readonly wholly?: Place | undefined;
}

/** Whether the subject is let in, and by which element. */
export interface Judged {
  readonly isAllowed: boolean;
  readonly rule: Rule;
  readonly why: string | undefined;
}

export function judgeAccess(access: Access, subject: Subject): Judged {
  const { option, list, place, note, wholly } = access;
  const { isIn: isAllowed, origin } = list.match(subject);
  if (wholly !== undefined) return { isAllowed, rule: ruleAt(option, wholly), why: undefined };
  if (place === undefined) {
    const rule = ruleAt(`${option} (default: ${note})`, undefined);
    return { isAllowed, rule, why: undefined };
  }
  if (origin === undefined) {
    return { isAllowed, rule: ruleAt(`${option} (no element matches)`, place), why: note };
  }
  return { isAllowed, rule: ruleAt(`${option} ${origin.text}`, origin.place), why: note };
}
