/** Rules by the reason that the server itself reports. */

import { LAYER_FACTS } from '../../decision/layers.ts';
import { parseOwnText } from '../../decision/refusal-evidence.ts';
import { Ede } from '../../wire/registry.ts';
import { tell } from '../evidence.ts';
import type { Diagnosis, Inference } from '../inference.ts';
import type { Probe } from '../probe.ts';
import type { Situation } from '../situation.ts';

const MEANINGS: Readonly<Record<number, Diagnosis>> = {
  [Ede.PROHIBITED]: 'client-acl',
  [Ede.NOT_AUTHORITATIVE]: 'no-recursion',
  [Ede.BLOCKED]: 'name-policy',
  [Ede.CENSORED]: 'name-policy',
  [Ede.FILTERED]: 'name-policy',
  [Ede.RATE_LIMITED]: 'rate-limit',
};

/** rcode5 names layer and rule itself. */
export function byItsWord({ probes, ask }: Situation): Inference | undefined {
  const told = probes
    .filter(({ probe }) => probe === 'ask' || probe === 'tcp')
    .flatMap((probe) => probe.ede.map(({ text }) => ({ probe, parts: parseOwnText(text) })))
    .find(({ parts }) => parts !== undefined);
  if (told === undefined) return undefined;
  const { layer, rule, ref } = told.parts!;
  return {
    verdict: LAYER_FACTS[layer].cause,
    scope: LAYER_FACTS[layer].scope,
    confidence: 'high',
    summary: `reports: ${ask.name} ${told.probe.rcode} by its layer ${layer}, ${layer === 'upstream' ? 'server' : 'rule'} ${rule}`,
    evidence: [
      tell(told.probe),
      `rcode5 log FILE --ref ${ref} shows the record, with the rule's line`,
    ],
  };
}

/** It is not ready, and reports it: no policy. */
export function byNotReady({ ask, program }: Situation): Inference | undefined {
  if (program === 'dnsmasq' || !ask.ede.some(({ code }) => code === Ede.NOT_READY)) {
    return undefined;
  }
  return {
    verdict: 'failure',
    confidence: 'high',
    summary: 'is not ready to answer',
    evidence: [tell(ask)],
  };
}

/** The meaning of the code of a refusal that was passed on, for the server behind. */
export function meaningOf({ ede }: Probe): string {
  const [error] = ede;
  if (error === undefined) return '';
  const verdict = MEANINGS[error.code];
  return verdict === undefined ? '' : `, for ${verdict} (EDE ${error.code})`;
}
