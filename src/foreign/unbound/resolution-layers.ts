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
  const resolution = new Resolution(world);
  return { name: 'route', judge: (query) => resolution.judge(query) };
}

class Resolution {
  readonly #world: UnboundWorld;
  readonly #deniesAny: Verdict | undefined;

  constructor(world: UnboundWorld) {
    const { server, verdicts } = world;
    this.#world = world;
    if (!server.flag('deny-any', false)) return;
    const rule = ruleAt('deny-any: yes', server.last('deny-any')!.place);
    this.#deniesAny = verdicts.of({
      ...{ layer: 'protocol', action: 'reject', rule, rcode: Rcode.NOTIMP },
    });
  }

  judge(query: Query): Verdict {
    const { qtype, qclass } = query;
    const start = startFor(nameOf(query), qtype);
    const zone = qclass === RrClass.IN ? closest(this.#world.delegated, start) : undefined;
    // It is the cache that denies ANY: zones that are asked without it know nothing of that.
    const isDenied = qtype === RrType.ANY && zone?.isUncached !== true;
    if (isDenied && this.#deniesAny !== undefined) return this.#deniesAny;
    // Who is forwarded is looked for nowhere else, in no zone of Unbound's own either.
    if (zone?.kind === 'forward-zone') return this.#forwarded(zone, query);
    if (qclass !== RrClass.IN && qclass !== RrClass.ANY) {
      const rule = ruleAt('classes with a root: IN', undefined);
      return this.#world.verdicts.of({ layer: 'route', action: 'refuse', rule });
    }
    return this.#fromOwn(query, start, zone) ?? this.#asked(zone);
  }

  #forwarded(zone: Delegated, query: Query): Verdict {
    const { verdicts, access } = this.#world;
    if (query.recursionDesired || access.of(query)?.action === 'allow_setrd')
      return this.#asked(zone);
    const rule = ruleAt(`RD=0 is not forwarded: ${idOf(zone)}`, zone.place);
    return verdicts.of({ layer: 'upstream', action: 'fail', rule });
  }

  /** An `auth-zone` with `for-upstream` that is not above the stub zone. */
  #fromOwn(query: Query, start: Uint8Array, zone: Delegated | undefined): Verdict | undefined {
    const own = closest(this.#world.authZones, start);
    if (own?.forUpstream !== true || own.wire.length < (zone?.wire.length ?? 0)) return undefined;
    return new AuthAnswer(this.#world, own).whole(nameOf(query), query.qtype);
  }

  #asked(zone: Delegated | undefined): Verdict {
    const { verdicts, isUnasked } = this.#world;
    if (zone === undefined)
      return verdicts.of({
        layer: 'upstream',
        action: 'forward',
        rule: ruleAt(FROM_ROOT, undefined),
      });
    const { place, servers, isFirst } = zone;
    const isDead = servers.length > 0 && servers.every(isUnasked) && !isFirst;
    if (!isDead) {
      const rule = ruleAt(idOf(zone), place);
      return verdicts.of({ layer: 'upstream', action: 'forward', rule });
    }
    const rule = ruleAt(`${idOf(zone)}: do-not-query keeps Unbound from its servers`, place);
    return verdicts.of({ layer: 'upstream', action: 'fail', rule });
  }
}

/** `forward-zone: "example.com"` */
function idOf({ kind, name }: Delegated): string {
  return `${kind}: "${name}"`;
}
