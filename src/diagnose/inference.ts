/** What a diagnosis can come to. */

import type { Confidence, Scope } from '../decision/upstream-refusal.ts';

/** Each verdict and what it means; most are words of the decision record too. */
export const DIAGNOSES = {
  'client-acl': 'an access list does not let this client ask',
  'no-recursion':
    'the server does not recurse: for nobody (authoritative only), or not for this client',
  'name-policy': 'a policy of the server is about this name',
  'type-policy': 'a policy of the server is about this type',
  transport: 'one of UDP, TCP, TLS and HTTPS does not work',
  certificate: 'the certificate of the server is not accepted by clients',
  'needs-tcp-or-cookie': 'the server wants TCP or a DNS cookie of this client',
  edns: 'the server does not take EDNS',
  'rate-limit': 'the server limits how often this client may ask',
  transfer: 'the server does not hand this zone to this client',
  upstream: 'the server would answer; one that it asks refuses or fails',
  failure: 'no policy: the server could not do it',
  dead: 'nobody answers',
  unknown: 'refused, for an unknown reason',
  'no-refusal': 'nothing refuses this question',
} as const;
export type Diagnosis = keyof typeof DIAGNOSES;

/** The inference from the answers of one server to one source. */
export interface Inference {
  readonly verdict: Diagnosis;
  /** What a refusal is about; absent where nothing is refused. */
  readonly scope?: Scope;
  readonly confidence: Confidence;
  /** One sentence, without the server's name. */
  readonly summary: string;
  readonly evidence: readonly string[];
}
