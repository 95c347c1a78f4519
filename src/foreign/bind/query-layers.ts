/** What becomes of a question: allow-query, the cache, recursion, zones of its own, forwarders. */

import type { Rule, Verdict } from '../../decision/verdict.ts';
import type { Layer } from '../../policy/layer.ts';
import type { Query } from '../../wire/query.ts';
import { Ede, RrClass } from '../../wire/registry.ts';
import { ruleAt } from '../verdicts.ts';
import { judgeAccess } from './access.ts';
import {
  type Asked,
  askedOf,
  denied,
  nameOf,
  recurses,
  recursionDenied,
  zoneDenied,
  zoneOf,
} from './asked.ts';
import type { BindWorld } from './message-layers.ts';
import type { BindView } from './views.ts';
import { type BindZone, isUnloaded, ruleOfZone } from './zones.ts';

export interface Situation {
  readonly asked: Asked;
  readonly isRecursing: boolean;
  readonly zone: BindZone | undefined;
}

export function situationOf(view: BindView, query: Query, world: BindWorld): Situation {
  const asked = askedOf(query, world.listeners);
  const isRecursing = recurses(view, asked, query);
  return { asked, isRecursing, zone: zoneOf(view, query, { asked, isRecursing }) };
}

/** Zones whose content is as that of the cache. */
export function isCached(zone: BindZone | undefined): boolean {
  return zone === undefined || zone.type === 'mirror';
}

/** `allow-query` and `allow-query-on`: who is answered from a zone. */
export function compileQueryAccess(view: BindView, world: BindWorld): Layer {
  const { verdicts } = world;
  const refuse = (rule: Rule) =>
    verdicts.of({
      layer: 'acl',
      action: 'refuse',
      rule,
      ede: Ede.PROHIBITED,
      recursionAvailable: false,
    });
  const judge = (query: Query): Verdict | undefined => {
    const { zone, asked, isRecursing } = situationOf(view, query, world);
    if (zone === undefined || isCached(zone)) return undefined;
    if (isUnloaded(zone))
      return verdicts.of({ layer: 'local', action: 'fail', rule: ruleOfZone(zone) });
    if (zone.type === 'static-stub' && !isRecursing) return refuse(ruleOfZone(zone));
    const no = zoneDenied(view, zone, asked);
    return no === undefined ? undefined : refuse(no.rule);
  };
  const account = (query: Query) => {
    const { zone, asked } = situationOf(view, query, world);
    if (zone === undefined || isCached(zone)) {
      return { why: 'allow-query is for zones: the name is in none of the server' };
    }
    const { rule, why } = judgeAccess(zone.query ?? view.allows.query, asked.client);
    return { rule, ...(why !== undefined && { why }) };
  };
  return { name: 'acl', judge, account };
}

/** `allow-query-cache` and `allow-recursion`: who is answered what is in no zone. */
export function compileRecursion(view: BindView, world: BindWorld): Layer {
  const { verdicts } = world;
  const judge = (query: Query): Verdict | undefined => {
    const { zone, asked } = situationOf(view, query, world);
    if (!isCached(zone)) return undefined;
    const { cache, cacheOn } = view.allows;
    const no = denied(cache, asked.client) ?? denied(cacheOn, asked.server);
    if (no !== undefined) {
      const ede = Ede.PROHIBITED;
      return verdicts.of({
        layer: 'recursion',
        action: 'refuse',
        rule: no.rule,
        ede,
        recursionAvailable: false,
      });
    }
    return undefined;
  };
  const account = (query: Query) => {
    const { recursion } = view.allows;
    if (recursion === undefined) return { why: 'recursion no' };
    const { rule, why } = judgeAccess(recursion, askedOf(query, world.listeners).client);
    return { rule, ...(why !== undefined && { why }) };
  };
  return { name: 'recursion', judge, account };
}

/** Without recursion an empty cache has a referral to the root, where there are hints for it. */
export function compileCache(view: BindView, world: BindWorld): Layer {
  const { verdicts } = world;
  const action = view.rrClass === RrClass.IN ? 'answer' : 'fail';
  const judge = (query: Query): Verdict | undefined => {
    const { zone, asked, isRecursing } = situationOf(view, query, world);
    if (!isCached(zone) || isRecursing) return undefined;
    const no = recursionDenied(view, asked);
    const rule = !query.recursionDesired
      ? ruleAt('RD=0: from the cache, or a referral to the root', undefined)
      : (no?.rule ?? ruleAt('recursion no', undefined));
    const recursionAvailable = no === undefined;
    return verdicts.of({ layer: 'recursion', action, rule, recursionAvailable });
  };
  return { name: 'recursion', judge };
}

/** All else is asked of others: by a zone's forwarders, those of the options, or from the root on. */
export function compileResolution(view: BindView, { verdicts }: BindWorld): Layer {
  const judge = (query: Query): Verdict => {
    const zone = view.zones.forwardOf(nameOf(query));
    const { forwarders } = view;
    const isForwarded = forwarders !== undefined && (forwarders.list ?? []).length > 0;
    const rule =
      zone !== undefined
        ? ruleAt(
            `zone "${zone.name}" forwarders`,
            zone.scope.own('forwarders')?.place ?? zone.place,
          )
        : isForwarded
          ? ruleAt('forwarders', forwarders.place)
          : ruleAt('resolved from the root on', undefined);
    return verdicts.of({ layer: 'upstream', action: 'forward', rule });
  };
  return { name: 'route', judge };
}
