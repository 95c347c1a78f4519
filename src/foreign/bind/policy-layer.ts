/** `response-policy`: BIND's policy zones, by the code that judges ours. */

import type { Verdict } from '../../decision/verdict.ts';
import type { Layer } from '../../policy/layer.ts';
import type { PolicyZone } from '../../policy/policy-zones.ts';
import { PolicyChain } from '../../policy/rules/policy-chain.ts';
import type { Query } from '../../wire/query.ts';
import { attachZone, shownZone } from '../policy-zone.ts';
import { askedOf, recurses } from './asked.ts';
import type { BindWorld } from './message-layers.ts';
import type { BindView } from './views.ts';

/** `zones` gets those that count. */
export function compileResponsePolicy(
  view: BindView,
  world: BindWorld,
  zones: PolicyZone[],
): Layer {
  const attached = view.policies
    .filter(({ file, override }) => file !== undefined && override !== 'disabled')
    .map((zone) => ({ zone, policy: attachZone(zone, world.verdicts.table) }));
  zones.push(...attached.map(({ zone, policy }) => shownZone(zone, policy)));
  const always = attached.filter(({ zone }) => !zone.recursiveOnly);
  // Only queries with RD=1, of clients that may recurse, are judged by the others.
  const [all, some] = [attached, always].map(
    (those) => new PolicyChain(those.map(({ policy }) => policy)),
  );
  const chainOf = (query: Query) =>
    recurses(view, askedOf(query, world.listeners), query) ? all! : some!;
  const judge = (query: Query): Verdict | undefined => chainOf(query).settle(query);
  const why =
    attached.length === 0 ? 'no response-policy is set' : 'no rule of response-policy matches';
  return { name: 'policy', judge, account: () => ({ why }) };
}
