/** The layers that can decide a query, and what readers of decisions need to know of each. */

import type { RefusalCause, Scope } from './upstream-refusal.ts';

/** What of a query a layer looks at; `load` is how much is asked at the moment. */
type Ground = 'message' | 'client' | 'name' | 'load';

interface LayerFacts {
  /**
   * `client`: records and dnstap say more of the client's address. `name`: `diff` asks for every
   * name that either configuration has, otherwise for one in place of all. `load`: `test --record`
   * writes no assertion of it.
   */
  readonly decidesBy: readonly Ground[];
  /** What `diagnose` concludes about a server of this kind whose EDE text names the layer. */
  readonly cause: Exclude<RefusalCause, 'ecs' | 'edge'> | 'transfer' | 'upstream' | 'failure';
  /** What such a refusal is about. */
  readonly scope: Scope;
}

/** By the one name that a layer has in records, metrics, EDE texts, `explain`, docs and files. */
const FACTS = {
  protocol: { decidesBy: ['message'], cause: 'type-policy', scope: 'query' },
  acl: { decidesBy: ['client'], cause: 'client-acl', scope: 'server' },
  transfer: { decidesBy: ['message', 'client'], cause: 'transfer', scope: 'query' },
  update: { decidesBy: ['message', 'client'], cause: 'client-acl', scope: 'query' },
  notify: { decidesBy: ['message', 'client'], cause: 'client-acl', scope: 'query' },
  'rate-limit': { decidesBy: ['client', 'load'], cause: 'rate-limit', scope: 'server' },
  recursion: { decidesBy: ['message', 'client'], cause: 'no-recursion', scope: 'server' },
  local: { decidesBy: ['name'], cause: 'name-policy', scope: 'name' },
  'special-use': { decidesBy: ['name'], cause: 'name-policy', scope: 'name' },
  policy: { decidesBy: ['name'], cause: 'name-policy', scope: 'name' },
  route: { decidesBy: ['name'], cause: 'upstream', scope: 'behind' },
  upstream: { decidesBy: ['name'], cause: 'upstream', scope: 'behind' },
  overload: { decidesBy: ['load'], cause: 'failure', scope: 'server' },
} as const satisfies Readonly<Record<string, LayerFacts>>;

export type LayerName = keyof typeof FACTS;

export const LAYER_FACTS: Readonly<Record<LayerName, LayerFacts>> = FACTS;

/** In the order in which a query meets them. */
export const LAYERS = Object.keys(FACTS) as readonly LayerName[];

/** Whether the layer looks at this. */
export function decidesBy(layer: LayerName, ground: Ground): boolean {
  return LAYER_FACTS[layer].decidesBy.includes(ground);
}
