/** Decision records as they are written, which have more than the readers of logs look at. */

import type { DecisionRecord } from '../../src/observe/decision-filter.ts';

/** The record of a decision: what every one of them has, and what tests look at. */
export interface WrittenRecord extends DecisionRecord {
  readonly node: string;
  readonly policy: string;
  readonly listener: string;
  readonly client: string;
  readonly port: number;
  readonly transport: string;
  readonly id: number;
  readonly layer: string;
  readonly origin: string;
  readonly elapsedMs: number;
  readonly rule: {
    readonly id: string;
    readonly file: string;
    readonly line: number;
    readonly implicit: boolean;
    readonly owner?: string;
    readonly reason?: string;
  };
  readonly hint?: string;
  readonly paused?: readonly string[];
  readonly ede?: readonly number[];
  readonly upstream?: {
    readonly address: string;
    readonly aa: boolean;
    readonly ra: boolean;
    readonly ede: readonly { readonly code: number; readonly text: string }[];
    readonly verdict: string;
    readonly confidence: string;
    readonly evidence: string;
  };
}
