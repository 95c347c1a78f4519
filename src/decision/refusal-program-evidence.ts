/** What is known of some programs, as evidence: what they refuse, and in which form. */

import { Ede } from '../wire/registry.ts';
import type { Evidence } from './refusal-evidence.ts';
import type { FateByTcp, RefusalFacts, RefusalSigns } from './refusal-facts.ts';

/** Programs that have no recursion at all. */
const AUTHORITATIVE: readonly (string | undefined)[] = [
  'NSD',
  'Knot DNS',
  'PowerDNS Authoritative',
];

/** The signs that have a meaning for this program; none where it is not known. */
export function programEvidence({
  signs,
  lately: { program, answered, byTcp },
}: RefusalFacts): Evidence[] {
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
  if (program === 'systemd-resolved' && aa && signs.rd && answered === 0) {
    take('systemd-resolved says so with AA=1 where it has no server to ask', {
      'no-recursion behind': 8,
    });
  }
  if (program === 'rcode5' && !signs.rd && ra) {
    take('rcode5 refuses no RD=0 itself with RA=1', { 'no-recursion behind': 4 });
  }
  if (program === 'Unbound') found.push(...unboundEvidence(signs, byTcp));
  if (program === 'BIND' && isProhibited(signs) && ra) {
    take("BIND keeps RA=1 in the refusals of a zone's list", { 'client-acl zone': 4 });
  }
  return found;
}

/** Its own refusals, and those of a server in front, which may have any rule, also for datagrams alone. */
function unboundEvidence(signs: RefusalSigns, byTcp: FateByTcp | undefined): Evidence[] {
  if (signs.aa && signs.ra) {
    const text = 'Unbound sets AA=1 in the refusals of its local zones';
    return [{ text, weights: { 'name-policy name': 4 } }];
  }
  if (!isStrangeToUnbound(signs) || !signs.byUdp || byTcp !== undefined) return [];
  const text = 'Unbound refuses in other forms: it may be of a server in front that wants TCP';
  return [{ text, weights: { 'name-policy name': -2 } }];
}

/** Its own have AA=1, or no question, or are for RD=0, or have a code. */
function isStrangeToUnbound({ aa, ra, rd, hasQuestion, ede }: RefusalSigns): boolean {
  return !aa && ra && rd && hasQuestion && ede.length === 0;
}

/** Transfers and updates. */
function operationEvidence(
  program: string,
  { operation, ra, hasQuestion }: RefusalSigns,
): Evidence[] {
  if (program === 'rcode5' && !ra) {
    return [{ text: 'rcode5 has a list for it', weights: { 'client-acl query': 5 } }];
  }
  // Without its question it was refused by a list of clients, whatever it asks for.
  if (!hasQuestion) return [];
  if (program === 'Unbound' || program === 'systemd-resolved') {
    return [{ text: `${program} hands over no zones`, weights: { 'type-policy query': 5 } }];
  }
  if (program === 'BIND' && operation === 'UPDATE') {
    const text = 'BIND holds the zone: it answers NOTAUTH for those that it lacks';
    return [{ text, weights: { 'client-acl zone': 4 } }];
  }
  return [];
}

/**
 * dnsmasq drops those whom it does not serve; what it refuses, somebody else has refused. What
 * systemd-resolved refuses has AA=1, or is of somebody else. And an
 * identity is of one hop: in the answer of another address it came from behind that one.
 */
export function isPassedOn({ signs, lately, findings }: RefusalFacts): boolean {
  const { program } = lately;
  if (program === 'dnsmasq') return !isNotReady(signs);
  // With AA=1 it refuses itself, and RD=0 and transfers always.
  if (program === 'systemd-resolved') return signs.rd && !signs.aa && signs.operation === undefined;
  return findings?.foreignNode !== undefined;
}

export function isProhibited({ ede }: RefusalSigns): boolean {
  return ede.some(({ code }) => code === Ede.PROHIBITED);
}

function isNotReady({ ede }: RefusalSigns): boolean {
  return ede.some(({ code }) => code === Ede.NOT_READY);
}
