/** The layers that can decide a query, and what readers of decisions need to know of each. */

import type { RefusalCause } from './upstream-refusal.ts';

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
}

/** By the one name that a layer has in records, metrics, EDE texts, `explain`, docs and files. */
const FACTS = {
  protocol: { decidesBy: ['message'], cause: 'type-policy' },
  acl: { decidesBy: ['client'], cause: 'client-acl' },
  transfer: { decidesBy: ['message', 'client'], cause: 'transfer' },
  update: { decidesBy: ['message', 'client'], cause: 'client-acl' },
  notify: { decidesBy: ['message', 'client'], cause: 'client-acl' },
  'rate-limit': { decidesBy: ['client', 'load'], cause: 'rate-limit' },
  recursion: { decidesBy: ['message', 'client'], cause: 'no-recursion' },
  local: { decidesBy: ['name'], cause: 'name-policy' },
  'special-use': { decidesBy: ['name'], cause: 'name-policy' },
  policy: { decidesBy: ['name'], cause: 'name-policy' },
  route: { decidesBy: ['name'], cause: 'upstream' },
  upstream: { decidesBy: ['name'], cause: 'upstream' },
  overload: { decidesBy: ['load'], cause: 'failure' },
} as const satisfies Readonly<Record<string, LayerFacts>>;

export type LayerName = keyof typeof FACTS;

export const LAYER_FACTS: Readonly<Record<LayerName, LayerFacts>> = FACTS;

/** In the order in which a query meets them. */
export const LAYERS = Object.keys(FACTS) as readonly LayerName[];

/** Whether the layer looks at this. */
export function decidesBy(layer: LayerName, ground: Ground): boolean {
  return LAYER_FACTS[layer].decidesBy.includes(ground);
}
