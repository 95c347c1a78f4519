/** The fields that all records of one configuration share. */

import type { Policy } from './compile.ts';

/** `listeners` are the addresses served, by their index. */
export function recordContext(policy: Policy, listeners: readonly string[]) {
  const { hash, config, groups, views } = policy;
  return {
    node: config.node,
    policy: hash,
    listeners,
    groups: groups.names,
    views: views.map(({ name }) => name),
    proxies: config.listen.flatMap(({ value }) => value.proxies ?? value.trustedProxies ?? []),
  };
}
