/** Rules by what was asked for: this name, this type, this zone. */

import { Ede } from '../../wire/registry.ts';
import { copyOf, differenceOf, tell, tellAll } from '../evidence.ts';
import type { Inference } from '../inference.ts';
import { fateOf, type Probe } from '../probe.ts';
import type { Situation } from '../situation.ts';

/** The codes of policies about names. */
const BLOCKING: readonly number[] = [
  Ede.FORGED_ANSWER,
  Ede.BLOCKED,
  Ede.CENSORED,
  Ede.FILTERED,
  Ede.BLOCKED_UPSTREAM,
];

/** RFC 5936: who holds a zone may keep it from those who ask for all of it. */
export function byTransfer(situation: Situation): Inference | undefined {
  const { ask } = situation;
  if (!situation.isTransfer) return undefined;
  if (fateOf(ask) === 'answered') return undefined;
  const soa = situation.last('soa');
  const verdict = 'transfer';
  if (situation.heldZone === ask.name.toLowerCase()) {
    const summary = `holds ${ask.name} and does not hand it to ${ask.source}`;
    return { verdict, scope: 'zone', confidence: 'high', summary, evidence: tellAll(ask, soa) };
  }
  if (ask.rcode === 'SERVFAIL' || ask.rcode === 'NOTIMP') {
    const summary = `transfers no zones, and answers ${ask.rcode}`;
    return { verdict, scope: 'query', confidence: 'medium', summary, evidence: tellAll(ask, soa) };
  }
  if (soa?.rcode !== 'NOERROR' && ask.rcode !== 'NOTAUTH') return undefined;
  const summary = `does not hold ${ask.name}, and so has nothing to hand over`;
  const confidence = ask.rcode === 'NOTAUTH' ? 'high' : 'medium';
  return { verdict, scope: 'zone', confidence, summary, evidence: tellAll(ask, soa) };
}

export function byType(situation: Situation): Inference | undefined {
  const { ask } = situation;
  // Why a REFUSED was sent, the rules of records say.
  if (ask.rcode === 'REFUSED' || !situation.isAnswered('other-type')) return undefined;
  const atRoot = situation.last('type-at-root');
  const isEverywhere = atRoot !== undefined && fateOf(atRoot) === fateOf(ask);
  return {
    verdict: 'type-policy',
    scope: 'query',
    confidence: isEverywhere && ask.silence === undefined ? 'high' : 'medium',
    summary: `refuses type ${ask.type}${isEverywhere ? ' for other names too' : ` of ${ask.name}`}`,
    evidence: tellAll(ask, situation.last('other-type'), atRoot),
  };
}

export function byName(situation: Situation): Inference | undefined {
  const { ask } = situation;
  const root = situation.last('root')!;
  const above = situation.probes.findLast(
    (one) => one.probe === 'parent' && fateOf(one) === 'answered',
  );
  const isRecursive = fateOf(root) === 'answered' && (root.ra || root.aa);
  const isBelowHeld = situation.holdsName;
  if (ask.silence === undefined || (!isRecursive && !isBelowHeld)) return undefined;
  return {
    verdict: 'name-policy',
    scope: 'name',
    // Who cannot find it out need not find out anything for RD=0.
    confidence: situation.fate('no-rd') === 'silent' ? 'medium' : 'low',
    summary: `drops ${ask.name}, or cannot find it out in time; it answers for other names`,
    evidence: [...tellAll(ask, above ?? root), ...differenceOf(situation), ...copyOf(situation)],
  };
}

/** Knot DNS answers NOTAUTH to clients that are not in the list of a zone (`mod-queryacl`). */
export function byNotAuth({ ask }: Situation): Inference | undefined {
  if (ask.rcode !== 'NOTAUTH') return undefined;
  return {
    verdict: 'client-acl',
    scope: 'zone',
    confidence: 'medium',
    summary: `does not let ${ask.source} ask for ${ask.name}: a list of its zone, or a TSIG key`,
    evidence: [tell(ask), 'NOTAUTH to a plain question: as of Knot DNS, for whom a zone is not'],
  };
}

export function byBlockingCode({ ask }: Situation): Inference | undefined {
  if (!ask.ede.some(({ code }) => BLOCKING.includes(code))) return undefined;
  const summary = `answers ${ask.name} by a policy, and reports it`;
  return {
    verdict: 'name-policy',
    scope: 'name',
    confidence: 'high',
    summary,
    evidence: [tell(ask)],
  };
}

/** BIND puts the SOA record of the policy zone beside what a policy made (`add-soa`). */
export function byPolicyZone({ ask }: Situation): Inference | undefined {
  if (ask.policyZone === undefined) return undefined;
  return {
    verdict: 'name-policy',
    scope: 'name',
    confidence: 'high',
    summary: `answers ${ask.name} by its policy zone ${ask.policyZone}`,
    evidence: [tell(ask), `the SOA record of ${ask.policyZone} is in the additional section`],
  };
}

/**
 * RFC 2308 section 3: who has authority over a name that is not there, or has no such data, shows
 * the SOA record of its zone. Who recurses and says so with AA=1 and without one has made it up.
 */
export function byMadeUpAnswer(situation: Situation): Inference | undefined {
  const { ask, answeredOther } = situation;
  if (fateOf(ask) !== 'answered' || !ask.ra || ask.answers > 0 || ask.tc) return undefined;
  const isMissing = ask.rcode === 'NXDOMAIN';
  if (isMissing && ask.soa === ask.name.toLowerCase()) return byImpossibleZone(ask);
  if (ask.soa !== undefined) return undefined;
  if (!ask.aa && !isMissing) return byEmptyAnswer(ask);
  const isKnown = (answeredOther?.answers ?? 0) > 0;
  return {
    verdict: 'name-policy',
    scope: 'name',
    confidence: isKnown || (ask.aa && situation.program === 'Unbound') ? 'high' : 'medium',
    summary: `answers by itself that ${ask.name} ${ask.rcode === 'NXDOMAIN' ? 'does not exist' : 'has no such data'}`,
    evidence: [
      tell(ask),
      ask.aa
        ? 'AA=1 and RA=1 without any SOA record: it comes from a local zone or a policy, not from a zone'
        : 'NXDOMAIN without any SOA record: it comes from a policy, not from a zone',
    ],
  };
}

/** RFC 2308 section 2.2: some servers with authority leave out the SOA record too. */
function byEmptyAnswer(ask: Probe): Inference {
  return {
    verdict: 'name-policy',
    scope: 'name',
    confidence: 'medium',
    summary: `answers that ${ask.name} has no such data, without any proof`,
    evidence: [tell(ask), 'no data and no SOA record: it comes from a policy, or from an odd zone'],
  };
}

/** A zone that has an SOA record has its own name. */
function byImpossibleZone(ask: Probe): Inference {
  return {
    verdict: 'name-policy',
    scope: 'name',
    confidence: 'high',
    summary: `answers by itself that ${ask.name} does not exist`,
    evidence: [tell(ask), `NXDOMAIN with an SOA record of ${ask.name} itself: no zone is so`],
  };
}
