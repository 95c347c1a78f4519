/** What happened to one query: a verdict and the facts of this one time. */

import type { Attempt, UpstreamRefusal } from './upstream-refusal.ts';
import type { Action, Verdict } from './verdict.ts';

export const ORIGINS = ['local', 'upstream', 'cache'] as const;
export type Origin = (typeof ORIGINS)[number];

export const EVENTS = ['refused', 'blocked', 'dropped', 'truncated', 'failed', 'answered'] as const;
export type Event = (typeof EVENTS)[number];

const EVENT_OF: Readonly<Record<Action, Event>> = {
  refuse: 'refused',
  nxdomain: 'blocked',
  nodata: 'blocked',
  answer: 'blocked',
  drop: 'dropped',
  truncate: 'truncated',
  reject: 'answered',
  fail: 'failed',
  forward: 'answered',
};

/** The kind of record that a verdict makes. */
export function eventOf(verdict: Verdict): Event {
  return EVENT_OF[verdict.action];
}

/** How much a decision log takes: refusals, all that policy did, or every query. */
export type RecordLevel = 'refused' | 'policy' | 'all';

export function isRecorded(event: Event, level: RecordLevel): boolean {
  if (event === 'refused' || level === 'all') return true;
  return level === 'policy' && event !== 'answered';
}

/**
 * The end of one query. A single instance is reused: nothing may keep it.
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
  /** INFO-CODEs of the Extended DNS Errors that the client was sent or would have been. */
  ede: readonly number[];
  /** The upstream that answered, and in how many milliseconds. */
  upstream: string | undefined;
  rttMs: number;
  refusal: UpstreamRefusal | undefined;
  attempts: readonly Attempt[];
}

/** Who takes note of what happened. Engine and observers meet here. */
export interface Recorder {
  /** Once for every query, before its response is handed to the shell. */
  decided(outcome: Outcome): void;
}
