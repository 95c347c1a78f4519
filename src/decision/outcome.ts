/** What happened to one query: a verdict and the facts of this one time. */

import type { Query, Transport } from '../wire/query.ts';
import { Ede } from '../wire/registry.ts';
import type { Aliases } from '../wire/response.ts';
import type { LayerName } from './layers.ts';
import { isBlocking } from './structured-error.ts';
import type { Attempt, RefusalCause, Scope, UpstreamRefusal } from './upstream-refusal.ts';
import type { Action, OwnedRecord, Verdict } from './verdict.ts';

export const ORIGINS = ['local', 'upstream', 'cache'] as const;
export type Origin = (typeof ORIGINS)[number];

export const EVENTS = [
  'refused',
  'blocked',
  'dropped',
  'truncated',
  'shadow',
  'failed',
  'answered',
] as const;
export type Event = (typeof EVENTS)[number];

/** The kind of a record that stands for several of one kind. */
export const SUMMARY = 'summary';

const EVENT_OF: Readonly<Record<Action, Event>> = {
  refuse: 'refused',
  nxdomain: 'blocked',
  nodata: 'blocked',
  answer: 'blocked',
  drop: 'dropped',
  truncate: 'truncated',
  reject: 'answered',
  accept: 'answered',
  fail: 'failed',
  forward: 'answered',
};

/** Layers whose records block nothing: local ones, localhost, RESINFO. */
const OF_ITS_OWN: readonly LayerName[] = ['local', 'special-use'];

/** The kind of record that a verdict makes. */
export function eventOf(verdict: Verdict): Event {
  if (verdict.isShadow === true) return 'shadow';
  if (verdict.action === 'answer' && OF_ITS_OWN.includes(verdict.layer)) return 'answered';
  return EVENT_OF[verdict.action];
}

/** How much a decision log takes: refusals, all that policy did, or every query. */
export type RecordLevel = 'refused' | 'policy' | 'all';

export function isRecorded(event: Event, level: RecordLevel): boolean {
  if (event === 'refused' || level === 'all') return true;
  return level === 'policy' && event !== 'answered';
}

/**
 * What became of one query. A single instance is reused: nothing may keep it.
 *
 * Together with the query it is all that the record, the counters and the ring of recent
 * decisions are made from.
 */
export interface Outcome {
  verdict: Verdict;
  origin: Origin;
  /** The rcode that the client is sent, extended bits included. */
  rcode: number;
  /** The name that a record, an EDE text and a user's complaint share. */
  ref: string;
  /** Index of the client's group; -1 when it is in none. */
  group: number;
  /** The upstream that answered, and in how many milliseconds; 0 from the cache. */
  upstream: string | undefined;
  rttMs: number;
  refusal: UpstreamRefusal | undefined;
  attempts: readonly Attempt[];
  /** Policy has decided on a name that these lead to from the one asked. */
  aliases: Aliases | undefined;
  /** An upstream's answer for the name that the rule's alias leads to. */
  resolved: Uint8Array | undefined;
  /** Records of names inside of the policy zone, on the way from the rule's alias to that answer. */
  inside: readonly OwnedRecord[];
}

/**
 * Why a socket or connection to an upstream is given up: it has been silent, it cannot send, or
 * its server has closed it.
 */
export type ChannelLoss = 'silent' | 'unsent' | 'closed' | 'garbled';

/** Why a packet was dropped without a word: nobody asked a question with it. */
export const IGNORED = [
  'short',
  'response',
  'unexpected-answer',
  'wrong-question',
  'wrong-case',
  'proxy-source',
  'proxy-header',
] as const;
export type Ignored = (typeof IGNORED)[number];

/** A response as it is sent; its octets are valid during a call only. */
export interface Reply {
  readonly octets: Uint8Array;
  readonly length: number;
}

/** Who takes note of what happened: where the engine and its observers meet. */
export interface Recorder {
  /** A packet that is a query has arrived. */
  received(query: Query): void;
  /** The query is decided; called before its response is handed to a shell. */
  decided(query: Query, outcome: Outcome, now: number, reply?: Reply): void;
  /** What a rule in shadow mode would have done; the query goes on. */
  shadowed(query: Query, outcome: Outcome, now: number): void;
  /** An upstream has answered. */
  upstreamAnswered(upstream: string, rcode: number, rttMs: number): void;
  upstreamRefused(upstream: string, verdict: RefusalCause, scope: Scope): void;
  /** A socket or connection to an upstream is given up, and questions waited on it. */
  channelLost(upstream: string, transport: Transport, loss: ChannelLoss): void;
  ignored(reason: Ignored): void;
}

/** INFO-CODE of the error that is ours; undefined when there is none. */
export function ownEde({ verdict, refusal }: Outcome): number | undefined {
  const isBlocked = refusal?.ede.some(({ code }) => isBlocking(code));
  return isBlocked === true ? Ede.BLOCKED_UPSTREAM : verdict.ede;
}

/** INFO-CODEs of the Extended DNS Errors that go with the decision. */
export function edeCodes(outcome: Outcome): readonly number[] {
  const codes = outcome.refusal?.ede.map(({ code }) => code) ?? [];
  const own = ownEde(outcome);
  return own === undefined || codes.includes(own) ? codes : [...codes, own];
}
