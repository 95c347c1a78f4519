/** What is known of an upstream's refusal, and what can be inferred from it. */

import type { ExtendedError } from '../wire/opt.ts';

/** What seems to be the reason of a refusal, or of silence, which has its evidence here. */
export interface AttemptCause {
  readonly verdict?: RefusalCause;
  readonly evidence?: string;
}

/** One exchange with one upstream: the rcode that came back, or why nothing did. */
export interface Attempt extends AttemptCause {
  readonly upstream: string;
  readonly transport: 'udp' | 'tcp';
  readonly result: string;
  /** Milliseconds from the question to the result. */
  readonly rttMs: number;
}

/** What is noted of attempts without an rcode, besides the names of system errors. */
export const AttemptResult = {
  TIMEOUT: 'timeout',
  MALFORMED: 'malformed answer',
  /** Nothing was heard by its channel: it was asked once more by another. */
  SILENT_SOCKET: 'silent, new socket',
  SILENT_STREAM: 'silent, new stream',
  /** The server closed the connection, and was asked again by another; or closed that too. */
  STREAM_CLOSED: 'stream closed, asked again',
  /** What came by the connection was no message, or none that was asked for. */
  STREAM_GARBLED: 'stream garbled, asked again',
  CLOSED: 'connection closed',
  /** A TCP client's answer does not fit in a datagram, and the server has no TCP. */
  TRUNCATED: 'truncated, no TCP',
  /** The name came back by UDP in another case than it was sent in, as a forger would guess it. */
  CASE_DOUBTED: 'case not kept, asked by TCP',
  CASE_LOST: 'case not kept, no TCP',
} as const;

/** Whether the attempt ended because nothing came for too long. */
export function isSilence({ result }: Attempt): boolean {
  return (
    result === AttemptResult.TIMEOUT ||
    result === AttemptResult.SILENT_SOCKET ||
    result === AttemptResult.SILENT_STREAM
  );
}

/** Whether the server has refused, for whatever reason. */
export function isRefused({ verdict, evidence }: Attempt): boolean {
  return verdict !== undefined && evidence === undefined;
}

/** The reasons that an upstream's refusal can have. */
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
export type RefusalCause = (typeof UPSTREAM_VERDICTS)[number];

/** What a refusal is about. */
export const SCOPES = {
  server: 'all of the server, for this client or for everybody',
  zone: 'one of its zones',
  name: 'this name',
  query: 'this kind of question: its type, RD=0, the way that it came; or no more is known',
  behind: 'nothing of its own: a server that it asks has refused',
} as const;
export type Scope = keyof typeof SCOPES;

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

export type Confidence = 'high' | 'medium' | 'low';

/** What seems to be the reason of a refusal, and what speaks for it. */
export interface Inference {
  readonly verdict: RefusalCause;
  /** What it is about. */
  readonly scope: Scope;
  readonly confidence: Confidence;
  readonly evidence: string;
}

const CONFIDENCES: readonly Confidence[] = ['low', 'medium', 'high'];

/**
 * Of two refusals of one question the one with more evidence. The later counts when they have as
 * much, and when they are of the same server, which was then asked in another way.
 */
export function moreTelling(
  before: UpstreamRefusal | undefined,
  after: UpstreamRefusal,
): UpstreamRefusal {
  if (before === undefined || before.address === after.address) return after;
  const isWeaker = CONFIDENCES.indexOf(after.confidence) < CONFIDENCES.indexOf(before.confidence);
  return isWeaker ? before : after;
}
