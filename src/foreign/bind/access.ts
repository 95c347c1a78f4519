/** BIND's access options: a match list, where it is from, and which of its elements decides. */

import type { Place } from '../../config/problem.ts';
import type { Rule } from '../../decision/verdict.ts';
import { ruleAt } from '../verdicts.ts';
import { type Element, type MatchList, matchIn, type Subject } from './match-list.ts';

export interface Access {
  /** The option as it is written: `allow-recursion`. */
  readonly option: string;
  readonly list: MatchList;
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
  const { isIn, element } = matchIn(list, subject);
  if (wholly !== undefined)
    return { isAllowed: isIn, rule: ruleAt(option, wholly), why: undefined };
  if (place === undefined) {
    return {
      isAllowed: isIn,
      rule: ruleAt(`${option} (default: ${note})`, undefined),
      why: undefined,
    };
  }
  if (element === undefined) {
    const rule = ruleAt(`${option} (no element matches)`, place);
    return { isAllowed: false, rule, why: note };
  }
  const { path, at } = pathOf(element, subject);
  return { isAllowed: isIn, rule: ruleAt(`${option} ${path}`, at), why: note };
}

/** `internal: 10.0.0.0/8`: the lists that lead to the element that matches, and its place. */
function pathOf(element: Element, subject: Subject): { readonly path: string; readonly at: Place } {
  const inner = element.inner && matchIn(element.inner, subject).element;
  if (inner === undefined) return { path: element.text, at: element.place };
  const { path, at } = pathOf(inner, subject);
  return { path: `${element.text}: ${path}`, at };
}
