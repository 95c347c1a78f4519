/** What is known of some programs, as evidence: what they refuse, and in which form. */

import { Ede } from '../wire/registry.ts';
import type { Evidence } from './refusal-evidence.ts';
import type { RefusalFacts, RefusalSigns } from './refusal-facts.ts';

/** Programs that have no recursion at all. */
const AUTHORITATIVE: readonly (string | undefined)[] = [
  'NSD',
  'Knot DNS',
  'PowerDNS Authoritative',
];

/** The signs that have a meaning for this program; none where it is not known. */
export function programEvidence({ signs, lately: { program } }: RefusalFacts): Evidence[] {
  if (program === undefined) return [];
  if (signs.operation !== undefined) return operationEvidence(program, signs);
  const { aa, ra } = signs;
  const found: Evidence[] = [];
  const take = (text: string, weights: Evidence['weights']) => found.push({ text, weights });
  if (AUTHORITATIVE.includes(program) && !isProhibited(signs)) {
    take(`${program} has no recursion`, { 'no-recursion server': 4 });
  }
  if (program === 'dnsmasq') {
    take('dnsmasq refuses nobody itself', { 'client-acl behind': 2 });
    if (isNotReady(signs)) {
      take('dnsmasq says so where it has no server to ask', { 'no-recursion behind': 6 });
    }
  }
  if (program === 'rcode5' && !signs.rd && ra) {
    take('rcode5 refuses no RD=0 itself with RA=1', { 'no-recursion behind': 4 });
  }
  if (program === 'Unbound' && aa && ra) {
    take('Unbound sets AA=1 in the refusals of its local zones', { 'name-policy name': 4 });
  }
  if (program === 'BIND' && isProhibited(signs) && ra) {
    take("BIND keeps RA=1 in the refusals of a zone's list", { 'client-acl zone': 4 });
  }
  return found;
}

/** Transfers and updates. */
function operationEvidence(program: string, { operation, ra }: RefusalSigns): Evidence[] {
  if (program === 'rcode5' && !ra) {
    return [{ text: 'rcode5 has a list for it', weights: { 'client-acl query': 5 } }];
  }
  if (program === 'Unbound') {
    return [{ text: 'Unbound hands over no zones', weights: { 'type-policy query': 5 } }];
  }
  if (program === 'BIND' && operation === 'UPDATE') {
    const text = 'BIND holds the zone: it answers NOTAUTH for those that it lacks';
    return [{ text, weights: { 'client-acl zone': 4 } }];
  }
  return [];
}

/**
 * dnsmasq drops those whom it does not serve; what it refuses, somebody else has refused. And an
 * identity is of one hop: in the answer of another address it came from behind that one.
 */
export function isPassedOn({ signs, lately, findings }: RefusalFacts): boolean {
  return (
    (lately.program === 'dnsmasq' && !isNotReady(signs)) || findings?.foreignNode !== undefined
  );
}

export function isProhibited({ ede }: RefusalSigns): boolean {
  return ede.some(({ code }) => code === Ede.PROHIBITED);
}

function isNotReady({ ede }: RefusalSigns): boolean {
  return ede.some(({ code }) => code === Ede.NOT_READY);
}
