/** A small Internet and the policy zones over it, for forwarders that are asked the same. */

/** The zone of the root: what every name is without policy. */
const ROOT = `
$TTL 300
. SOA ns.example. host.example. 1 1h 10m 1d 60
. NS ns.example.
ns.example A 203.0.113.53
*.example A 203.0.113.1
*.example AAAA 2001:db8:1::1
*.example TXT "plain"
*.example MX 5 mx.example.
plain.example A 203.0.113.2
only-a.example A 203.0.113.3
two.example A 192.0.2.80
two.example A 192.0.2.66
ip24.example A 192.0.2.99
ip32.example A 192.0.2.66
ip-out.example A 192.0.3.1
ip-pass.example A 192.0.2.11
ip-data.example A 192.0.2.33
ip-drop.example A 192.0.2.44
ip-tcp.example A 192.0.2.55
ip6.example AAAA 2001:db8:bad::1
ip6-one.example AAAA 2001:db8:bad::5
ip6-out.example AAAA 2001:db8:good::1
both.example A 192.0.2.99
both.example AAAA 2001:db8:1::9
named-ip.example A 192.0.2.99
a1.example CNAME nx.bad.example.
a2.example CNAME a3.example.
a3.example CNAME nodata.bad.example.
a4.example CNAME data.bad.example.
a5.example CNAME pass.bad.example.
a6.example CNAME ip24.example.
a7.example CNAME plain.example.
a8.example CNAME drop.bad.example.
pass-alias.example CNAME nx.bad.example.
pass-then.example CNAME pass-alias.example.
pass-ip.example CNAME ip24.example.
pass-first.example CNAME stopped.example.
a9.example CNAME gone.test-missing.
nx.bad.example A 203.0.113.10
nodata.bad.example A 203.0.113.10
data.bad.example A 203.0.113.10
pass.bad.example A 203.0.113.10
drop.bad.example A 203.0.113.10
walled.garden A 198.51.100.9
walled.garden AAAA 2001:db8:9::9
*.garden A 198.51.100.10
mx.garden A 198.51.100.11
*.bad.example A 203.0.113.20
ip-old.example A 192.0.2.12
v4-rule.example A 198.18.0.5
v4-rule.example AAAA ::ffff:198.18.0.5
mapped.example AAAA ::ffff:192.0.2.66
mapped-out.example AAAA ::ffff:192.0.3.66
nat64.example AAAA 64:ff9b::c000:263
nat64-out.example AAAA 64:ff9b::c000:363
hint.example HTTPS 1 . alpn=h2 ipv4hint=192.0.2.99
hint6.example HTTPS 1 . ipv6hint=2001:db8:bad::1
hint-out.example HTTPS 1 . ipv4hint=192.0.3.99
u1.example CNAME ok.s.example.
u2.example CNAME nx.s.example.
u3.example CNAME ip.s.example.
u4.example CNAME bad.s.example.
u5.example CNAME deep.s.example.
${Array.from({ length: 20 }, (_, i) => `c${i}.example CNAME c${i + 1}.example.`).join('\n')}
c20.example A 203.0.113.30
`.replaceAll('good', '900d');

/** A signature that nobody here checks. */
const RRSIG = (types: readonly string[]) => (owner: string) =>
  types
    .map((type) => `${owner} RRSIG ${type} 8 3 300 20380101000000 20260101000000 1 s.example. AAAA`)
    .join('\n');

const SIGNED: readonly (readonly [owner: string, type: string, data: string])[] = [
  ['@', 'SOA', 'ns.example. host.example. 1 1h 10m 1d 60'],
  ['@', 'NS', 'ns.example.'],
  // By the signature over its keys NSD knows that a zone is signed.
  ['@', 'DNSKEY', '257 3 8 AAAA'],
  ['ok', 'A', '203.0.113.40'],
  ['ok', 'AAAA', '2001:db8:1::40'],
  ['ok', 'TXT', '"signed"'],
  ['nx', 'A', '203.0.113.41'],
  ['nodata', 'A', '203.0.113.42'],
  ['data', 'A', '203.0.113.43'],
  ['pass', 'CNAME', 'nx.bad.example.'],
  ['bad', 'CNAME', 'nx.bad.example.'],
  ['alias', 'CNAME', 'nx.s.example.'],
  ['deep', 'CNAME', 'a4.example.'],
  ['way', 'CNAME', 'ok.s.example.'],
  ['ip', 'A', '192.0.2.99'],
  ['ip6', 'AAAA', '2001:db8:bad::1'],
  ['to-ip', 'CNAME', 'ip24.example.'],
];

/** A zone whose records have signatures, those of one name excepted. */
const SIGNED_ZONE = `$TTL 300
${SIGNED.map(([owner, type, data]) => `${owner} ${type} ${data}\n${RRSIG([type])(owner)}`).join('\n')}
half A 203.0.113.44
half TXT "half"
${RRSIG(['TXT'])('half')}
`;

/** What every name is without policy, by zones. */
export const WORLD: Readonly<Record<string, string>> = { '.': ROOT, 's.example': SIGNED_ZONE };

/** With `.second.rpz.` behind it, of 255 octets. */
export const LONGEST: string = `${`${'m'.repeat(61)}.`.repeat(3)}${'m'.repeat(47)}.example`;

/** Rules on addresses, then rules on names, then rules that the others go before. */
export const ZONES: Readonly<Record<string, string>> = {
  'first.rpz': `
$TTL 60
@ SOA localhost. host.localhost. 1 1h 10m 1d 60
@ NS localhost.
32.2.0.0.127.rpz-client-ip      CNAME .
32.3.0.0.127.rpz-client-ip      CNAME rpz-passthru.
32.4.0.0.127.rpz-client-ip      CNAME rpz-drop.
32.5.0.0.127.rpz-client-ip      CNAME rpz-tcp-only.
32.6.0.0.127.rpz-client-ip      A 198.51.100.6
30.8.0.0.127.rpz-client-ip      CNAME *.
24.0.2.0.192.rpz-ip             CNAME .
32.66.2.0.192.rpz-ip            CNAME *.
32.11.2.0.192.rpz-ip            CNAME rpz-passthru.
32.33.2.0.192.rpz-ip            A 198.51.100.33
32.44.2.0.192.rpz-ip            CNAME rpz-drop.
32.55.2.0.192.rpz-ip            CNAME rpz-tcp-only.
48.zz.bad.db8.2001.rpz-ip       CNAME *.
128.5.zz.bad.db8.2001.rpz-ip    CNAME .
first-pass.example              CNAME rpz-passthru.
stopped.example                 CNAME .
32.12.2.0.192.rpz-ip            CNAME 32.12.2.0.192.
128.5.c612.ffff.zz.rpz-ip       CNAME .
`,
  'second.rpz': `
$TTL 60
@ SOA localhost. host.localhost. 2 1h 10m 1d 60
@ NS localhost.
nx.bad.example                  CNAME .
*.nx.bad.example                CNAME .
nodata.bad.example              CNAME *.
*.nodata.bad.example            CNAME *.
pass.bad.example                CNAME rpz-passthru.
drop.bad.example                CNAME rpz-drop.
tcp.bad.example                 CNAME rpz-tcp-only.
tcp.nowhere                     CNAME rpz-tcp-only.
data.bad.example                A 198.51.100.1
data.bad.example                A 198.51.100.2
data.bad.example                AAAA 2001:db8:2::1
data.bad.example                TXT "local" "data"
data.bad.example                MX 10 mx.garden.
data.bad.example                TYPE65280 \\# 4 DEADBEEF
*.data.bad.example              A 198.51.100.3
alias.bad.example               CNAME walled.garden.
lost.bad.example                CNAME nothing.test-missing.
*.wild.bad.example              CNAME *.garden.
deep.er.wild.bad.example        CNAME .
*.tree.bad.example              CNAME .
ok.tree.bad.example             CNAME rpz-passthru.
*.sub.tree.bad.example          CNAME *.
old.bad.example                 CNAME old.bad.example.
a7.example                      CNAME rpz-passthru.
named-ip.example                CNAME *.
pass-alias.example              CNAME rpz-passthru.
pass-ip.example                 CNAME rpz-passthru.
pass-first.example              CNAME rpz-passthru.
first-pass.example              CNAME .
twice.example                   CNAME .
UPPER.example                   CNAME .
esc\\.aped.example               CNAME .
nul\\000.example                 CNAME .
${'l'.repeat(63)}.example        CNAME .
${LONGEST} CNAME .
dname.bad.example               DNAME other.garden.
ns.bad.example.rpz-nsdname      CNAME .
32.53.113.0.203.rpz-nsip        CNAME .
`,
  'third.rpz': `
$TTL 60
@ SOA localhost. host.localhost. 3 1h 10m 1d 60
@ NS localhost.
twice.example                   A 198.51.100.99
third.example                   CNAME .
plain.example                   CNAME rpz-passthru.
only-a.example                  A 198.51.100.98
u1.example                      CNAME .
c20.example                     CNAME .
nx.s.example                    CNAME .
nodata.s.example                CNAME *.
data.s.example                  A 198.51.100.97
pass.s.example                  CNAME rpz-passthru.
half.s.example                  CNAME .
none.s.example                  CNAME .
way.s.example                   CNAME .
`,
  'fourth.rpz': `
$TTL 60
fourth.rpz. SOA localhost. host.localhost. 4 1h 10m 1d 60
fourth.rpz. NS localhost.
*.w.bad.example                 CNAME .
a.b.x.w.bad.example             CNAME *.
*.y.w.bad.example               CNAME *.
v.w.bad.example                 CNAME rpz-passthru.
inside.bad.example              CNAME garden.fourth.rpz.
relative.bad.example            CNAME garden
chain.bad.example               CNAME door
missing.bad.example             CNAME nothing
exit.bad.example                CNAME exit
*.rooms.bad.example             CNAME *.rooms
apex.bad.example                CNAME @
mid.*.no.bad.example            CNAME .
word.bad.example                CNAME rpz-nxdomain.
dotless.bad.example             CNAME rpz-passthru
garden                          A 198.51.100.20
garden                          AAAA 2001:db8:2::20
door                            CNAME garden
exit                            CNAME walled.garden.
*.rooms                         A 198.51.100.21
`,
};
