/** A server in a state in which it refuses, and what is true of it. */

import { createHash } from 'node:crypto';
import type { RefusalCause, Scope } from '../../../src/decision/upstream-refusal.ts';
import type { Diagnosis } from '../../../src/diagnose/inference.ts';

/** A question that a client asks. */
export interface Asked {
  readonly name?: string;
  readonly type?: string;
  readonly class?: number;
  readonly opcode?: number;
  readonly rd?: boolean;
  readonly transport?: 'udp' | 'tcp';
}

/** Why the server refuses, as its operator would say it. */
export interface Truth {
  /** The word of the decision record; none where no refusal reaches the record. */
  readonly verdict?: RefusalCause;
  readonly scope: Scope;
  /** The word of `diagnose` where it is another; `none` where diagnose cannot ask this. */
  readonly diagnosis?: Diagnosis | 'none';
}

export interface State extends Asked {
  /** What is configured, in the server's own words. */
  readonly state: string;
  /** Which of the server's processes; the first without one. */
  readonly at?: string;
  /** States of one kind stand together on one side of the evaluation. */
  readonly kind: string;
  /** It is asked by TLS or HTTPS, as our upstreams may be. */
  readonly over?: 'dot' | 'doh';
  /** The address that asks. */
  readonly source?: string;
  /** Asks many times at once, as `diagnose --burst` does. */
  readonly burst?: boolean;
  /**
   * A zone whose names are asked for, few and then many: the limit is fifty a second, or twenty where the
   * first four seconds' worth are let through, as by Knot DNS.
   */
  readonly pressed?: string;
  readonly truth: Truth;
}

/** The second has other settings, the third is by TLS and HTTPS. */
export type Evaluation = 2 | 3;

/** One server's program and all its states. */
export interface Server {
  readonly server: string;
  /** Its package, whose version was measured; ours has none. */
  readonly debian?: string;
  /** Its states were written for the second or third evaluation; the rules were made before. */
  readonly evaluation?: Evaluation;
  /** Of what was unpacked and not installed. */
  readonly version?: string;
  /** Whether it can be run here, beside its programs. */
  readonly isHere?: () => boolean;
  /** What has to be installed. */
  readonly programs: readonly string[];
  /** Starts its processes: their ports by name. */
  start(): Promise<Readonly<Record<string, number>>>;
  readonly states: readonly State[];
}

/** A third of all kinds was kept out of the making of the rules. */
export function isHeldOut(server: string, kind: string): boolean {
  return createHash('sha256').update(`${server}: ${kind}`).digest()[0]! % 3 === 0;
}
