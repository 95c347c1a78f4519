/** Rules by signs that the refusal is of a server behind the one that was asked. */

import { Ede } from '../../wire/registry.ts';
import { nsidOf, tell, tellAll } from '../evidence.ts';
import type { Inference } from '../inference.ts';
import { lastOf } from '../plan.ts';
import { fateOf, type Probe } from '../probe.ts';
import type { Situation } from '../situation.ts';
import { meaningOf } from './reported.ts';

/**
 * An identity is of one hop: in the answer of another address it came from behind that one. And a
 * list that lets this client in, where it is asked directly, was not about this client.
 */
export function byNodeBehind(situation: Situation): Inference | undefined {
  const { ask } = situation;
  if (ask.rcode !== 'REFUSED') return undefined;
  const known = situation.others
    .filter((visit) => visit.some((one) => isNode(one, ask.nsid)))
    .map((visit) => lastOf(visit, 'ask')!)
    .find((other) => other.source === ask.source && fateOf(other) === 'answered');
  if (known === undefined) return undefined;
  return {
    verdict: 'upstream',
    scope: 'behind',
    confidence: ask.ede.some(({ code }) => code === Ede.PROHIBITED) ? 'high' : 'medium',
    summary: `passes questions to ${known.server}, which refuses it${meaningOf(ask)}`,
    evidence: [
      tell(ask),
      ...nsidOf(ask),
      `${known.server} is that node, and answers ${known.source}`,
    ],
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
    scope: 'behind',
    // It is there, and knows its own name.
    confidence: refusing === undefined && situation.identity === undefined ? 'low' : 'medium',
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
