/** Where the operators of some programs look: the setting, and the line of the log. */

import type { Scope } from '../decision/upstream-refusal.ts';
import type { Diagnosis } from './inference.ts';

/** By the diagnosis, or by the diagnosis and what it is about. */
type Settings = Readonly<Partial<Record<Diagnosis | `${Diagnosis} ${Scope}`, string>>>;

const SETTINGS: Readonly<Record<string, Settings>> = {
  BIND: {
    'client-acl':
      'BIND: allow-query, allow-query-cache, allow-recursion; match-clients of its views. Its log: "query (cache) … denied (allow-query-cache did not match)"',
    'client-acl zone':
      'BIND: allow-query and allow-query-on of the zone. Its log: "query … denied" or "query-on denied"',
    'no-recursion': 'BIND: recursion and allow-recursion, in the view that this client matches',
    'name-policy': 'BIND: response-policy, and the log category rpz',
    transfer: 'BIND: allow-transfer of the zone',
    upstream: 'BIND: forwarders, and "unexpected RCODE (REFUSED)" in its log',
    'rate-limit': 'BIND: rate-limit (responses-per-second, slip, exempt-clients)',
  },
  Unbound: {
    'client-acl':
      'Unbound: access-control (of two lines for the same netblock the last one counts); unbound-control get_option access-control',
    'no-recursion':
      'Unbound: access-control refuse_non_local or deny_non_local (of two lines for the same netblock the last one counts)',
    'name-policy': 'Unbound: unbound-control list_local_zones, and its rpz: zones',
    upstream: 'Unbound: forward-zone and stub-zone',
    transport: 'Unbound: do-tcp, do-udp, incoming-num-tcp',
    transfer: 'Unbound hands over no zones: ask a primary',
    'rate-limit': 'Unbound: ip-ratelimit',
  },
  NSD: {
    'client-acl': 'NSD: allow-query of the zone',
    transfer: 'NSD: provide-xfr of the zone',
    failure: 'NSD: zonefile of the zone; nsd-control zonestatus',
  },
  'Knot DNS': {
    'client-acl': 'Knot DNS: mod-queryacl of the zone, which answers NOTAUTH',
    transfer:
      'Knot DNS: acl of the zone, action: transfer; a refused one is NOTAUTH, logged at debug',
    failure: 'Knot DNS: knotc zone-status',
  },
  'Knot Resolver': {
    'client-acl':
      'Knot Resolver: view:addr and policy.all(policy.REFUSE); policy.rules in its control socket',
    'name-policy':
      'Knot Resolver: policy.add with policy.REFUSE, DENY or DROP; policy.rules in its control socket',
    'type-policy': 'Knot Resolver: a function of policy.add that looks at the type',
  },
  'PowerDNS Recursor': {
    'client-acl': 'PowerDNS Recursor: allow-from, and preresolve in lua-dns-script',
    'name-policy': 'PowerDNS Recursor: preresolve in lua-dns-script, rpzFile and rpzPrimary',
    'type-policy': 'PowerDNS Recursor: preresolve in lua-dns-script',
    upstream: 'PowerDNS Recursor: forward-zones, forward-zones-recurse',
    failure: 'PowerDNS Recursor: forward-zones; rec_control trace-regex NAME',
  },
  'PowerDNS Authoritative': {
    transfer:
      'PowerDNS Authoritative: allow-axfr-ips, which answers NOTAUTH also for its own zones',
    'no-recursion': 'PowerDNS Authoritative: pdnsutil list-all-zones shows what it holds',
  },
  dnsdist: {
    'client-acl':
      'dnsdist: setACL and rules by netmask; showACL() and showRules() count what they match',
    'name-policy': 'dnsdist: rules by name; showRules() counts what they match',
    'type-policy': 'dnsdist: QTypeRule; showRules() counts what it matches',
    'rate-limit': 'dnsdist: MaxQPSIPRule and dynamic blocks; showRules(), showDynBlocks()',
    transport: 'dnsdist: TCPRule; showRules() counts what it matches',
  },
  dnsmasq: {
    upstream: 'dnsmasq: server=, and log-queries',
    'name-policy': 'dnsmasq: address=/NAME/ and local=/NAME/',
  },
  'systemd-resolved': {
    upstream:
      'systemd-resolved: DNS= and FallbackDNS= in resolved.conf, resolvectl status; it passes on REFUSED without its EDE',
    transfer: 'systemd-resolved hands over no zones: ask a primary',
    'name-policy': 'systemd-resolved: ResolveUnicastSingleLabel=; resolvectl query NAME',
  },
  rcode5: {
    'client-acl': 'rcode5: rcode5 explain -c FILE --client ADDRESS --name NAME shows the line',
    upstream: 'rcode5: the record of this refusal has the attempts and the evidence',
  },
};

/** What to look at, if the program has something to look at for this. */
export function settingOf(
  program: string | undefined,
  verdict: Diagnosis,
  scope: Scope | undefined,
): string | undefined {
  const settings = SETTINGS[program ?? ''];
  return settings?.[`${verdict} ${scope ?? 'server'}`] ?? settings?.[verdict];
}
