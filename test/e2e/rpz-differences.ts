/** Where we decide otherwise than BIND or Unbound, on purpose: for the tests, and for the page. */

export type PeerName = 'bind' | 'unbound';

/** One way to differ; the texts are Markdown. */
export interface Difference {
  readonly what: string;
  readonly ours: string;
  readonly bind: string;
  readonly unbound: string;
  /** The queries of the differential that show it. */
  readonly queries?: RegExp;
  /** Who does as we do; for the others at least one of the queries shows that they do not. */
  readonly agrees: readonly PeerName[];
  /** What Unbound answers depends on what it has in its cache, so that nothing is asked of it. */
  readonly isUnsteady?: boolean;
}

const SAME = 'the same';

export const DIFFERENCES: readonly Difference[] = [
  {
    what: '`rpz-tcp-only`',
    ours: 'TC and NOERROR: a client that retries by TCP needs no more',
    bind: 'TC with the rcode that the name has without the policy',
    unbound: SAME,
    queries: /^tcp\.nowhere (?:A|AAAA|TXT)(?: with do)?$/,
    agrees: ['unbound'],
  },
  {
    what: 'signed answers, DO=1',
    ours: 'each name on the way is left alone that is signed itself, with its exceptions too; `breakDnssec: true` rewrites them',
    bind: 'the same (`break-dnssec`)',
    unbound: 'rewritten',
    queries:
      /^(?:nx|nodata|data|way|ip|ip6|half|pass)\.s\.example (?:A|AAAA|TXT)(?: by tcp)? with do$/,
    agrees: ['bind'],
  },
  {
    what: 'names behind aliases',
    ours: 'judged each, cached or not',
    bind: SAME,
    unbound:
      'some, depending on its cache; PASSTHRU of an alias does not hold for the addresses behind it',
    queries:
      /^(?:(?:a|u|c)\d+|pass-(?:alias|then|ip|first)|(?:bad|alias|deep|way|to-ip|pass)\.s)\.example /,
    agrees: ['bind'],
    isUnsteady: true,
  },
  {
    what: 'answers with more than 16 aliases',
    ours: 'SERVFAIL with EDE 0, since they cannot be judged; 16 are followed',
    bind: 'SERVFAIL after 11, with the aliases so far',
    unbound: 'SERVFAIL after 11',
    queries: /^c[04]\.example /,
    agrees: [],
    isUnsteady: true,
  },
  {
    what: '`*.x` and the empty name above a rule, `x.w` with rules for `*.w` and `a.x.w`',
    ours: 'as in a zone (RFC 4592): `x.w` exists, and no `*.w` matches it or below it. Rules of the configuration and lists are read plainly: `*.w` is all below `w`',
    bind: SAME,
    unbound: 'matches the empty name itself, but nothing below',
    queries: /^(?:sub\.tree|x\.w|b\.x\.w|y\.w)\.bad\.example /,
    agrees: ['bind'],
  },
  {
    what: 'the older PASSTHRU, a CNAME to itself or to the address',
    ours: 'PASSTHRU',
    bind: SAME,
    unbound: 'an alias',
    queries: /^(?:old\.bad|ip-old)\.example /,
    agrees: ['bind'],
  },
  {
    what: 'several addresses with rules',
    ours: 'the longest prefix decides, in all of the answer',
    bind: SAME,
    unbound: 'the first address',
    queries: /^two\.example A(?: with do)?$/,
    agrees: ['bind'],
  },
  {
    what: 'a rule on the address in one zone, on the name in a later one',
    ours: 'the first zone decides',
    bind: SAME,
    unbound: 'names go first, in all zones',
    queries: /^named-ip\.example A(?: with do)?$/,
    agrees: ['bind'],
  },
  {
    what: '`rpz-drop`, `rpz-tcp-only` by address of the answer',
    ours: 'always',
    bind: SAME,
    unbound: 'not when the answer is in its cache',
    queries: /^ip-(?:drop|tcp)\.example A(?: with do)?$/,
    agrees: ['bind'],
    isUnsteady: true,
  },
  {
    what: 'PASSTHRU of a client',
    ours: 'holds for the addresses of the answer too',
    bind: SAME,
    unbound: 'does not',
    queries: /^(?:ip24|a6)\.example A from 127\.0\.0\.3$/,
    agrees: ['bind'],
  },
  {
    what: '`DNAME` as data',
    ours: 'a record like others',
    bind: SAME,
    unbound: 'ignored',
    queries: /^dname\.bad\.example (?:A|TYPE39)(?: with do)?$/,
    agrees: ['bind'],
  },
  {
    what: 'type CNAME of a name with a rule `CNAME *.garden.`',
    ours: 'the alias that other types get',
    bind: SAME,
    unbound: 'the rule as it is written',
    queries: /^one\.wild\.bad\.example CNAME$/,
    agrees: ['bind'],
  },
  {
    what: 'CNAME to a name inside of the policy zone',
    ours: 'answered from the zone, where no server outside knows it',
    bind: SAME,
    unbound: 'asked for outside: NXDOMAIN',
    queries: /^(?:inside|relative|chain|exit|one\.rooms|apex)\.bad\.example /,
    agrees: ['bind'],
  },
  {
    what: 'CNAME to an unknown `rpz-` word, `rpz-nxdomain.`',
    ours: 'an alias like others; `check` warns',
    bind: SAME,
    unbound: 'the rule is ignored',
    queries: /^word\.bad\.example /,
    agrees: ['bind'],
  },
  {
    what: 'answers with IPv4-mapped IPv6 addresses',
    ours: 'judged as the IPv4 address',
    bind: SAME,
    unbound: 'judged as IPv6',
    queries: /^mapped\.example AAAA(?: with do)?$/,
    agrees: ['bind'],
  },
  {
    what: 'rules on IPv4-mapped addresses, `128.5.c612.ffff.zz.rpz-ip`',
    ours: 'for the IPv4 address, in A and AAAA records',
    bind: 'none: the zone must have `32.5.0.18.198.rpz-ip`',
    unbound: 'for AAAA records only',
    queries: /^v4-rule\.example (?:A|AAAA)(?: with do)?$/,
    agrees: [],
  },
  {
    what: 'the IPv4 address inside an address of NAT64 (`64:ff9b::/96`, `nat64`)',
    ours: 'judged as well',
    bind: 'not judged',
    unbound: 'not judged',
    queries: /^nat64\.example AAAA(?: with do)?$/,
    agrees: [],
  },
  {
    what: '`ipv4hint` and `ipv6hint` of HTTPS and SVCB records',
    ours: 'judged as addresses of the answer',
    bind: 'not judged',
    unbound: 'not judged',
    queries: /^hint6?\.example HTTPS$/,
    agrees: [],
  },
  {
    what: 'type ANY of a name without a rule of its own',
    ours: 'HINFO (RFC 8482), which has no address and no alias to judge',
    bind: 'all data, or the answer of a rule on one of the addresses',
    unbound: 'some of the data, or the answer of a rule on one of the addresses',
    queries: /^(?:first-pass|ip24|ip32|ip-pass|ip6|a1|a4|plain)\.example ANY$/,
    agrees: [],
  },
  {
    what: 'type ANY of a name with data',
    ours: 'all data; an alias is not followed',
    bind: SAME,
    unbound: 'no data; an alias is followed',
    queries: /^(?:data|alias)\.bad\.example ANY$/,
    agrees: ['bind'],
  },
  {
    what: '`rpz-nsdname`, `rpz-nsip`',
    ours: 'ignored; `check` and `rcode5_policy_zone_ignored_rules` count them: a forwarder does not see the name servers of a zone',
    bind: 'honoured',
    unbound: 'honoured',
    agrees: [],
  },
  {
    what: 'rules on names',
    ours: 'answer at once where nothing has to be waited for',
    bind: 'ask the upstream first, unless `qname-wait-recurse no`',
    unbound: SAME,
    agrees: ['unbound'],
  },
  {
    what: 'REFUSED',
    ours: 'an action: `override: refuse`',
    bind: 'none',
    unbound: 'none',
    agrees: [],
  },
  {
    what: 'TTL of what rules answer',
    ours: 'that of the zone; 30 seconds in negative answers',
    bind: '`max-policy-ttl`, 5 seconds by default',
    unbound: 'that of the zone',
    agrees: [],
  },
  {
    what: 'negative answers',
    ours: 'have an SOA, so that clients may remember them',
    bind: 'have none in the authority section',
    unbound: 'have none in the authority section',
    agrees: [],
  },
];
