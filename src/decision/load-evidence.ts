/** What our own rate of questions to a server shows: more refusals, or more silence, when it is busy. */

import type { LoadShares } from './refusal-facts.ts';
import type { AttemptCause } from './upstream-refusal.ts';

/** Shares that count as different. */
const MORE_OFTEN = 4;
const OFTEN = 0.3;

/** Whether it happens often when the server is busy, and seldom when it is not. */
export function growsWithLoad({ busy, calm }: LoadShares): boolean {
  return busy >= OFTEN && busy >= MORE_OFTEN * calm;
}

/**
 * Why a question met silence, if it can be inferred: a limit of rates drops what is too much, as
 * the response rate limits of BIND, NSD and Knot DNS do, which slip no errors.
 */
export function inferSilence(lost: LoadShares | undefined): AttemptCause | undefined {
  if (lost === undefined || !growsWithLoad(lost)) return undefined;
  const evidence = `${percent(lost.busy)} not answered when busy, ${percent(lost.calm)} when calm: a limit of rates, or too much load`;
  return { verdict: 'rate-limit', evidence };
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
