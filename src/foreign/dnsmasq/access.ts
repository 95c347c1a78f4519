/** Whom dnsmasq hears at all: `port=0`, `local-service`, and messages that it cannot read. */

import type { Verdict } from '../../decision/verdict.ts';
import { contains } from '../../net/prefix.ts';
import type { Layer } from '../../policy/layer.ts';
import { Malformed, type Query } from '../../wire/query.ts';
import { ruleAt } from '../verdicts.ts';
import type { DnsmasqParts } from './parts.ts';
import { allOf, oneOf } from './parts.ts';
import type { DnsmasqWorld } from './world.ts';

/** Any of these, and `local-service` counts for nothing. */
const OVERRIDING = ['interface', 'except-interface', 'listen-address', 'auth-server'];

export function compileAccess({ verdicts, parts, host }: DnsmasqWorld): Layer {
  const service = oneOf(parts, 'local-service');
  const isLocal = service !== undefined && service.value !== 'host' && !isOverridden(parts);
  const off = allOf(parts, 'port').find(({ value }) => Number(value) === 0);
  const judge = (query: Query): Verdict | undefined => {
    if (off !== undefined) {
      const rule = ruleAt('port=0: no DNS', off.place);
      return verdicts.of({ layer: 'acl', action: 'drop', rule });
    }
    if (!isLocal) return undefined;
    const { family, address: words } = query;
    if (host.some(({ network }) => contains(network, { family, words }))) return undefined;
    const rule = ruleAt('local-service: no network of this host', service.place);
    return verdicts.of({ layer: 'acl', action: 'drop', rule });
  };
  const why = isLocal
    ? 'in a network of this host'
    : 'without local-service dnsmasq serves every client';
  return {
    name: 'acl',
    judge,
    account: (query) => (judge(query) === undefined ? { why } : {}),
  };
}

export function isOverridden(parts: Pick<DnsmasqParts, 'options'>): boolean {
  return OVERRIDING.some((name) => oneOf(parts, name) !== undefined);
}

/** dnsmasq has no FORMERR of its own. */
export function compileProtocol({ verdicts }: DnsmasqWorld): Layer {
  const unreadable = verdicts.of({
    layer: 'protocol',
    action: 'refuse',
    rule: ruleAt('a message that can be read', undefined),
  });
  const judge = ({ malformed }: Query) =>
    malformed === Malformed.QUESTION || malformed === Malformed.RECORDS ? unreadable : undefined;
  return { name: 'protocol', judge };
}
