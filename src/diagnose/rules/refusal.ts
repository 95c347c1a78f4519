/** The rules of decision records, given what was asked on purpose. */

import { type WeighedInference, weigh } from '../../decision/refusal-inference.ts';
import { isPassedOn } from '../../decision/refusal-program-evidence.ts';
import { Ede } from '../../wire/registry.ts';
import { differenceOf, identityOf, nsidOf, tellAll } from '../evidence.ts';
import { factsOf } from '../facts.ts';
import type { Diagnosis, Inference } from '../inference.ts';
import type { Probe } from '../probe.ts';
import type { Situation } from '../situation.ts';

/** The cause of a REFUSED; undefined when there is no evidence. */
export function byRefusal(situation: Situation): Inference | undefined {
  const ask = refusalOf(situation);
  if (ask === undefined) return undefined;
  const facts = factsOf(situation, ask);
  const found = weigh(facts);
  if (found.verdict === 'unknown') return undefined;
  const { scope } = found;
  // A server that passes on a refusal has no cause of its own, whatever the cause is behind.
  const confidence = isPassedOn(facts) ? 'high' : found.confidence;
  return {
    verdict: diagnosisOf(found, situation),
    scope,
    confidence,
    summary: summaryOf(found, situation),
    evidence: [
      // A code speaks of more than this question; without one the root shows how far it goes.
      ...tellAll(ask, ask.ede.length > 0 ? undefined : situation.last('root')),
      ...tellAll(...aboutSubject(found, situation)),
      ...(scope === 'behind' || ask.nsid === undefined
        ? nsidOf(ask)
        : [`NSID "${ask.nsid}" is the node that refuses`]),
      ...(situation.isIdentityRefused ? ['id.server and version.bind are refused too'] : []),
      ...bareOf(situation),
      ...identityOf(situation),
      ...found.speaksFor.filter((text) => !isShown(text)),
      ...found.speaksAgainst.map((text) => `against it: ${text}`),
      ...programOf(found, situation),
      ...differenceOf(situation),
    ],
  };
}

/** Unbound's `refuse_non_local` with `ede: yes` is FORMERR to EDNS, and REFUSED without. */
function refusalOf(situation: Situation): Probe | undefined {
  const { ask } = situation;
  if (ask.rcode === 'REFUSED') return ask;
  const plain = situation.last('plain');
  return ask.rcode === 'FORMERR' && !ask.hasQuestion && plain?.rcode === 'REFUSED'
    ? plain
    : undefined;
}

function diagnosisOf({ verdict, scope }: WeighedInference, { isTransfer }: Situation): Diagnosis {
  if (isTransfer) return 'transfer';
  if (scope === 'behind') return 'upstream';
  return verdict === 'ecs' || verdict === 'edge' ? 'unknown' : verdict;
}

/** One sentence about the server. */
function summaryOf(found: WeighedInference, situation: Situation): string {
  const { ask, source } = situation;
  if (found.scope === 'behind') return behindText(found, ask);
  if (situation.isTransfer) {
    return found.verdict === 'client-acl'
      ? `does not hand ${ask.name} to ${source}`
      : `refuses ${ask.type}, as servers do that hold no zones, or hand none to anybody`;
  }
  switch (found.verdict) {
    case 'client-acl':
      return clientText(found, situation);
    case 'no-recursion':
      return recursionText(situation);
    case 'type-policy':
      return `refuses type ${ask.type}${situation.fate('type-at-root') === 'refused' ? ' for other names too' : ` of ${ask.name}`}`;
    case 'rate-limit':
      return `limits how often ${source} may ask`;
    case 'needs-tcp-or-cookie':
      return `wants TCP or a DNS cookie from ${source}`;
    default:
      return situation.isAllRefused
        ? `refuses ${ask.name} by a policy`
        : `refuses ${ask.name} and answers for other names`;
  }
}

function behindText({ verdict }: WeighedInference, { ede, name }: Probe): string {
  if (ede.some(({ code }) => code === Ede.NOT_READY)) return `has no server to ask for ${name}`;
  const [error] = ede;
  const reason = error === undefined ? verdict : `${verdict} (EDE ${error.code})`;
  return `passes on the refusal of a server that it asks, for ${reason}`;
}

function clientText({ scope }: WeighedInference, situation: Situation): string {
  const { ask, source } = situation;
  if (scope === 'zone') return `does not let ${source} ask for ${ask.name}: a list of its zone`;
  return situation.identity === undefined
    ? `does not let ${source} ask`
    : `does not let ${source} ask for this; it answers other things, like its own name`;
}

function recursionText(situation: Situation): string {
  const { ask, answeredSibling: sibling } = situation;
  if (sibling?.ra) {
    return `recurses for ${sibling.source}, but not for ${ask.source}: another view, or a list of who may recurse`;
  }
  return ask.ede.some(({ code }) => code === Ede.NOT_AUTHORITATIVE)
    ? `does not hold ${ask.name} and does not recurse`
    : 'does not recurse: it is authoritative only, or recursion is off';
}

/** The questions that show what the refusal is about. */
function aboutSubject({ verdict }: WeighedInference, situation: Situation): (Probe | undefined)[] {
  if (verdict === 'type-policy') {
    return [situation.last('other-type'), situation.last('type-at-root')];
  }
  const parents = situation.probes.filter(({ probe }) => probe === 'parent');
  return verdict === 'name-policy' ? [parents.at(-1)] : [];
}

function bareOf({ probes }: Situation): string[] {
  const bare = probes.find((one) => one.rcode === 'REFUSED' && !one.hasQuestion);
  return bare === undefined
    ? []
    : ['the refusal has no question: it came before reading, as of Unbound'];
}

/** What is shown in another way already. */
function isShown(text: string): boolean {
  return /^(id\.server is|no question in|\S+ is answered$|EDE \d+( with RA=0)?$)/.test(text);
}

function programOf({ scope }: WeighedInference, { program, version }: Situation): string[] {
  if (program !== 'dnsmasq' || scope !== 'behind') return [];
  return [`version.bind: "${version}", a forwarder that drops clients but does not refuse them`];
}
