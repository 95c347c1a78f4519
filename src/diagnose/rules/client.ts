/** A rule by what the server is to the client. */

import { tell } from '../evidence.ts';
import type { Inference } from '../inference.ts';
import type { Situation } from '../situation.ts';

/** An answer without recursion that is only a referral. */
export function byReferral({ ask }: Situation): Inference | undefined {
  const isNothing = ask.answers === 0 && ask.soa === undefined && !ask.aa && !ask.tc;
  if (ask.rcode !== 'NOERROR' || ask.ra || !isNothing) return undefined;
  const summary = `does not recurse: it answers ${ask.name} with a referral`;
  return {
    verdict: 'no-recursion',
    scope: 'server',
    confidence: 'medium',
    summary,
    evidence: [tell(ask)],
  };
}
