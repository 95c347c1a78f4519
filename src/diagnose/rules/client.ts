/** Rules by who asked, and what the server is to them. */

import { copyOf, differenceOf, identityOf, tell, tellAll } from '../evidence.ts';
import type { Inference } from '../inference.ts';
import type { Situation } from '../situation.ts';

/** Programs that have no recursion at all. */
const AUTHORITATIVE: readonly (string | undefined)[] = [
  'NSD',
  'Knot DNS',
  'PowerDNS Authoritative',
];

/** A server without recursion answers about itself and its zones, and refuses the rest. */
export function byRole(situation: Situation): Inference | undefined {
  const { ask, heldZone, identity, program } = situation;
  if (ask.rcode !== 'REFUSED' || ask.ra || (heldZone ?? identity) === undefined) return undefined;
  const sibling = situation.answeredSibling;
  const isForClient = sibling?.ra ?? false;
  const isByNature = AUTHORITATIVE.includes(program);
  return {
    verdict: 'no-recursion',
    confidence: heldZone !== undefined || isByNature ? 'high' : 'medium',
    summary: isForClient
      ? `recurses for ${sibling!.source}, but not for ${ask.source}: another view, or a list of who may recurse`
      : 'does not recurse: it is authoritative only, or recursion is off',
    evidence: [
      ...tellAll(ask, situation.last('root')),
      ...identityOf(situation),
      ...(heldZone === undefined ? [] : [`it answers for its zone ${heldZone} with AA=1`]),
      ...(isByNature ? [`${program} has no recursion`] : []),
      ...differenceOf(situation),
    ],
  };
}

/** Refused whatever it asks, whether or not somebody else is answered. */
export function byClient(situation: Situation): Inference | undefined {
  const { ask, answeredSibling } = situation;
  if (!situation.isAllRefused || ask.rcode !== 'REFUSED') return undefined;
  if (answeredSibling === undefined && !situation.isIdentityRefused) return undefined;
  if (answeredSibling === undefined && ask.ra && !situation.copiesRd) return undefined;
  const bare = situation.probes.find((one) => one.rcode === 'REFUSED' && !one.hasQuestion);
  return {
    verdict: 'client-acl',
    confidence: answeredSibling === undefined ? 'medium' : 'high',
    summary: `does not let ${ask.source} ask`,
    evidence: [
      ...tellAll(ask, situation.last('root')),
      ...(situation.isIdentityRefused ? ['id.server and version.bind are refused too'] : []),
      ...(bare === undefined
        ? []
        : ['the refusal has no question: it came before reading, as of Unbound']),
      ...differenceOf(situation),
      ...copyOf(situation),
    ],
  };
}

/** An answer without recursion that only says whom else to ask. */
export function byReferral({ ask }: Situation): Inference | undefined {
  const isNothing = ask.answers === 0 && ask.soa === undefined && !ask.aa && !ask.tc;
  if (ask.rcode !== 'NOERROR' || ask.ra || !isNothing) return undefined;
  const summary = `does not recurse: it answers ${ask.name} with a referral`;
  return { verdict: 'no-recursion', confidence: 'medium', summary, evidence: [tell(ask)] };
}
