/** Whether Unbound looks for an answer elsewhere: RD, classes, and who is asked for which domain. */

import type { Verdict } from '../../decision/verdict.ts';
import type { Layer } from '../../policy/layer.ts';
import type { Query } from '../../wire/query.ts';
import { Rcode, RrClass, RrType } from '../../wire/registry.ts';
import { ruleAt } from '../verdicts.ts';
import { AuthAnswer } from './auth-answer.ts';
import { nameOf, ruleOf, type UnboundWorld } from './world.ts';
import { closest, type Delegated, startFor } from './zones.ts';

/** RD=0 is for those that `allow_snoop` lets look into the cache, and `allow_setrd` takes it for RD=1. */
export function compileRecursion({ access, verdicts }: UnboundWorld): Layer {
  const judge = (query: Query): Verdict | undefined => {
    if (query.recursionDesired) return undefined;
    const block = access.of(query);
    if (block?.action === 'allow_snoop' || block?.action === 'allow_setrd') return undefined;
    const written = ruleOf(block);
    const rule = { ...written, id: `RD=0 under ${written.id}` };
    return verdicts.of({ layer: 'recursion', action: 'refuse', rule });
  };
  return {
    name: 'recursion',
    judge,
    account: (query) => ({ rule: ruleOf(access.of(query)) }),
  };
}

/** The rule of a question that no forward or stub zone is for. */
export const FROM_ROOT = 'resolved from the root on';

/** All else is asked of others: of a forward or stub zone, or from the root on. */
export function compileResolution(world: UnboundWorld): Layer {
  const { verdicts, server, access, delegated, authZones, isUnasked } = world;
  const stubs = delegated.filter(({ kind }) => kind === 'stub-zone');
  // Forwarders are asked with RD=1 alone: a look into the cache that finds nothing starts at the root.
  const asksForwarders = (query: Query) =>
    query.recursionDesired || access.of(query)?.action === 'allow_setrd';
  const judge = (query: Query): Verdict => {
    const { qclass, qtype } = query;
    if (qclass !== RrClass.IN && qclass !== RrClass.ANY) {
      const rule = ruleAt('classes with a root: IN', undefined);
      return verdicts.of({ layer: 'route', action: 'refuse', rule });
    }
    const name = nameOf(query);
    const start = startFor(name, qtype);
    const zone = closest(asksForwarders(query) ? delegated : stubs, start);
    // Whoever is forwarded is looked for nowhere else, in no zone of Unbound's own either.
    if (zone?.kind === 'forward-zone') return byZone(zone);
    if (qtype === RrType.ANY && server.flag('deny-any', false)) {
      const rule = ruleAt('deny-any: yes', server.last('deny-any')!.place);
      return verdicts.of({ layer: 'protocol', action: 'reject', rule, rcode: Rcode.NOTIMP });
    }
    const own = closest(authZones, start);
    const isOwn = own?.forUpstream === true && own.wire.length >= (zone?.wire.length ?? 0);
    const answer = isOwn ? new AuthAnswer(world, own).whole(name, qtype) : undefined;
    if (answer !== undefined) return answer;
    return zone === undefined ? fromRoot() : byZone(zone);
  };
  const fromRoot = () =>
    verdicts.of({ layer: 'upstream', action: 'forward', rule: ruleAt(FROM_ROOT, undefined) });
  const byZone = (zone: Delegated): Verdict => {
    const { kind, name, place, servers, isFirst } = zone;
    const rule = ruleAt(`${kind}: "${name}"`, place);
    const isDead = servers.length > 0 && servers.every(isUnasked) && !isFirst;
    if (!isDead) return verdicts.of({ layer: 'upstream', action: 'forward', rule });
    const dead = { ...rule, id: `${rule.id}: do-not-query keeps Unbound from its servers` };
    return verdicts.of({ layer: 'upstream', action: 'fail', rule: dead });
  };
  return { name: 'route', judge };
}
