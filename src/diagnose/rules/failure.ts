/** Rules for what is no refusal, and for what no other rule explains. */

import { Ede } from '../../wire/registry.ts';
import { differenceOf, tell, tellAll } from '../evidence.ts';
import type { Inference } from '../inference.ts';
import { isEmpty } from '../plan.ts';
import { fateOf, type Probe } from '../probe.ts';
import type { Situation } from '../situation.ts';

/** RFC 4035 section 3.2.2: with CD=1 the server leaves validation to the client. */
export function byValidation(situation: Situation): Inference | undefined {
  const cd = situation.last('cd');
  if (cd === undefined || fateOf(cd) !== 'answered') return undefined;
  // Of a transfer, what was asked otherwise is the SOA record.
  if (situation.isTransfer) return undefined;
  const summary = `cannot validate ${cd.name} (DNSSEC): no policy, but signatures or a chain of trust`;
  const evidence = [...tellAll(situation.ask), `with CD=1: ${tell(cd)}`];
  return { verdict: 'failure', confidence: 'high', summary, evidence };
}

/** Knot Resolver's `policy.DROP` is SERVFAIL with EDE 18, which no failure has. */
export function byProhibitedFailure(situation: Situation): Inference | undefined {
  const { ask } = situation;
  if (fateOf(ask) !== 'failed' || !ask.ede.some(({ code }) => code === Ede.PROHIBITED)) {
    return undefined;
  }
  const evidence = [...tellAll(ask, situation.last('root')), 'EDE 18 with SERVFAIL: a policy'];
  return situation.fate('root') === 'answered'
    ? {
        verdict: 'name-policy',
        scope: 'name',
        confidence: 'medium',
        summary: `drops ${ask.name} by a policy`,
        evidence,
      }
    : {
        verdict: 'client-acl',
        scope: 'server',
        confidence: 'medium',
        summary: `drops what ${ask.source} asks`,
        evidence,
      };
}

export function byFailure(situation: Situation): Inference | undefined {
  const { ask } = situation;
  if (fateOf(ask) !== 'failed') return undefined;
  const summary = `fails for ${ask.name}: not by a policy of its own; the name's servers refuse, fail, or cannot be reached`;
  const evidence = tellAll(ask, situation.last('cd'), situation.last('root'));
  return { verdict: 'failure', confidence: 'medium', summary, evidence };
}

/** PowerDNS Recursor makes NOERROR with nothing of a refusal by whom it asks, where RD=0. */
export function byEmptiedRefusal(situation: Situation): Inference | undefined {
  const noRd = situation.last('no-rd');
  if (situation.program !== 'PowerDNS Recursor') return undefined;
  if (fateOf(situation.ask) !== 'failed' || noRd?.rcode !== 'NOERROR' || !noRd.ra) return undefined;
  if (noRd.answers > 0 || noRd.soa !== undefined) return undefined;
  return {
    verdict: 'upstream',
    scope: 'behind',
    confidence: 'medium',
    summary: `fails for ${situation.ask.name}: a server that it asks refuses it`,
    evidence: [
      ...tellAll(situation.ask, noRd),
      'RD=0 is answered with nothing, without an SOA record: as of PowerDNS Recursor, which makes that of a refusal',
    ],
  };
}

export function byOddAnswer({ ask }: Situation): Inference | undefined {
  if (fateOf(ask) !== 'odd') return undefined;
  const summary = `answers ${ask.rcode}, which is no refusal by policy`;
  return { verdict: 'failure', confidence: 'high', summary, evidence: [tell(ask)] };
}

export function byNothing(situation: Situation): Inference {
  const { ask } = situation;
  return {
    verdict: 'unknown',
    confidence: 'low',
    summary:
      ask.silence === undefined
        ? 'refuses, for an unknown reason'
        : 'does not answer this question',
    evidence: [
      ...tellAll(ask, situation.last('root'), situation.last('id.server')),
      ...differenceOf(situation),
    ],
  };
}

export function byGoodAnswer(situation: Situation): Inference {
  const { ask } = situation;
  const noRd = situation.last('no-rd');
  return {
    verdict: 'no-refusal',
    confidence: 'high',
    summary: `answers ${ask.name} ${ask.type} for ${ask.source}`,
    evidence: [...tellAll(ask), ...notesOf(ask, situation.last('root')!, noRd)],
  };
}

/** What is refused beside the question, and is as it should be. */
function notesOf(ask: Probe, root: Probe, noRd: Probe | undefined): string[] {
  return [
    ...(isEmpty(ask) ? ['by UDP it answers TC and nothing else, and it answers by TCP'] : []),
    ...(ask.aa && ask.ra && ask.soa === undefined && !isEmpty(ask)
      ? ['AA=1 and RA=1: a resolver that answers this itself, by a zone of its own or a policy']
      : []),
    ...(noRd?.rcode === 'REFUSED' ? ['RD=0 is refused: nobody is to look into its cache'] : []),
    ...(ask.aa && !ask.ra && fateOf(root) === 'refused'
      ? ['it does not recurse (root: REFUSED), which this name does not need']
      : []),
  ];
}
