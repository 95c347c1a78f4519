/** `allowed_clients`, `disallowed_clients`, `blocked_hosts`: silence by UDP, REFUSED by TCP and encrypted. */

import type { PlacedValue } from '../../config/placed-yaml.ts';
import type { Verdict } from '../../decision/verdict.ts';
import { contains, type Prefix, parsePrefix } from '../../net/prefix.ts';
import type { Layer } from '../../policy/layer.ts';
import type { Query } from '../../wire/query.ts';
import { ruleAt } from '../verdicts.ts';
import { FilterRules } from './filter-rules.ts';
import type { AdguardParts } from './parts.ts';
import { listOf } from './parts.ts';

interface Client {
  readonly prefix: Prefix;
  readonly value: PlacedValue;
}

export function compileAccess(parts: AdguardParts): { layer: Layer; prefixes: readonly Prefix[] } {
  const allowed = clientsOf('allowed_clients', parts);
  const disallowed = clientsOf('disallowed_clients', parts);
  const hosts = new FilterRules();
  for (const { text = '', place } of listOf(parts.root, 'dns', 'blocked_hosts')) {
    hosts.add(text, place, parts.left);
  }
  parts.names.push(...hosts.names);
  const find = (clients: readonly Client[], { family, address: words }: Query) =>
    clients.find(({ prefix }) => contains(prefix, { family, words }));
  const refuse = (query: Query, id: string, place: PlacedValue['place'] | undefined) =>
    parts.verdicts.of({
      layer: 'acl',
      // RFC 5358: no answer by UDP to whoever may not be who asks.
      action: query.transport === 'udp' ? 'drop' : 'refuse',
      rule: ruleAt(id, place),
    });
  const judge = (query: Query): Verdict | undefined => {
    const denied = find(disallowed, query);
    // With a list of those allowed, the other list counts for nothing.
    if (allowed.length > 0) {
      if (find(allowed, query) === undefined) {
        return refuse(query, 'not in allowed_clients', allowed[0]!.value.place);
      }
    } else if (denied !== undefined) {
      return refuse(query, `disallowed_clients ${denied.value.text}`, denied.value.place);
    }
    const host = hosts.find(query.name.subarray(0, query.nameLength));
    if (host === undefined || host.isException) return undefined;
    return refuse(query, `blocked_hosts ${host.text}`, host.place);
  };
  const why = 'no list of clients or hosts denies it';
  return {
    layer: { name: 'acl', judge, account: (query) => (judge(query) ? {} : { why }) },
    prefixes: [...allowed, ...disallowed].map(({ prefix }) => prefix),
  };
}

/** Addresses and prefixes; ClientIDs, which only encrypted clients have, are listed. */
function clientsOf(key: string, { root, left }: AdguardParts): readonly Client[] {
  return listOf(root, 'dns', key).flatMap((value) => {
    const { text = '', place } = value;
    const prefix = parsePrefix(text);
    if (typeof prefix !== 'string') return [{ prefix, value }];
    const instead = 'a ClientID, by which encrypted clients are known; name their addresses';
    left.push({ place, what: `${key}: ${text}`, instead, decides: true });
    return [];
  });
}
