/** Rules by what the server itself says of its reason. */

import { LAYER_FACTS, LAYERS, type LayerName } from '../../decision/layers.ts';
import { inferFromErrors } from '../../decision/refusal-inference.ts';
import { Ede } from '../../wire/registry.ts';
import { differenceOf, identityOf, tell, tellAll } from '../evidence.ts';
import type { Inference } from '../inference.ts';
import { fateOf, type Probe } from '../probe.ts';
import type { Situation } from '../situation.ts';

/** What rcode5 says in an Extended DNS Error: its layer, the rule, and what finds the record. */
const TOLD = new RegExp(`^(${LAYERS.join('|')}) (.+) ref (\\S+)$`);

/** rcode5 tells layer and rule itself. */
export function byItsWord({ probes, ask }: Situation): Inference | undefined {
  const told = probes
    .filter(({ probe }) => probe === 'ask' || probe === 'tcp')
    .flatMap((probe) => probe.ede.map(({ text }) => ({ probe, parts: TOLD.exec(text) })))
    .find(({ parts }) => parts !== null);
  if (told === undefined) return undefined;
  const [, layer, rule, ref] = told.parts!;
  return {
    verdict: LAYER_FACTS[layer as LayerName].cause,
    confidence: 'high',
    summary: `says itself: ${ask.name} ${told.probe.rcode} by its layer ${layer}, ${layer === 'upstream' ? 'server' : 'rule'} ${rule}`,
    evidence: [
      tell(told.probe),
      `rcode5 log FILE --ref ${ref} shows the record, with the rule's line`,
    ],
  };
}

/** RFC 8914: the server says it itself. */
export function byExtendedError(situation: Situation): Inference | undefined {
  const probe = [situation.ask, situation.last('tcp')].find((one) => (one?.ede.length ?? 0) > 0);
  if (probe === undefined || fateOf(probe) === 'answered') return undefined;
  const { ede } = probe;
  const evidence = [
    tell(probe),
    ...(probe.nsid === undefined ? [] : [`NSID "${probe.nsid}" is the node that refuses`]),
    ...identityOf(situation),
    ...differenceOf(situation),
  ];
  if (ede.some(({ code }) => code === Ede.NOT_READY)) {
    const summary = 'is not ready to answer';
    return { verdict: 'failure', confidence: 'high', summary, evidence };
  }
  const verdict = inferFromErrors(ede)?.verdict;
  if (verdict === undefined || verdict === 'ecs' || verdict === 'edge') return undefined;
  if (verdict === 'client-acl' && situation.fate('root') === 'answered') {
    const summary = `does not let ${probe.source} ask for ${probe.name}`;
    const more = [...evidence, ...tellAll(situation.last('root'))];
    return { verdict, confidence: 'medium', summary, evidence: more };
  }
  return { verdict, confidence: 'high', summary: sayOf(verdict, situation), evidence };
}

function sayOf(verdict: string, situation: Situation): string {
  const { ask, source } = situation;
  if (verdict === 'client-acl') {
    return situation.identity === undefined
      ? `does not let ${source} ask`
      : `does not let ${source} ask for this; it answers other things, like its own name`;
  }
  if (verdict === 'no-recursion') return `does not hold ${ask.name} and does not recurse`;
  if (verdict === 'rate-limit') return `limits how often ${source} may ask`;
  return `refuses ${ask.name} by a policy`;
}

/** What the code of a refusal that was passed on says of the server behind. */
export function meaningOf({ ede }: Probe): string {
  const reason = inferFromErrors(ede);
  return reason === undefined ? '' : `, for ${reason.verdict} (${reason.evidence})`;
}
