/** From what one server said to one source, and others beside it, to the reason. Nothing but thought. */

import type { Inference } from './inference.ts';
import { fateOf } from './probe.ts';
import { byClient, byReferral, byRole } from './rules/client.ts';
import { byFailure, byGoodAnswer, byNothing, byOddAnswer, byValidation } from './rules/failure.ts';
import {
  byDnsmasq,
  byFailureBehind,
  byNodeBehind,
  byRecursionOfOthers,
  byUnseenUpstream,
} from './rules/passed-on.ts';
import { byNodes, byRate, bySilence } from './rules/repetition.ts';
import { byExtendedError, byItsWord } from './rules/reported.ts';
import {
  byBlockingCode,
  byMadeUpAnswer,
  byName,
  byPolicyZone,
  byTransfer,
  byType,
} from './rules/subject.ts';
import { byCookie, byEdns, byPlain, byTcp, byTransport } from './rules/way.ts';
import type { Situation } from './situation.ts';

type Rule = (situation: Situation) => Inference | undefined;

/** In this order: the first rule that fits tells. */
const FIRST: readonly Rule[] = [bySilence, byItsWord, byRate, byNodes];

/** For a refusal, or silence. Signs that it was passed on come before what it says of its reason. */
const DENIED: readonly Rule[] = [
  byTransfer,
  byDnsmasq,
  byNodeBehind,
  byExtendedError,
  byCookie,
  byTransport,
  byEdns,
  byType,
  byRecursionOfOthers,
  byName,
  byRole,
  byClient,
  byUnseenUpstream,
  byOddAnswer,
];

/** For an answer, or SERVFAIL. */
const ANSWERED: readonly Rule[] = [
  byBlockingCode,
  byPolicyZone,
  byMadeUpAnswer,
  byTcp,
  byPlain,
  byValidation,
  byFailureBehind,
  byFailure,
  byReferral,
];

/** The reason that the signs tell. */
export function conclude(situation: Situation): Inference {
  const fate = fateOf(situation.ask);
  const isDenied = fate !== 'answered' && fate !== 'failed';
  for (const rule of [...FIRST, ...(isDenied ? DENIED : ANSWERED)]) {
    const conclusion = rule(situation);
    if (conclusion !== undefined) return conclusion;
  }
  return isDenied ? byNothing(situation) : byGoodAnswer(situation);
}
