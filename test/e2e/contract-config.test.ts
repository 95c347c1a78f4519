import { expect } from 'chai';
import { runProgram } from '../world/run-program.ts';
import { findPort } from './peers.ts';
import { cleanUp, type Program } from './processes.ts';
import { Site, spawnRcode5 } from './rcode5.ts';

const SECRETS = {
  RCODE5_TOKEN: '0123456789abcdef0123',
  VENDOR_TSIG: 'bm90IGEgc2VjcmV0IGF0IGFsbCwgYnV0IGFuIGV4YW1wbGU=',
} as const;

/** Every key in the forms that are promised; the ports are those of a test. */
const siteText = (admin: number, vendor: number) => `node: ns1.site-a
listen:
  - 127.0.0.1:0
  - { address: "127.0.0.53:0", proxyProtocol: { from: [127.0.0.2/32] } }
admin: { listen: "127.0.0.1:${admin}", token: "\${RCODE5_TOKEN}" }
threads: auto

clientGroups:
  office: [10.20.0.0/16, "2001:db8:20::/48"]
  vpn: [10.21.0.0/16]

acl:
  query:
    office: allow
    vpn: { action: allow, owner: netops, reason: NET-42, expires: 2099-01-31 }
    10.20.99.0/24: refuse
    0.0.0.0/0: refuse
  recursion: { office: allow }
  transfer: { 10.20.0.5: allow }
  update: { 10.20.0.6: allow }
  notify: {}

rateLimit: { queriesPerSecond: 1000, burst: 2000, ipv4Prefix: 32, ipv6Prefix: 56, action: truncate, exempt: [office] }

upstreams:
  default: { servers: [./resolv.conf], strategy: sequential, timeout: 2s, attempts: 2 }
  corp: { servers: ["10.0.0.10:53", "tcp://10.0.0.11:53"], strategy: fastest }
routes: { ".": default, corp.example: corp, 20.10.in-addr.arpa: corp }

policies:
  - name: house
    rules:
      "*.gambling.example": refuse
      tracker.example: { action: nxdomain, owner: secops, reason: SEC-7, types: [A, AAAA] }
  - { name: malware, rpz: malware.rpz, override: given }
  - { name: ads, domains: ads.txt, action: refuse }
  - { name: hosts, hosts: hosts }
  - { name: popups, adblock: popups.txt }
  - { name: trial, rpz: malware.rpz, mode: shadow }
  - name: feed
    rpz: { zone: rpz.vendor.example, primaries: ["127.0.0.1:${vendor}"], tsig: vendor-key, cacheFile: feed.rpz }
tsigKeys: { vendor-key: { algorithm: hmac-sha256, secret: "\${VENDOR_TSIG}" } }

views:
  guests: { clients: [10.30.0.0/16], routes: { ".": default }, policies: [house, ads], recursion: allow }

cache: { entries: 100000, maxTtl: 1d, minTtl: 0s, negativeMaxTtl: 1h, serveStale: 0s }
ede: full
decisionLog: { to: stdout, record: policy, rotate: { size: 100MB, keep: 10 } }
assertions: [assertions.yaml]
`;

const MALWARE = `$TTL 60
@ SOA localhost. nobody.invalid. 42 3600 600 86400 60
  NS localhost.
bad.example CNAME .
`;

const FILES = {
  'resolv.conf': 'nameserver 192.0.2.53\n',
  'malware.rpz': MALWARE,
  'ads.txt': 'ads.example\n',
  hosts: '0.0.0.0 hosts.example\n',
  'popups.txt': '||popups.example^\n',
  'assertions.yaml': `- { name: guests, client: 10.20.5.18, query: tracker.example A, expect: { rcode: NXDOMAIN } }
- { client: 192.0.2.45, query: www.example.com, expect: { rcode: REFUSED, layer: acl, rule: "acl.query 0.0.0.0/0" } }
`,
};

/** What is not a configuration, one thing at a time, and what is said of it. */
interface Wrong {
  readonly what: string;
  readonly lines: string;
  readonly says: RegExp;
}

const WRONG: readonly Wrong[] = [
  { what: 'an unknown key', lines: 'nothing: 1', says: /:2:1: unknown key "nothing"; expect / },
  { what: 'a key twice', lines: 'ede: off\nede: off', says: /:3:1: "ede" is there twice; expect / },
  { what: 'an unknown group', lines: 'routes: { ".": none }', says: /:2:16: .*; expect / },
  { what: 'a bad duration', lines: 'cache: { maxTtl: soon }', says: /:2:18: .*; expect / },
  {
    what: 'a variable without value',
    lines: `node: "\${RCODE5_NOT_SET_ANYWHERE}"`,
    says: /:2:7: .*RCODE5_NOT_SET_ANYWHERE is not set; expect /,
  },
  {
    what: 'a file that is not there',
    lines: 'policies: [{ name: a, domains: none.txt }]',
    says: /:\d+:\d+: .*; expect /,
  },
];

const LEAST = 'upstreams: { default: { servers: [192.0.2.53] } }\n';

describe('e2e: what a configuration is promised to be', () => {
  let site: Site;
  let admin: number;
  let program: Program;

  const get = (target: string) =>
    fetch(`http://127.0.0.1:${admin}${target}`, {
      headers: { authorization: `Bearer ${SECRETS.RCODE5_TOKEN}` },
    });

  before(async () => {
    // The program takes the environment of this process.
    Object.assign(process.env, SECRETS);
    const ports = await Promise.all([findPort(), findPort()]);
    [admin] = ports;
    site = new Site(siteText(...ports), FILES);
  });
  after(async () => {
    for (const name of Object.keys(SECRETS)) delete process.env[name];
    await cleanUp();
  });

  const rcode5 = (...args: readonly string[]) => runProgram(args);

  it('is fine with every key in every form', async () => {
    const { code, stdout, stderr } = await rcode5('check', '-c', site.config);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout).to.match(/^ok policy=[0-9a-f]{8} rules=\d+ assertions=2$/m);
  });

  it('is nothing but `upstreams`, and then serves loopback alone', async () => {
    site.write('least.yaml', LEAST);
    const least = site.path('least.yaml');
    const ask = async (client: string) => {
      const args = ['--client', client, '--name', 'a.example', '--json'];
      return JSON.parse((await rcode5('explain', '-c', least, ...args)).stdout).decision;
    };
    expect(await ask('127.0.0.1')).to.include({ action: 'forward' });
    const refused = await ask('192.0.2.1');
    expect(refused).to.include({ rcode: 'REFUSED', layer: 'acl' });
    expect(refused.rule).to.include({ id: 'built-in default', implicit: true });
  });

  for (const { what, lines, says } of WRONG) {
    it(`has its place told when it has ${what}`, async () => {
      site.write('wrong.yaml', `${LEAST}${lines}\n`);
      const { code, stdout, stderr } = await rcode5('check', '-c', site.path('wrong.yaml'));
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr).to.match(says);
    });
  }

  it('is served, and not ready before its zones are there', async () => {
    program = spawnRcode5(['serve', '-c', site.config]);
    await program.says(/admin HTTP on /);
    expect((await get('/healthz')).status).to.equal(200);
    const reply = await get('/readyz');
    expect(reply.status).to.equal(503);
    const text = await reply.text();
    expect(text).to.contain('feed');
    const policy = await policyHash();
    expect(text).to.contain(policy);
    expect(program.stderr)
      .to.contain(policy)
      .and.match(/listening on 127\.0\.0\.53:\d+/);
  });

  it('is not taken over when it breaks an assertion', async () => {
    const said = program.stderr.length;
    site.write('malware.rpz', MALWARE.replace('bad', 'worse'));
    site.write('assertions.yaml', FILES['assertions.yaml'].replace('NXDOMAIN', 'NOERROR'));
    const before = await policyHash();
    program.signal('SIGHUP');
    await program.says(/assertions\.yaml:1:\d+: /, said);
    expect(await policyHash()).to.equal(before);
    site.write('assertions.yaml', FILES['assertions.yaml']);
    program.signal('SIGHUP');
    await program.until('another policy', async () => {
      return (await policyHash()) === before ? undefined : true;
    });
  });

  async function policyHash(): Promise<string> {
    const { policy } = (await (await get('/api/policy')).json()) as { readonly policy: string };
    return policy;
  }
});
