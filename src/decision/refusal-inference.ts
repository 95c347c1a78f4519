/**
 * Why an upstream refuses, as far as it can be inferred: from its message, from what it did with
 * other questions lately, and from what the servers beside it did with this one.
 */

import type { ExtendedError } from '../wire/opt.ts';
import { Ede, formatType } from '../wire/registry.ts';
import type { Confidence, Inference, RefusalCause } from './upstream-refusal.ts';

/** The parts of a refusing message, and of the question it is for, that are evidence. */
export interface RefusalSigns {
  readonly aa: boolean;
  readonly ra: boolean;
  readonly tc: boolean;
  readonly hasQuestion: boolean;
  readonly ede: readonly ExtendedError[];
  readonly rttMs: number;
  /** The query asked for recursion. */
  readonly rd: boolean;
  /** The query carried a Client Subnet (RFC 7871): only a signed one does, which goes as it is. */
  readonly ecs: boolean;
  /** What servers permit to few: `AXFR`, `UPDATE`. */
  readonly operation: string | undefined;
}

/** What a server did in the last minute. */
export interface History {
  /** Questions for other names. */
  readonly answered: number;
  readonly refused: number;
  /** This very question was answered. */
  readonly sameAnswered: boolean;
  /** Other types of this name that were answered. */
  readonly typesAnswered: readonly number[];
  /** Questions that were refused and then answered. */
  readonly recanted: number;
  /** Questions that it refused and a server beside it answered. */
  readonly overruled: number;
  /** It sent RA=1 to somebody; it answered with AA=1 and RA=0. */
  readonly recurses: boolean;
  readonly isAuthoritative: boolean;
  /** The quickest of its answers in milliseconds, when there were enough. */
  readonly quickestMs: number | undefined;
  /** Shares of refusals in its busier and its calmer seconds, when they differ in load. */
  readonly load: { readonly busy: number; readonly calm: number } | undefined;
  /** The answer to a control question for CHAOS id.server; empty for REFUSED. */
  readonly identity: string | undefined;
}

/** Nothing is known of the server. */
export const NOTHING_LATELY: History = {
  answered: 0,
  refused: 0,
  sameAnswered: false,
  typesAnswered: [],
  recanted: 0,
  overruled: 0,
  recurses: false,
  isAuthoritative: false,
  quickestMs: undefined,
  load: undefined,
  identity: undefined,
};

/** The servers beside it in its group, and how many of them have refused this question too. */
export interface Siblings {
  readonly count: number;
  readonly refused: number;
}

export interface RefusalFacts {
  readonly signs: RefusalSigns;
  readonly lately: History;
  readonly siblings: Siblings;
}

/** Refused questions without an answer between them that make a habit. */
const HABIT = 3;
/** A refusal that takes less than this share of the quickest answer comes from somewhere nearer. */
const NEARER = 0.5;
/** Shares of refusals that count as different. */
const MORE_OFTEN = 4;
const OFTEN = 0.3;

const BY_EDE: ReadonlyMap<number, RefusalCause> = new Map([
  [Ede.PROHIBITED, 'client-acl'],
  [Ede.NOT_AUTHORITATIVE, 'no-recursion'],
  [Ede.BLOCKED, 'name-policy'],
  [Ede.CENSORED, 'name-policy'],
  [Ede.FILTERED, 'name-policy'],
  [Ede.BLOCKED_UPSTREAM, 'name-policy'],
  [Ede.INVALID_QUERY_TYPE, 'type-policy'],
  [Ede.RATE_LIMITED, 'rate-limit'],
  [Ede.OVER_QUOTA, 'rate-limit'],
]);

/** The first rule that applies wins: the server's own statement, then what cannot be by chance. */
const RULES: readonly ((facts: RefusalFacts) => Inference | undefined)[] = [
  byExtendedErrors,
  byCookie,
  bySubnet,
  byOperation,
  byNoRecursionAsked,
  byLoad,
  byType,
  byForm,
  byRecursion,
  byOtherNames,
  byHabit,
  byMissingQuestion,
];

/** The likeliest reason; without evidence it is unknown, and a guess has low confidence. */
export function inferReason(facts: RefusalFacts): Inference {
  for (const rule of RULES) {
    const found = rule(facts);
    if (found !== undefined) return { ...found, evidence: found.evidence + besides(facts) };
  }
  const codes = facts.signs.ede.map(({ code }) => code);
  const error = codes.length === 0 ? 'no EDE' : `EDE ${codes.join(', ')} gives no reason`;
  return told('unknown', 'low', `${error}, no other sign${besides(facts)}`);
}

function told(verdict: RefusalCause, confidence: Confidence, evidence: string): Inference {
  return { verdict, confidence, evidence };
}

function byExtendedErrors({ signs }: RefusalFacts): Inference | undefined {
  return inferFromErrors(signs.ede);
}

/** The reason that a server gives itself (RFC 8914), if it gives one. */
export function inferFromErrors(ede: readonly ExtendedError[]): Inference | undefined {
  for (const { code } of ede) {
    const verdict = BY_EDE.get(code);
    if (verdict !== undefined) return told(verdict, 'high', `EDE ${code}`);
  }
  const text = ede.find((error) => /recursion (is )?(disabled|denied|not)/i.test(error.text));
  if (text !== undefined) return told('no-recursion', 'high', `EDE ${text.code} "${text.text}"`);
  return undefined;
}

/** Unbound's `allow_cookie`: an address has to show that it is nobody's else. */
function byCookie({ signs }: RefusalFacts): Inference | undefined {
  if (signs.tc) return told('needs-tcp-or-cookie', 'high', 'TC=1 with REFUSED');
  const error = signs.ede.find(({ text }) => /\bcookie\b/i.test(text));
  if (error === undefined) return undefined;
  return told('needs-tcp-or-cookie', 'high', `EDE ${error.code} "${error.text}"`);
}

/** RFC 7871 section 7.1.3 would have it asked again without, which a signature forbids. */
function bySubnet({ signs }: RefusalFacts): Inference | undefined {
  if (!signs.ecs) return undefined;
  return told('ecs', 'low', 'the signed query carried a Client Subnet and goes as it is');
}

function byOperation({ signs, lately }: RefusalFacts): Inference | undefined {
  if (signs.operation === undefined) return undefined;
  const evidence = `${signs.operation}, which servers permit to few`;
  return told('type-policy', lately.answered > 0 ? 'medium' : 'low', evidence);
}

function byNoRecursionAsked({ signs }: RefusalFacts): Inference | undefined {
  if (signs.rd) return undefined;
  return told('unknown', 'low', 'RD=0: resolvers refuse to tell what they have in their cache');
}

function byLoad({ lately }: RefusalFacts): Inference | undefined {
  const { load, sameAnswered, recanted } = lately;
  const evidence: string[] = [];
  if (sameAnswered) evidence.push('the same question was answered lately');
  if (recanted > 0) evidence.push(`${questions(recanted)} answered after a refusal`);
  if (load !== undefined && load.busy >= OFTEN && load.busy >= MORE_OFTEN * load.calm) {
    evidence.push(`refuses ${percent(load.busy)} when busy, ${percent(load.calm)} when calm`);
  }
  if (evidence.length === 0) return undefined;
  return told('rate-limit', evidence.length > 1 ? 'medium' : 'low', evidence.join('; '));
}

function byType({ lately }: RefusalFacts): Inference | undefined {
  const { typesAnswered } = lately;
  if (typesAnswered.length === 0) return undefined;
  const types = typesAnswered.map(formatType).join(', ');
  return told('type-policy', 'medium', `other types of this name were answered: ${types}`);
}

/** What answers sooner than the server ever did, and in another form, is not the server. */
function byForm({ signs, lately }: RefusalFacts): Inference | undefined {
  const { quickestMs, recurses } = lately;
  if (quickestMs === undefined || signs.rttMs >= NEARER * quickestMs) return undefined;
  const form = signs.hasQuestion ? undefined : 'no question in the response';
  const bits = recurses && !signs.ra ? 'RA=0, but RA=1 in other answers' : undefined;
  const other = form ?? bits;
  if (other === undefined) return undefined;
  return told('edge', 'low', `${other}; ${quickness(signs.rttMs, quickestMs)}`);
}

function byRecursion({ signs, lately }: RefusalFacts): Inference | undefined {
  if (signs.ra || lately.recurses || !signs.hasQuestion) return undefined;
  const evidence = 'RA=0 to RD=1';
  if (lately.isAuthoritative) {
    return told('no-recursion', 'high', `${evidence}; its other answers have AA=1 and RA=0`);
  }
  // Who keeps this client out altogether also keeps it from asking for the server's name.
  if (lately.identity === '') {
    return told('client-acl', 'medium', `${evidence}; id.server is refused too`);
  }
  return told('no-recursion', 'medium', evidence);
}

function byOtherNames({ signs, lately }: RefusalFacts): Inference | undefined {
  if (lately.answered === 0) return undefined;
  const quick =
    lately.quickestMs !== undefined && signs.rttMs < NEARER * lately.quickestMs
      ? `; ${quickness(signs.rttMs, lately.quickestMs)}`
      : '';
  const evidence = `${questions(lately.answered)} for other names answered lately`;
  return told('name-policy', 'medium', evidence + quick);
}

function byHabit({ lately }: RefusalFacts): Inference | undefined {
  const { refused, overruled } = lately;
  if (overruled > 0) {
    return told('client-acl', 'medium', 'it alone refuses, and answers nothing lately');
  }
  if (refused < HABIT) return undefined;
  const evidence = `${questions(refused)} for other names refused lately, none answered`;
  return told('client-acl', 'medium', evidence);
}

/** Some servers look at the address before they look at the question. */
function byMissingQuestion({ signs }: RefusalFacts): Inference | undefined {
  if (signs.hasQuestion) return undefined;
  return told('client-acl', 'medium', 'no question in the response');
}

/** What decides nothing by itself, but a reader should know. */
function besides({ signs, lately, siblings }: RefusalFacts): string {
  const more: string[] = [];
  if (signs.aa) more.push('AA=1');
  if (siblings.count > 0 && siblings.refused === siblings.count) {
    more.push(`all ${siblings.count + 1} servers of the group refuse`);
  }
  if (lately.overruled > 0) {
    more.push(`others of the group answered ${questions(lately.overruled)} that it refused`);
  }
  if (lately.identity) more.push(`id.server is "${lately.identity}"`);
  return more.map((text) => `; ${text}`).join('');
}

function questions(count: number): string {
  return count === 1 ? '1 question' : `${count} questions`;
}

function quickness(rttMs: number, quickestMs: number): string {
  return `refused in ${milliseconds(rttMs)}, the quickest answer took ${milliseconds(quickestMs)}`;
}

function milliseconds(time: number): string {
  return `${Math.round(time * 10) / 10} ms`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
