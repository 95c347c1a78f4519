/** Rules that never decide, because a policy before theirs does so for all their names. */

import type { ViewConfig } from '../../config/views.ts';
import { ruleOf } from '../../decision/rule-of.ts';
import { Query } from '../../wire/query.ts';
import { RrClass, RrType } from '../../wire/registry.ts';
import { formatRequest } from '../../wire/request.ts';
import type { Policy } from '../compile.ts';
import { readOwner } from './inline-rules.ts';
import { letsPass } from './name-policy.ts';

/**
 * Warnings about rules of the configuration itself: those of lists and zones are made elsewhere,
 * and meant to overlap.
 */
export function shadowedRules(policy: Policy): string[] {
  return [...new Set(policy.config.views.flatMap((view) => shadowedIn(policy, view)))];
}

function shadowedIn({ config, zones }: Policy, { policies }: ViewConfig): string[] {
  return policies.flatMap((index, position) => {
    const { name, rules = [] } = config.policies[index]!.value;
    return rules.flatMap(({ key, place, value }) => {
      if (typeof value !== 'string' && value.mode === 'shadow') return [];
      for (const before of policies.slice(0, position)) {
        const rule = deciderOf(key, zones[before]);
        if (rule === undefined) continue;
        const id = `${name.value}/${key}`;
        return [`${place.file}:${place.line}: ${id} never decides: ${rule} does before it`];
      }
      return [];
    });
  });
}

/** The rule of a zone that decides for all names of an owner; undefined when there is none. */
function deciderOf(key: string, zone: Policy['zones'][number] | undefined): string | undefined {
  const owner = readOwner(key);
  // Of a policy zone, signed answers and queries without RD may be left to others.
  const isForAll = zone?.policy !== undefined && zone.serial === undefined;
  if (!isForAll || typeof owner === 'string') return undefined;
  const query = specimen(owner);
  const answer = query && zone.policy!.judgeName(query, query);
  // A rule for the specimen alone does not cover its neighbours; one for some types not the others.
  if (query === undefined || answer === undefined || isPartial(zone, query, owner.wildcard)) {
    return undefined;
  }
  if (letsPass(answer))
    return `${zone.name}, which lets it pass at ${zone.file}:${query.match.line},`;
  const { id, file, line } = ruleOf(answer, query);
  return `${id} at ${file}:${line}`;
}

function isPartial({ policy }: Policy['zones'][number], query: Query, wildcard: boolean): boolean {
  return policy!.isForSome(query) || (wildcard && query.match.depth === 0);
}

/** A query for a name of the owner's; undefined when there is no room for one below it. */
function specimen({ wire, wildcard }: { wire: Uint8Array; wildcard: boolean }): Query | undefined {
  const name = wildcard ? Uint8Array.of(1, 0x2a, ...wire) : wire;
  if (name.length > 255) return undefined;
  const request = formatRequest({ id: 0, name, type: RrType.A, rrClass: RrClass.IN });
  const query = new Query();
  query.parse(request, request.length);
  return query;
}
