/** A configuration in which a message can meet everything that there is. */

export const CONFIG = `
node: fuzz
clientGroups: { office: [127.0.0.0/8, "::1"], guests: [10.30.0.0/16] }
acl:
  query:
    office: allow
    10.30.0.0/15: allow
    10.99.0.0/16: { action: refuse, owner: netops, reason: "a \\"quoted\\" reason" }
    10.98.0.0/16: drop
    10.97.0.0/16: truncate
    10.96.0.0/16: { action: refuse, mode: shadow }
    "2001:db8:30::/48": allow
  recursion: { office: allow, 10.30.0.0/16: allow, "2001:db8:30::/48": { action: refuse, mode: shadow } }
  transfer: { 127.0.0.5: allow }
  update: { 127.0.0.6: allow }
  notify: { 127.0.0.7: allow }
rateLimit: { queriesPerSecond: 1, burst: 3, action: truncate, exempt: [office] }
upstreams:
  default: { servers: [192.0.2.53, 192.0.2.54], timeout: 500ms, attempts: 2 }
  stream: { servers: ["tcp://192.0.2.55"], timeout: 500ms, attempts: 1 }
  lone: { servers: [192.0.2.56], timeout: 500ms, attempts: 1 }
routes: { ".": default, tcp.example: stream, lone.example: lone }
policies:
  - name: house
    rules:
      "*.gambling.example": refuse
      drop.example: drop
      tc.example: truncate
      nodata.example: nodata
      tracker.example: { action: nxdomain, types: [A, AAAA] }
      wpad.example: { answer: [192.0.2.1, "300 TXT \\"no proxy\\""] }
      alias.example: { answer: ["CNAME www.example.com."] }
      loop.example: { answer: ["CNAME loop.example."] }
  - { name: trial, rules: { "*.example.com": nxdomain, www.example.net: drop }, mode: shadow }
  - { name: malware, rpz: malware.rpz, breakDnssec: true }
  - { name: later, rpz: later.rpz, mode: shadow }
  - { name: ads, domains: ads.txt, action: refuse }
views:
  guests:
    clients: [10.31.0.0/16, "2001:db8:30::/48"]
    recursion: allow
    acl: { query: { 10.31.0.0/16: allow, "2001:db8:30::/48": allow } }
    routes: { ".": lone }
    policies: [malware]
cache: { entries: 100, serveStale: 1h }
`;

const MALWARE = `$TTL 60
@ SOA localhost. root.localhost. 7 3600 600 86400 60
@ NS localhost.
bad.example CNAME .
*.bad.example CNAME *.
pass.bad.example CNAME rpz-passthru.
silent.example CNAME rpz-drop.
big.example CNAME rpz-tcp-only.
walled.example A 192.0.2.80
walled.example TXT "walled off"
*.garden.example CNAME *.walled.example.
32.66.2.0.192.rpz-ip CNAME .
24.0.100.51.198.rpz-ip A 192.0.2.81
48.zz.dead.db8.2001.rpz-ip CNAME rpz-drop.
32.77.0.31.10.rpz-client-ip CNAME rpz-drop.
`;

const LATER = `$TTL 60
@ SOA localhost. root.localhost. 8 3600 600 86400 60
later.example CNAME .
16.0.0.51.198.rpz-ip CNAME .
`;

export const FILES: Readonly<Record<string, string>> = {
  'malware.rpz': MALWARE,
  'later.rpz': LATER,
  'ads.txt': '# lists\nads.example\nbanner.example.net\n',
};
