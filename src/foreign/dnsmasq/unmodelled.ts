/** Options that change what is answered, and that explain does not model. */

import type { Left } from '../left.ts';
import { type Option, unhide } from './lines.ts';
import type { ServerEntry } from './servers.ts';

/** Whether a client is served can depend on these. */
const DECIDING: Readonly<Record<string, string>> = {
  'conf-script': 'options that a program prints: save them in a file and name that',
  'synth-domain':
    'names made of addresses: write them as localRecords, or keep dnsmasq for the domain',
  'interface-name': 'a name for the addresses of an interface: write it as localRecords',
  'dynamic-host': 'a name in the network of an interface: write it as localRecords',
  'connmark-allowlist-enable': 'refuses by marks of the kernel: write clients and policies',
  'connmark-allowlist': 'which names a mark may ask for: write them as a policy of a view',
  'dns-loop-detect': 'silence for questions that come back to it',
};

/** They change answers that others give, and no decision of who is served. */
const ANSWERS: Readonly<Record<string, string>> = {
  'bogus-nxdomain': 'NXDOMAIN for answers with this address: write a rule on addresses, as rpz-ip',
  'ignore-address': 'silence for answers with this address: write a rule on addresses, as rpz-ip',
  'stop-dns-rebind': 'no answers with private addresses: write rules on addresses, as rpz-ip',
  'rebind-domain-ok': 'a domain that stop-dns-rebind leaves alone',
  'rebind-localhost-ok': 'stop-dns-rebind leaves loopback addresses alone',
  alias: 'other addresses in place of those of an answer',
  'filter-A': 'no A records in answers of others: { types: [A], action: nodata } comes near',
  'filter-AAAA':
    'no AAAA records in answers of others: { types: [AAAA], action: nodata } comes near',
  'filter-rr': 'no records of the type in answers of others: a rule with types comes near',
  dnssec: 'SERVFAIL for answers with a wrong signature: let the upstreams validate',
  'dhcp-range': 'answers for names of DHCP leases: rcode5 is no DHCP server; keep dnsmasq for that',
  'dhcp-hostsfile': 'names of hosts, answered once they have a lease: keep dnsmasq for DHCP',
  'dhcp-host': 'the name of a host, answered once it has a lease: keep dnsmasq for DHCP',
  'use-stale-cache': 'answers from the cache that are too old: see cache.serveStale',
  'cache-size': 'how many answers are kept: see cache.entries',
};

/** What `explain` knows, and neither `diff` nor a configuration of ours has a word for: sets of names that are no domains. */
const SIMPLE = 'names without a dot, which are no domain: write those that matter as rules';

export function leftForNames(
  entries: readonly ServerEntry[],
  needed: Option | undefined,
): readonly Left[] {
  const explained = (option: Option, instead: string): Left => ({
    ...{ place: option.place, what: lineOf(option), instead, decides: true, isExplained: true },
  });
  const named = entries.filter(
    ({ isForSimpleNames, isWildcard }) => isForSimpleNames || isWildcard,
  );
  return [
    ...(needed === undefined ? [] : [explained(needed, SIMPLE)]),
    ...named.map(({ option, isWildcard, domain }) =>
      explained(
        option,
        isWildcard
          ? `names that end with "${domain}", labels or not: write the domain, with a policy for others`
          : SIMPLE,
      ),
    ),
  ];
}

function lineOf({ name, value }: Option): string {
  return value === undefined ? name : `${name}=${unhide(value)}`;
}

export function leftIn(options: readonly Option[]): readonly Left[] {
  return options.flatMap(({ name, value, place }) => {
    const instead = DECIDING[name] ?? ANSWERS[name];
    if (instead === undefined) return [];
    return [
      {
        place,
        what: lineOf({ name, value, place }),
        instead,
        decides: DECIDING[name] !== undefined,
      },
    ];
  });
}
