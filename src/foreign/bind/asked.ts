/** One query as BIND's lists see it: who asks, whom, signed by which key, and what that may do. */

import type { Address } from '../../net/address.ts';
import type { Query } from '../../wire/query.ts';
import { RrType } from '../../wire/registry.ts';
import { signedBy } from '../signed-by.ts';
import { type Access, type Judged, judgeAccess } from './access.ts';
import type { Subject } from './match-table.ts';
import type { BindView } from './views.ts';
import { type BindZone, isUnloaded } from './zones.ts';

export interface Asked {
  readonly client: Subject;
  /** The address that was asked, with the key of the client. */
  readonly server: Subject;
  readonly key: string | undefined;
}

/** `listeners` are the addresses served, by their index. */
export function askedOf(query: Query, listeners: readonly Address[]): Asked {
  const key = signedBy(query);
  const { family, words } = listeners[query.listener] ?? { family: 4, words: new Uint32Array(4) };
  return {
    key,
    client: { family: query.family, words: query.address, key },
    server: { family, words, key },
  };
}

/** What a client may of recursion: the list that denies it, or undefined when nothing does. */
export function recursionDenied(view: BindView, asked: Asked): Judged | undefined {
  const { recursion, cache, recursionOn, cacheOn } = view.allows;
  return (
    denied(recursion, asked.client) ??
    denied(cache, asked.client) ??
    denied(recursionOn, asked.server) ??
    denied(cacheOn, asked.server)
  );
}

/** Whether the server recurses for this query: RD=1, and the client may (RECURSIONOK). */
export function recurses(view: BindView, asked: Asked, query: Query): boolean {
  return view.recursion && query.recursionDesired && recursionDenied(view, asked) === undefined;
}

/** How a list judges the subject, if it denies it. */
export function denied(access: Access | undefined, subject: Subject): Judged | undefined {
  const judged = access && judgeAccess(access, subject);
  return judged?.isAllowed === false ? judged : undefined;
}

/**
 * The zone that answers the question. DS records are those of the parent; of the zone itself where the
 * server has no parent and does not recurse, if the client may ask that zone.
 */
export function zoneOf(
  view: BindView,
  query: Query,
  { asked, isRecursing }: { readonly asked: Asked; readonly isRecursing: boolean },
): BindZone | undefined {
  const name = nameOf(query);
  if (query.qtype !== RrType.DS || name.length === 1) return view.zones.of(name);
  const above = view.zones.of(name, true);
  if (above !== undefined || isRecursing) return above;
  const exact = view.zones.exact(name);
  if (exact === undefined || exact.type === 'static-stub' || isUnloaded(exact)) return undefined;
  return zoneDenied(view, exact, asked) === undefined ? exact : undefined;
}

/** `allow-query` and `allow-query-on` of a zone, or of its view. */
export function zoneDenied(view: BindView, zone: BindZone, asked: Asked): Judged | undefined {
  return (
    denied(zone.query ?? view.allows.query, asked.client) ??
    denied(zone.queryOn ?? view.allows.queryOn, asked.server)
  );
}

export function nameOf({ name, nameLength }: Query): Uint8Array {
  return name.subarray(0, nameLength);
}
