/** What works about refused clients have in common. */

import type { Bench } from '../bench.ts';
import type { Contest } from '../contest.ts';
import { cachedName, REFUSED_CLIENT, writeCachedQueries } from '../names.ts';

const REFUSED = 5;

/** Everything that one client asks is refused. */
export function refusals(bench: Bench): Pick<Contest, 'load'> {
  return {
    load: {
      queries: writeCachedQueries(bench),
      transport: 'udp',
      source: REFUSED_CLIENT,
      ready: { name: cachedName(0), rcode: REFUSED, source: REFUSED_CLIENT },
      expected: { REFUSED: 1 },
    },
  };
}

export const RCODE5_REFUSES: readonly string[] = [
  `acl: { query: { 127.0.0.0/8: allow, ${REFUSED_CLIENT}/32: refuse } }`,
];
export const UNBOUND_REFUSES: readonly string[] = [`access-control: ${REFUSED_CLIENT}/32 refuse`];
export const BIND_REFUSES: readonly string[] = ['allow-query { none; };'];

/** Its ACL would drop; a rule refuses, after other actions for the same clients. */
export function dnsdistRefuses(...actions: readonly string[]): string {
  return dnsdistRefusesFrom(`${REFUSED_CLIENT}/32`, ...actions);
}

/** The same for clients with other addresses. */
export function dnsdistRefusesFrom(prefix: string, ...actions: readonly string[]): string {
  const rule = `NetmaskGroupRule(refused)`;
  const all = [...actions, 'RCodeAction(DNSRCode.REFUSED)'];
  const lines = all.map((action) => `addAction(${rule}, ${action})`);
  return ['refused = newNMG()', `refused:addMask("${prefix}")`, ...lines].join('\n');
}
