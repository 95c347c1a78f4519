/** Infers the cause from the answers of one server to one source, and of others. No I/O. */

import type { Inference } from './inference.ts';
import { fateOf } from './probe.ts';
import { byReferral } from './rules/client.ts';
import {
  byEmptiedRefusal,
  byFailure,
  byGoodAnswer,
  byNothing,
  byOddAnswer,
  byProhibitedFailure,
  byValidation,
} from './rules/failure.ts';
import { byFailureBehind, byNodeBehind } from './rules/passed-on.ts';
import { byRefusal } from './rules/refusal.ts';
import { byNodes, byRate, bySilence } from './rules/repetition.ts';
import { byItsWord, byNotReady } from './rules/reported.ts';
import { bySecurity, withCertificate } from './rules/secure.ts';
import {
  byBlockingCode,
  byMadeUpAnswer,
  byName,
  byNotAuth,
  byPolicyZone,
  byTransfer,
  byType,
} from './rules/subject.ts';
import { byEdns, byPlain, byTcp, byTransport } from './rules/way.ts';
import type { Situation } from './situation.ts';

type Rule = (situation: Situation) => Inference | undefined;

/** In this order: the first rule that fits decides. */
const FIRST: readonly Rule[] = [bySecurity, bySilence, byItsWord, byRate, byNodes];

/** For a refusal, or silence. What is refused is weighed by the rules of decision records. */
const DENIED: readonly Rule[] = [
  byTransfer,
  byNodeBehind,
  byNotReady,
  byTransport,
  byEdns,
  byRefusal,
  byType,
  byName,
  byNotAuth,
  byOddAnswer,
];

/** For an answer, or SERVFAIL. */
const ANSWERED: readonly Rule[] = [
  byNotReady,
  byBlockingCode,
  byPolicyZone,
  byMadeUpAnswer,
  byTcp,
  byPlain,
  byTransfer,
  byProhibitedFailure,
  byValidation,
  byEmptiedRefusal,
  byFailureBehind,
  byFailure,
  byReferral,
];

/** The reason that the signs tell. */
export function conclude(situation: Situation): Inference {
  return withCertificate(situation, concludeAnswers(situation));
}

function concludeAnswers(situation: Situation): Inference {
  const fate = fateOf(situation.ask);
  const isDenied = fate !== 'answered' && fate !== 'failed';
  for (const rule of [...FIRST, ...(isDenied ? DENIED : ANSWERED)]) {
    const conclusion = rule(situation);
    if (conclusion !== undefined) return conclusion;
  }
  return isDenied ? byNothing(situation) : byGoodAnswer(situation);
}
