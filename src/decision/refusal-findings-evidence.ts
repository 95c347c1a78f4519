/** What somebody learns who asks a server on purpose, as evidence. */

import { Ede } from '../wire/registry.ts';
import type { Evidence } from './refusal-evidence.ts';
import type { RefusalFacts, RefusalSigns } from './refusal-facts.ts';

type Take = (text: string, weights: Evidence['weights']) => void;

/** Programs that have no recursion at all. */
const AUTHORITATIVE: readonly (string | undefined)[] = [
  'NSD',
  'Knot DNS',
  'PowerDNS Authoritative',
];

/** The signs that only questions on purpose show. */
export function findingsEvidence({ signs, lately, findings }: RefusalFacts): Evidence[] {
  if (findings === undefined) return [];
  const found: Evidence[] = [];
  const take: Take = (text, weights) => found.push({ text, weights });
  if (signs.operation !== undefined) return operationEvidence(findings.program, signs);
  takeAnsweredSource({ signs, lately, findings }, take);
  takeProgram(findings.program, signs, take);
  const { copiesRd, heldZone, holdsName } = findings;
  if (copiesRd) {
    take('RA is a copy of RD: so dnsdist writes refusals of its own', {
      'client-acl server': lately.answered > 0 ? 0 : 2,
      'name-policy name': lately.answered > 0 ? 2 : 0,
    });
  }
  if (heldZone !== undefined && !signs.ra && !isProhibited(signs)) {
    take(
      `it answers for its zone ${heldZone} with AA=1`,
      holdsName
        ? { 'name-policy name': 8, 'no-recursion server': -6 }
        : { 'no-recursion server': 4 },
    );
  }
  return found;
}

/** What is known of some programs. */
function takeProgram(program: string | undefined, signs: RefusalSigns, take: Take): void {
  const { aa, ra, ede } = signs;
  if (AUTHORITATIVE.includes(program) && !isProhibited(signs)) {
    take(`${program} has no recursion`, { 'no-recursion server': 4 });
  }
  if (program === 'dnsmasq') {
    take('dnsmasq refuses nobody itself', { 'client-acl behind': 2 });
    if (ede.some(({ code }) => code === Ede.NOT_READY)) {
      take('dnsmasq says so where it has no server to ask', { 'no-recursion behind': 6 });
    }
  }
  if (program === 'Unbound' && aa && ra) {
    take('Unbound sets AA=1 in the refusals of its local zones', { 'name-policy name': 4 });
  }
  if (program === 'BIND' && isProhibited(signs) && ra) {
    take("BIND keeps RA=1 in the refusals of a zone's list", { 'client-acl zone': 4 });
  }
}

function isProhibited({ ede }: RefusalSigns): boolean {
  return ede.some(({ code }) => code === Ede.PROHIBITED);
}

/** It answers somebody else: so it is about this client, or its part of the server. */
function takeAnsweredSource(
  { signs, lately, findings }: Required<Omit<RefusalFacts, 'siblings'>>,
  take: Take,
): void {
  if (findings.answeredSource === undefined) return;
  const text = `${findings.answeredSource} is answered`;
  if (lately.answered > 0) {
    take(text, {
      'client-acl zone': isProhibited(signs) ? 3 : 0,
      'client-acl behind': -6,
      'name-policy behind': -6,
      'name-policy name': isProhibited(signs) ? 0 : 1,
    });
  } else if (!signs.ra && signs.ede.length === 0 && lately.identity) {
    // Another view answers about itself, and does not recurse.
    take(text, { 'no-recursion server': 1 });
  } else {
    take(text, { 'client-acl server': 4, 'name-policy name': -3 });
  }
}

/** What is known of transfers and updates of some programs. */
function operationEvidence(program: string | undefined, signs: RefusalSigns): Evidence[] {
  if (program === 'rcode5' && !signs.ra) {
    return [{ text: 'rcode5 has a list for it', weights: { 'client-acl query': 5 } }];
  }
  if (program === 'Unbound') {
    return [{ text: 'Unbound hands over no zones', weights: { 'type-policy query': 5 } }];
  }
  return [];
}

/**
 * dnsmasq drops those whom it does not serve; what it refuses, somebody else has refused. And an
 * identity is of one hop: in the answer of another address it came from behind that one.
 */
export function isPassedOn({ signs, findings }: RefusalFacts): boolean {
  if (findings === undefined) return false;
  const isOwn = signs.ede.some(({ code }) => code === Ede.NOT_READY);
  return (findings.program === 'dnsmasq' && !isOwn) || findings.foreignNode !== undefined;
}
