/** Rules by signs that the refusal is of a server behind the one that was asked. */

import { Ede } from '../../wire/registry.ts';
import { nsidOf, tell, tellAll } from '../evidence.ts';
import type { Inference } from '../inference.ts';
import { lastOf } from '../plan.ts';
import { fateOf, type Probe } from '../probe.ts';
import type { Situation } from '../situation.ts';
import { meaningOf } from './reported.ts';

/** dnsmasq drops those whom it does not serve; what it refuses, somebody else has refused. */
export function byDnsmasq(situation: Situation): Inference | undefined {
  const { ask, program } = situation;
  if (program !== 'dnsmasq' || ask.rcode !== 'REFUSED') return undefined;
  const version = `version.bind: "${situation.version}", a forwarder that drops clients but does not refuse them`;
  const hasNone = ask.ede.some(({ code }) => code === Ede.NOT_READY);
  const isPassedOn = ask.ede.length > 0 || ask.nsid !== undefined;
  return {
    verdict: 'upstream',
    confidence: isPassedOn ? 'high' : 'medium',
    summary: hasNone
      ? `has no server to ask for ${ask.name}`
      : `passes on the refusal of a server that it asks${meaningOf(ask)}`,
    evidence: [tell(ask), ...nsidOf(ask), version],
  };
}

/**
 * An identity is of one hop: in the answer of another address it came from behind that one. And a
 * list that lets this client in, where it is asked directly, was not about this client.
 */
export function byNodeBehind(situation: Situation): Inference | undefined {
  const { ask } = situation;
  if (ask.rcode !== 'REFUSED') return undefined;
  if (ask.ede.some(({ code }) => code === Ede.BLOCKED_UPSTREAM)) {
    const summary = 'passes on the refusal of a server that it asks, and says so';
    return { verdict: 'upstream', confidence: 'high', summary, evidence: [tell(ask)] };
  }
  const known = situation.others
    .filter((visit) => visit.some((one) => isNode(one, ask.nsid)))
    .map((visit) => lastOf(visit, 'ask')!)
    .find((other) => other.source === ask.source && fateOf(other) === 'answered');
  if (known === undefined) return undefined;
  return {
    verdict: 'upstream',
    confidence: ask.ede.some(({ code }) => code === Ede.PROHIBITED) ? 'high' : 'medium',
    summary: `passes questions to ${known.server}, which refuses it${meaningOf(ask)}`,
    evidence: [
      tell(ask),
      ...nsidOf(ask),
      `${known.server} is that node, and answers ${known.source}`,
    ],
  };
}

/** A server that recurses says RA=1, also when it refuses; RA=0 is the word of another. */
export function byRecursionOfOthers(situation: Situation): Inference | undefined {
  const { ask, heldZone } = situation;
  const root = situation.last('root')!;
  if (ask.rcode !== 'REFUSED' || ask.ra || fateOf(root) !== 'answered' || !root.ra)
    return undefined;
  if (heldZone !== undefined && heldZone !== root.soa) return undefined;
  return {
    verdict: 'upstream',
    confidence: 'medium',
    summary: `recurses, but passes on the refusal of a server that it asks for ${ask.name}`,
    evidence: tellAll(ask, root),
  };
}

/** Everything is refused, with RA=1: somebody who can recurse says no for everything. */
export function byUnseenUpstream(situation: Situation): Inference | undefined {
  const { ask } = situation;
  if (ask.rcode !== 'REFUSED' || !ask.ra || !situation.isAllRefused) return undefined;
  return {
    verdict: 'upstream',
    confidence: 'low',
    summary:
      'says that it recurses and refuses everything: a server that it asks refuses it, or a policy about this client',
    evidence: tellAll(ask, situation.last('root'), situation.last('id.server')),
  };
}

/** BIND, Unbound and others turn the REFUSED of whom they ask into SERVFAIL. */
export function byFailureBehind(situation: Situation): Inference | undefined {
  const { ask } = situation;
  const root = situation.last('root')!;
  if (fateOf(ask) !== 'failed' || fateOf(root) !== 'failed') return undefined;
  const refusing = situation.others
    .map((visit) => lastOf(visit, 'ask')!)
    .find((other) => fateOf(other) === 'refused');
  return {
    verdict: 'upstream',
    confidence: refusing === undefined ? 'low' : 'medium',
    summary:
      refusing === undefined
        ? 'fails for every name: the servers that it asks refuse it, fail, or cannot be reached'
        : `fails for every name, as it would if it asked ${refusing.server}, which refuses`,
    evidence: [
      ...tellAll(ask, root),
      ...(refusing === undefined ? [] : [`${refusing.server}: ${tell(refusing)}`]),
      'SERVFAIL is what most resolvers make of a refusal by those whom they ask',
    ],
  };
}

function isNode({ probe, nsid, texts }: Probe, node: string | undefined): boolean {
  return node !== undefined && (nsid === node || (probe === 'id.server' && texts[0] === node));
}
