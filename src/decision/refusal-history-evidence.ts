/** What a server did with other questions, and what others did with this one, as evidence. */

import { Ede, RrType } from '../wire/registry.ts';
import { growsWithLoad, percent } from './load-evidence.ts';
import { type Evidence, statesReason, typesText } from './refusal-evidence.ts';
import type { History, RefusalFacts, RefusalSigns } from './refusal-facts.ts';

/** Refused questions without an answer between them that make a habit. */
const HABIT = 3;
/** A refusal that takes less than this share of the quickest answer comes from somewhere nearer. */
const NEARER = 0.5;

type Take = (text: string, weights: Evidence['weights']) => void;

/** The signs of all but the message. */
export function historyEvidence(facts: RefusalFacts): Evidence[] {
  const found: Evidence[] = [];
  const take: Take = (text, weights) => found.push({ text, weights });
  takeLoad(facts, take);
  if (facts.signs.operation !== undefined) return found;
  if (!facts.signs.rd) takeWithoutRd(facts, take);
  else if (facts.lately.answered > 0) takeAnswers(facts, take);
  else takeHabit(facts, take);
  takeTypes(facts, take);
  takeRole(facts, take);
  takeLocal(facts, take);
  takeForm(facts, take);
  takeTcp(facts, take);
  return found;
}

function takeLoad({ signs, lately }: RefusalFacts, take: Take): void {
  const { load, sameAnswered, recanted } = lately;
  const weights = {
    'rate-limit server': 1.5,
    'name-policy name': -4,
    'type-policy query': -4,
    'client-acl server': -2,
  };
  // What was answered with RD=1 may be refused without.
  if (sameAnswered && signs.rd) take('the same question was answered lately', weights);
  if (recanted > 0) take(`${questions(recanted)} answered after a refusal`, weights);
  if (load !== undefined && growsWithLoad(load)) {
    take(`refuses ${percent(load.busy)} when busy, ${percent(load.calm)} when calm`, weights);
  }
}

/** Without RD it matters whether the same is refused with RD. */
function takeWithoutRd({ signs, lately }: RefusalFacts, take: Take): void {
  const { answered, sameRefused, answersRecursively } = lately;
  if (answersRecursively && signs.ra) {
    take('it recurses for RD=1', { 'no-recursion query': 0.5, 'no-recursion server': -4 });
  }
  if (sameRefused && signs.ra && signs.ede.length === 0) {
    take('the same is refused with RD=1', {
      'no-recursion query': -3,
      'name-policy name': answered > 0 ? 3 : 0,
      'client-acl server': answered > 0 ? 0 : 3,
    });
  }
}

/** It answers other names: so it is no list of clients of the whole server. */
function takeAnswers(facts: RefusalFacts, take: Take): void {
  const { signs, lately } = facts;
  const prohibited = signs.ede.find(({ code }) => code === Ede.PROHIBITED);
  const text = `${questions(lately.answered)} for other names answered lately`;
  if (!signs.ra && lately.answersRecursively) {
    takeForeign(facts, `${text} with RA=1: this one, with RA=0, is of a server behind`, take);
  } else if (prohibited === undefined) {
    take(text + quickText(signs, lately), elsewhereWeights(facts));
  } else {
    const isRule = prohibited.text !== '';
    const weight = isRule ? ruleWeight(facts) : -1;
    take(text, {
      'client-acl server': -4,
      'name-policy name': weight,
      'type-policy query': isRule && weight === 0 ? 2 : 0,
    });
  }
}

/** How much it is about the name that other names are answered, where it is a rule. */
function ruleWeight(facts: RefusalFacts): number {
  if (isTypeAnswered(facts)) return 4;
  return isUsual(facts) ? 2 : 0;
}

function elsewhereWeights(facts: RefusalFacts): Evidence['weights'] {
  const { signs, lately } = facts;
  // An authoritative server refuses the names of others because they are of others.
  const isElsewhere = lately.isAuthoritative && !signs.ra;
  return {
    'client-acl server': -4,
    'type-policy query': isElsewhere || isUsual(facts) || isTypeAnswered(facts) ? 0 : 2,
    'no-recursion server': lately.answersRecursively ? -4 : 0,
    'name-policy name': isElsewhere ? 0 : 3,
    'name-policy behind': isElsewhere ? 0 : 1,
  };
}

/** Whether it answered this type of another name, or another type of this one. */
function isTypeAnswered({ lately }: RefusalFacts): boolean {
  return lately.typeAnsweredElsewhere > 0 || lately.typesAnswered.length > 0;
}

/** A type that few rules are about. */
function isUsual({ signs: { type } }: RefusalFacts): boolean {
  return type === RrType.A || type === RrType.AAAA;
}

/** RA=0 from a server whose other answers have RA=1 comes from another server. */
function takeForeign({ signs: { ede } }: RefusalFacts, text: string, take: Take): void {
  const isHeld = ede.some(({ code }) => code === Ede.NOT_AUTHORITATIVE);
  take(text, {
    'client-acl server': -4,
    'client-acl zone': -3,
    'name-policy name': -2,
    'no-recursion server': -4,
    [isHeld ? 'no-recursion behind' : 'client-acl behind']: ede.length > 0 ? 6 : 3,
    'name-policy behind': ede.length > 0 ? 0 : 1,
  });
}

/** What it refuses by UDP it answers by TCP, and it has not answered it by UDP. */
function takeTcp({ signs, lately }: RefusalFacts, take: Take): void {
  if (signs.tc || lately.sameAnswered) return;
  if (signs.byUdp && lately.identityByTcp) {
    take('id.server is refused by UDP and not by TCP', {
      'needs-tcp-or-cookie query': 4,
      'client-acl server': -4,
    });
  }
  if (lately.byTcp !== 'answered') return;
  take('the same is answered by TCP', {
    'needs-tcp-or-cookie query': 4,
    'name-policy name': -4,
    'type-policy query': -4,
    'client-acl server': -4,
  });
}

/** It answers nothing: so it is about this client, or about everybody. */
function takeHabit(facts: RefusalFacts, take: Take): void {
  const { signs, lately } = facts;
  const { refused, overruled, neutralRefused } = lately;
  // What it states itself, more of the same does not weaken.
  if (statesReason(signs.ede) || signs.ede.some(({ code }) => code === Ede.NOT_READY)) return;
  if (overruled > 0) {
    take('it alone refuses, and answers nothing lately', {
      'client-acl server': 3,
      'name-policy name': -3,
    });
  }
  const text = `${questions(refused)} for other names refused lately, none answered`;
  if (signs.ede.some(({ code }) => code === Ede.PROHIBITED)) {
    // Other names may be under the same rule, but for one that no rule is about.
    if (refused >= (neutralRefused ? 1 : 2)) takeProhibited(signs, lately, { text, take });
  } else if (signs.ra || !signs.hasQuestion) {
    const weights = habitWeights(facts);
    if (weights !== undefined) take(text, weights);
  }
}

/** Refusals without a reason; those without their question have shown that they are of a list. */
function habitWeights({ signs, lately }: RefusalFacts): Evidence['weights'] | undefined {
  const isHabit = lately.refused >= HABIT;
  if (!isHabit && !lately.neutralRefused) return undefined;
  if (!signs.hasQuestion) return { 'client-acl server': 0.5, 'name-policy name': -4 };
  return { 'client-acl server': isHabit ? 3 : 1.5, 'name-policy name': isHabit ? -4 : -3 };
}

/** EDE 18 for every name. */
function takeProhibited(
  { ra, ede }: RefusalSigns,
  { codesElsewhere }: History,
  { text, take }: { readonly text: string; readonly take: Take },
): void {
  if (!codesElsewhere.every((code) => code === Ede.PROHIBITED)) return;
  const isBare = ede.every((one) => one.code !== Ede.PROHIBITED || one.text === '');
  if (ra && isBare) {
    take(text, { 'client-acl behind': 4, 'client-acl zone': -3, 'name-policy name': -3 });
  } else {
    // Knot Resolver's own text, which only shows that it is a policy, weighs less.
    const weight = isBare ? 3 : 4.5;
    take(text, { 'client-acl server': weight, 'client-acl zone': -2, 'name-policy name': -4 });
  }
}

function takeTypes({ signs, lately }: RefusalFacts, take: Take): void {
  const { typesAnswered, typeAnsweredElsewhere, typeRefusedElsewhere } = lately;
  if (typesAnswered.length === 0 || !signs.rd) return;
  const text = `other types of this name were answered: ${typesText(typesAnswered)}`;
  if (typeAnsweredElsewhere > 0) {
    take(`${text}, and this type of other names`, {
      'name-policy name': 2,
      'type-policy query': 1,
    });
  } else if (typeRefusedElsewhere > 0) {
    take(`${text}, and this type refused for other names`, {
      'type-policy query': 8,
      'name-policy name': -3,
    });
  } else {
    take(text, { 'type-policy query': 4, 'name-policy name': -1 });
  }
}

function takeRole({ signs, lately }: RefusalFacts, take: Take): void {
  const { isAuthoritative, identity, codesElsewhere } = lately;
  const isProhibited = signs.ede.some(({ code }) => code === Ede.PROHIBITED);
  if (isAuthoritative && !signs.ra) {
    take(
      'its other answers have AA=1 and RA=0',
      isProhibited
        ? { 'client-acl zone': 3, 'client-acl server': -3 }
        : { 'no-recursion server': 4 },
    );
  }
  if (isProhibited && !signs.ra && codesElsewhere.some((code) => code !== Ede.PROHIBITED)) {
    take('other names are refused for another reason', {
      'client-acl zone': 5,
      'client-acl server': -3,
    });
  }
  // Who keeps this client out altogether also keeps it from asking for the server's name.
  if (identity === '' && !statesReason(signs.ede) && !lately.answersRecursively) {
    const weight = signs.hasQuestion ? 3 : 1;
    take('id.server is refused too', { 'client-acl server': weight, 'no-recursion server': -1 });
  } else if (identity && !signs.hasQuestion) {
    take('id.server is answered', { 'no-recursion server': 4, 'client-acl server': -4 });
  }
}

/** Unbound's `refuse_non_local` looks like its `refuse`, but for what it holds itself. */
function takeLocal({ signs, lately }: RefusalFacts, take: Take): void {
  if (signs.hasQuestion || lately.localAnswered === undefined) return;
  if (lately.localAnswered) {
    take('localhost is answered', { 'no-recursion server': 4, 'client-acl server': -4 });
  } else take('localhost is refused too', { 'client-acl server': 2 });
}

/** What answers sooner than the server ever did, and in another form, is not the server. */
function takeForm({ signs, lately }: RefusalFacts, take: Take): void {
  const { quickestMs, recurses } = lately;
  if (quickestMs === undefined || signs.rttMs >= NEARER * quickestMs) return;
  const form = signs.hasQuestion ? undefined : 'no question in the response';
  const bits = recurses && !signs.ra ? 'RA=0, but RA=1 in other answers' : undefined;
  const other = form ?? bits;
  if (other === undefined || signs.ede.length > 0 || signs.tc) return;
  take(`${other}${quickText(signs, lately)}`, {
    'edge server': 1.4,
    'name-policy name': -4,
    'client-acl server': -4,
    'client-acl behind': -4,
    'name-policy behind': -4,
  });
}

/** That it came sooner than anything was answered. */
function quickText({ rttMs }: RefusalSigns, { quickestMs }: History): string {
  if (quickestMs === undefined || rttMs >= NEARER * quickestMs) return '';
  return `; refused in ${milliseconds(rttMs)}, the quickest answer took ${milliseconds(quickestMs)}`;
}

export function questions(count: number): string {
  return count === 1 ? '1 question' : `${count} questions`;
}

function milliseconds(time: number): string {
  return `${Math.round(time * 10) / 10} ms`;
}
