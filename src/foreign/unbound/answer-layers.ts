/** What Unbound answers itself besides local zones: class CH, `rpz`, and `auth-zone`. */

import { hostname } from 'node:os';
import type { Verdict } from '../../decision/verdict.ts';
import type { Layer } from '../../policy/layer.ts';
import type { PolicyZone } from '../../policy/policy-zones.ts';
import { PolicyChain } from '../../policy/rules/policy-chain.ts';
import { formatName } from '../../wire/name.ts';
import type { Query } from '../../wire/query.ts';
import { RrClass, RrType } from '../../wire/registry.ts';
import { attachZone, shownZone } from '../policy-zone.ts';
import { ruleAt } from '../verdicts.ts';
import { AuthAnswer } from './auth-answer.ts';
import { nameOf, type UnboundWorld } from './world.ts';
import { closest, startFor } from './zones.ts';

/** The names of class CH, each with the option that hides it and the one that has its text. */
const CHAOS: Readonly<Record<string, { readonly hide: string; readonly text?: string }>> = {
  'id.server': { hide: 'hide-identity', text: 'identity' },
  'hostname.bind': { hide: 'hide-identity', text: 'identity' },
  'version.server': { hide: 'hide-version', text: 'version' },
  'version.bind': { hide: 'hide-version', text: 'version' },
  'trustanchor.unbound': { hide: 'hide-trustanchor' },
};

export function compileChaos(world: UnboundWorld): Layer {
  const judge = ({ qclass, qtype, name, nameLength }: Query): Verdict | undefined => {
    const isText = qtype === RrType.TXT || qtype === RrType.ANY;
    if (qclass !== RrClass.CH || !isText) return undefined;
    return chaosAnswer(formatName(name.subarray(0, nameLength)).replace(/\.$/, ''), world);
  };
  return { name: 'local', judge, account: () => ({ why: 'no name of class CH that is answered' }) };
}

function chaosAnswer(name: string, { verdicts, server }: UnboundWorld): Verdict | undefined {
  const known = CHAOS[name.toLowerCase()];
  if (known === undefined || server.flag(known.hide, false)) return undefined;
  const written = known.text === undefined ? undefined : server.last(known.text);
  const byDefault = known.text === 'identity' ? hostname() : undefined;
  const text = written?.values[0]?.text || byDefault;
  // Its version and its trust anchors are those of the program, which is not asked.
  const records = text === undefined ? [] : [{ type: RrType.TXT, ttl: 0, rdata: txt(text) }];
  const rule = ruleAt(written?.name ?? `${name} in class CH`, written?.place);
  return verdicts.of({ layer: 'local', action: 'answer', rule, records });
}

function txt(text: string): Uint8Array {
  const octets = new TextEncoder().encode(text.slice(0, 255));
  return Uint8Array.of(octets.length, ...octets);
}

/** `rpz`: the policy zones that have no tags, or one of the client's; `zones` gets those that count. */
export function compilePolicies(world: UnboundWorld, zones: PolicyZone[]): Layer {
  const { policies, access } = world;
  const attached = policies
    .filter(({ file, override }) => file !== undefined && override !== 'disabled')
    .map((policy) => ({ policy, zone: attachZone(policy, world.verdicts.table, true) }));
  zones.push(...attached.map(({ policy, zone }) => shownZone(policy, zone)));
  const chains = new Map<string, PolicyChain>();
  const chainFor = (query: Query): PolicyChain => {
    const tags = access.of(query)?.tags;
    const open = attached.filter(
      ({ policy }) => policy.tags === undefined || policy.tags.some((tag) => tags?.includes(tag)),
    );
    const key = open.map(({ policy }) => policy.name).join(' ');
    const known = chains.get(key) ?? new PolicyChain(open.map(({ zone }) => zone));
    chains.set(key, known);
    return known;
  };
  // The rules are of class IN, and judge questions of every class.
  const judge = (query: Query): Verdict | undefined => {
    const { qclass } = query;
    query.qclass = RrClass.IN;
    const verdict = chainFor(query).settle(query);
    query.qclass = qclass;
    return verdict;
  };
  const why = policies.length === 0 ? 'no rpz is set' : 'no rule of an rpz matches';
  return { name: 'policy', judge, account: () => ({ why }) };
}

/** `auth-zone` with `for-downstream`: answered as by an authoritative server. */
export function compileAuthZones(world: UnboundWorld): Layer {
  const { authZones } = world;
  const judge = (query: Query): Verdict | undefined => {
    const zone =
      query.qclass === RrClass.IN
        ? closest(authZones, startFor(nameOf(query), query.qtype))
        : undefined;
    if (zone?.forDownstream !== true) return undefined;
    return new AuthAnswer(world, zone).to(nameOf(query), query.qtype);
  };
  return { name: 'local', judge, account: () => ({ why: 'in no auth-zone' }) };
}
