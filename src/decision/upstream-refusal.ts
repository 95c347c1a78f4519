/** What is known of an upstream that would not answer, and what that says about its reason. */

import type { ExtendedError } from '../wire/opt.ts';
import { Ede } from '../wire/registry.ts';

/** One exchange with one upstream: the rcode that came back, or why nothing did. */
export interface Attempt {
  readonly upstream: string;
  readonly result: string;
  /** Milliseconds from the question to the result. */
  readonly rttMs: number;
}

/** The reasons that an upstream's refusal can be told to have. */
export const UPSTREAM_VERDICTS = [
  'client-acl',
  'no-recursion',
  'name-policy',
  'type-policy',
  'rate-limit',
  'needs-tcp-or-cookie',
  'ecs',
  'edge',
  'unknown',
] as const;
export type UpstreamVerdict = (typeof UPSTREAM_VERDICTS)[number];

/** A REFUSED that came from an upstream, as the decision record shows it. */
export interface UpstreamRefusal extends Inference {
  readonly address: string;
  readonly rttMs: number;
  readonly aa: boolean;
  readonly ra: boolean;
  readonly tc: boolean;
  readonly ede: readonly ExtendedError[];
  /** Every server that was asked, in order. */
  readonly attempts: readonly Attempt[];
}

export interface Inference {
  readonly verdict: UpstreamVerdict;
  readonly confidence: 'high' | 'medium' | 'low';
  readonly evidence: string;
}

/** The parts of a refusing message that tell something. */
export interface RefusalSigns {
  readonly ra: boolean;
  readonly tc: boolean;
  /** The query asked for recursion. */
  readonly rd: boolean;
  readonly hasQuestion: boolean;
  readonly ede: readonly ExtendedError[];
}

const BY_EDE: ReadonlyMap<number, UpstreamVerdict> = new Map([
  [Ede.PROHIBITED, 'client-acl'],
  [Ede.NOT_AUTHORITATIVE, 'no-recursion'],
  [Ede.BLOCKED, 'name-policy'],
  [Ede.CENSORED, 'name-policy'],
  [Ede.FILTERED, 'name-policy'],
  [Ede.BLOCKED_UPSTREAM, 'name-policy'],
  [Ede.RATE_LIMITED, 'rate-limit'],
  [Ede.OVER_QUOTA, 'rate-limit'],
]);

/** The likeliest reason of one refusal by itself; what it cannot tell it calls unknown. */
export function inferReason(signs: RefusalSigns): Inference {
  for (const { code } of signs.ede) {
    const verdict = BY_EDE.get(code);
    if (verdict !== undefined) return { verdict, confidence: 'high', evidence: `EDE ${code}` };
  }
  if (signs.tc) {
    return { verdict: 'needs-tcp-or-cookie', confidence: 'high', evidence: 'TC=1 with REFUSED' };
  }
  if (!signs.hasQuestion) {
    return { verdict: 'client-acl', confidence: 'medium', evidence: 'no question in the response' };
  }
  if (signs.rd && !signs.ra) {
    return { verdict: 'no-recursion', confidence: 'medium', evidence: 'RA=0 to RD=1' };
  }
  return { verdict: 'unknown', confidence: 'low', evidence: 'no EDE, no other sign' };
}
