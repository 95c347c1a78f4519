/**
 * Why a server refuses, as far as it can be inferred: all signs are weighed, and what stands out
 * is the cause. The record of a refusal and `diagnose` share this; who asked more, knows more.
 */

import { type Cause, type Evidence, messageEvidence } from './refusal-evidence.ts';
import type { RefusalFacts } from './refusal-facts.ts';
import { findingsEvidence } from './refusal-findings-evidence.ts';
import { historyEvidence, questions } from './refusal-history-evidence.ts';
import { isPassedOn, programEvidence } from './refusal-program-evidence.ts';
import type { Confidence, Inference, RefusalCause, Scope } from './upstream-refusal.ts';

/** How far a cause stands before every other one. */
const SURE = 5;
const LIKELY = 1.5;
/** What a cause has to have at least. */
const ANY = 1;

/** An inference with its evidence one by one. */
export interface WeighedInference extends Inference {
  readonly speaksFor: readonly string[];
  readonly speaksAgainst: readonly string[];
}

/** The likeliest cause; without evidence it is unknown, and a guess has low confidence. */
export function inferReason(facts: RefusalFacts): Inference {
  const { verdict, scope, confidence, evidence } = weigh(facts);
  return { verdict, scope, confidence, evidence };
}

/** The same, with what spoke for and against it. */
export function weigh(facts: RefusalFacts): WeighedInference {
  const evidence = [
    ...messageEvidence(facts),
    ...historyEvidence(facts),
    ...programEvidence(facts),
    ...findingsEvidence(facts),
  ];
  const ranked = rank(evidence, isPassedOn(facts));
  const [best, second] = ranked;
  if (best === undefined || best.weight < ANY) return unknown(facts);
  const rival = ranked.find(({ cause }) => verdictOf(cause) !== verdictOf(best.cause));
  const confidence = confidenceOf(leadOf(best, second), leadOf(best, rival));
  const speaksFor = evidence.filter((one) => weightOf(one, best.cause) > 0);
  const speaksAgainst = evidence.filter((one) => weightOf(one, best.cause) < 0);
  const texts = {
    speaksFor: [...new Set(speaksFor.map(({ text }) => text))],
    speaksAgainst: [...new Set(speaksAgainst.map(({ text }) => text))],
  };
  const against =
    texts.speaksAgainst.length === 0 ? '' : `; against it: ${texts.speaksAgainst.join('; ')}`;
  const [verdict, scope] = best.cause.split(' ') as [RefusalCause, Scope];
  return {
    verdict,
    scope,
    confidence,
    evidence: `${texts.speaksFor.join('; ')}${against}${besides(facts)}`,
    ...texts,
  };
}

interface Ranked {
  readonly cause: Cause;
  readonly weight: number;
}

/** All causes that anything speaks for, the likeliest first. */
function rank(evidence: readonly Evidence[], passedOn: boolean): Ranked[] {
  const sums = new Map<Cause, number>();
  for (const { weights } of evidence) {
    for (const [cause, weight] of Object.entries(weights) as [Cause, number][]) {
      sums.set(cause, (sums.get(cause) ?? 0) + weight);
    }
  }
  if (passedOn) moveBehind(sums);
  return [...sums]
    .map(([cause, weight]) => ({ cause, weight }))
    .sort((a, b) => b.weight - a.weight);
}

/** What is passed on has the cause that it seems to have, at the server behind. */
function moveBehind(sums: Map<Cause, number>): void {
  for (const [cause, weight] of [...sums]) {
    const [verdict] = cause.split(' ');
    const behind = `${verdict} behind` as Cause;
    if (cause === behind) continue;
    sums.set(behind, Math.max(sums.get(behind) ?? 0, weight));
    sums.delete(cause);
  }
}

/** What a sign weighs for a cause; for one behind also what it weighs for the same elsewhere. */
function weightOf({ weights }: Evidence, cause: Cause): number {
  const own = weights[cause];
  if (own !== undefined || !cause.endsWith(' behind')) return own ?? 0;
  const [verdict] = cause.split(' ');
  const alike = Object.entries(weights).filter(([one]) => one.startsWith(`${verdict} `));
  return Math.max(0, ...alike.map(([, weight]) => weight));
}

/** Sure of verdict and scope; or likely of the verdict, with the likeliest scope. */
function confidenceOf(lead: number, leadOfVerdict: number): Confidence {
  if (lead >= SURE) return 'high';
  return leadOfVerdict >= LIKELY ? 'medium' : 'low';
}

function leadOf({ weight }: Ranked, other: Ranked | undefined): number {
  return weight - Math.max(0, other?.weight ?? 0);
}

function verdictOf(cause: Cause): string {
  return cause.split(' ')[0]!;
}

function unknown(facts: RefusalFacts): WeighedInference {
  const codes = facts.signs.ede.map(({ code }) => code);
  const error = codes.length === 0 ? 'no EDE' : `EDE ${codes.join(', ')} gives no reason`;
  const evidence = `${error}, no other sign${besides(facts)}`;
  const nothing = { speaksFor: [], speaksAgainst: [] };
  return { verdict: 'unknown', scope: 'query', confidence: 'low', evidence, ...nothing };
}

/** What decides nothing by itself, but a reader should know. */
function besides({ signs, lately, siblings }: RefusalFacts): string {
  const more: string[] = [];
  if (signs.aa && !signs.ra) more.push('AA=1');
  if (siblings.count > 0 && siblings.refused === siblings.count) {
    more.push(`all ${siblings.count + 1} servers of the group refuse`);
  }
  if (lately.overruled > 0) {
    more.push(`others of the group answered ${questions(lately.overruled)} that it refused`);
  }
  if (lately.identity) more.push(`id.server is "${lately.identity}"`);
  return more.map((text) => `; ${text}`).join('');
}
