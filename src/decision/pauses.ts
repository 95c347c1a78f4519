/**
 * Pauses: a client, or everybody, is not judged by a policy for a while. Each thread has the same
 * list; it ends by itself, and nothing of it is compiled.
 */

import type { Query } from '../wire/query.ts';

/** What can be sent to a thread. */
export interface PauseSpec {
  readonly id: string;
  /** As it was asked for: an address or a prefix; undefined for everybody. */
  readonly client: string | undefined;
  readonly prefix:
    | { readonly family: 4 | 6; readonly words: Uint32Array; readonly length: number }
    | undefined;
  /** Undefined for all policies. */
  readonly policy: string | undefined;
  /** Milliseconds since the epoch. */
  readonly until: number;
  /** Who has asked for it. */
  readonly by: string;
}

/** What records have in place of the name of a policy. */
export const ALL_POLICIES = 'all';

const NOBODY: readonly PauseSpec[] = [];

export class Pauses {
  /** Whether there may be one: where there is none, a query costs nothing. */
  isAny = false;
  #all: readonly PauseSpec[] = NOBODY;

  get all(): readonly PauseSpec[] {
    return this.#all;
  }

  set all(pauses: readonly PauseSpec[]) {
    this.#all = pauses;
    this.isAny = pauses.length > 0;
  }

  /** Whether the policy has no say in this query. */
  covers(query: Query, policy: string): boolean {
    if (!this.isAny) return false;
    for (let i = 0; i < this.#all.length; i++) {
      const pause = this.#all[i]!;
      if (pause.policy !== undefined && pause.policy !== policy) continue;
      if (isFor(pause, query)) return true;
    }
    return false;
  }

  /** The policies that have no say in this query, or `all`. */
  of(query: Query): readonly string[] {
    const names = this.#all.flatMap((pause) =>
      isFor(pause, query) ? (pause.policy ?? ALL_POLICIES) : [],
    );
    return [...new Set(names)];
  }
}

function isFor({ prefix, until }: PauseSpec, query: Query): boolean {
  if (query.receivedAt >= until) return false;
  if (prefix === undefined) return true;
  if (prefix.family !== query.family) return false;
  for (let i = 0; i < 4; i++) {
    const bits = Math.min(Math.max(prefix.length - 32 * i, 0), 32);
    if (bits === 0) return true;
    const differ = (query.address[i]! ^ prefix.words[i]!) >>> (32 - bits);
    if (differ !== 0) return false;
  }
  return true;
}
