import { expect } from 'chai';
import type { WrittenRecord } from '../world/written-record.ts';
import { startNsd } from './peers.ts';
import { cleanUp, describeWith, run } from './processes.ts';
import { type Rcode5, Site, serve } from './rcode5.ts';

const ZONE = `$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 192.0.2.53
`;

const POLICY_ZONE = `$TTL 60
@ SOA localhost. nobody.invalid. 7 3600 600 86400 60
  NS localhost.
bad.example CNAME .
*.bad.example CNAME .
`;

const siteText = (nsdPort: number) => `clientGroups:
  office: [127.0.0.0/24]
acl:
  query:
    office: allow
    127.0.1.0/24: { action: refuse, owner: netops, reason: NET-1 }
    127.0.2.0/24: allow
  recursion:
    office: allow
    127.0.2.128/25: refuse
  transfer:
    127.0.2.0/25: refuse
upstreams:
  nsd: { servers: ["127.0.0.1:${nsdPort}"] }
routes:
  example: nsd
policies:
  - name: house
    rules:
      "*.gambling.example": { action: refuse, owner: secops, reason: SEC-7 }
  - { name: feed, rpz: feed.rpz, override: refuse, recursiveOnly: false }
`;

/** A dynamic update, in the words of nsupdate. */
const update = (port: number) => `server 127.0.0.1 ${port}
zone zone.example
update add www.zone.example 300 A 192.0.2.1
send
`;

interface Case {
  readonly layer: string;
  readonly when: string;
  /** Arguments of dig; without them it is nsupdate that asks. */
  readonly dig?: readonly string[];
  readonly client?: string;
  /** What the program says when it was refused. */
  readonly says?: string;
  readonly rule: string;
  /** The file of the rule and the text of its line; nobody wrote it when there is none. */
  readonly at?: readonly [file: 'site.yaml' | 'feed.rpz', text: string];
  readonly implicit?: boolean;
  readonly ede: number;
  /** More of the record. */
  readonly more?: object;
}

const CASES: readonly Case[] = [
  {
    layer: 'protocol',
    when: 'the class is HS',
    dig: ['-c', 'HS', 'www.example'],
    rule: 'protocol class IN',
    ede: 21,
    more: { qclass: 'HS', qname: 'www.example.', qtype: 'A' },
  },
  {
    layer: 'acl',
    when: 'a prefix is refused',
    dig: ['www.example'],
    client: '127.0.1.7',
    rule: 'acl.query 127.0.1.0/24',
    at: ['site.yaml', '127.0.1.0/24:'],
    ede: 18,
  },
  {
    layer: 'acl',
    when: 'no prefix matches',
    dig: ['www.example'],
    client: '127.0.9.1',
    rule: 'built-in default',
    implicit: true,
    ede: 18,
  },
  {
    layer: 'transfer',
    when: 'nobody may transfer',
    dig: ['zone.example', 'AXFR'],
    says: '; Transfer failed.',
    rule: 'built-in default',
    implicit: true,
    ede: 18,
    more: { transport: 'tcp', qtype: 'AXFR' },
  },
  {
    layer: 'transfer',
    when: 'a prefix may not transfer',
    dig: ['zone.example', 'IXFR=1'],
    client: '127.0.2.1',
    says: '; Transfer failed.',
    rule: 'acl.transfer 127.0.2.0/25',
    at: ['site.yaml', '127.0.2.0/25:'],
    ede: 18,
    more: { transport: 'tcp', qtype: 'IXFR' },
  },
  {
    layer: 'update',
    when: 'nsupdate sends UPDATE',
    says: 'update failed: REFUSED',
    rule: 'built-in default',
    implicit: true,
    ede: 18,
    more: { opcode: 'UPDATE', qname: 'zone.example.', qtype: 'SOA' },
  },
  {
    layer: 'update',
    when: 'dig sends UPDATE',
    dig: ['+opcode=UPDATE', 'zone.example', 'SOA'],
    rule: 'built-in default',
    implicit: true,
    ede: 18,
    more: { opcode: 'UPDATE' },
  },
  {
    layer: 'notify',
    when: 'dig sends NOTIFY',
    dig: ['+opcode=NOTIFY', 'zone.example', 'SOA'],
    rule: 'built-in default',
    implicit: true,
    ede: 18,
    more: { opcode: 'NOTIFY' },
  },
  {
    layer: 'recursion',
    when: 'RD=1 comes from a prefix without recursion',
    dig: ['www.example'],
    client: '127.0.2.200',
    rule: 'acl.recursion 127.0.2.128/25',
    at: ['site.yaml', '127.0.2.128/25:'],
    ede: 20,
    more: { rd: true },
  },
  {
    layer: 'policy',
    when: 'a rule refuses the name',
    dig: ['www.Gambling.example', 'AAAA', '+tcp'],
    rule: 'house/*.gambling.example',
    at: ['site.yaml', '"*.gambling.example"'],
    ede: 15,
    more: { trigger: 'qname', match: 'www.gambling.example.', transport: 'tcp', group: 'office' },
  },
  {
    layer: 'policy',
    when: 'a policy zone has the name',
    dig: ['bad.example', '+norec'],
    rule: 'feed/bad.example',
    at: ['feed.rpz', 'bad.example CNAME .'],
    ede: 15,
    more: { rd: false },
  },
  {
    layer: 'policy',
    when: 'a policy zone has a wildcard for it',
    dig: ['www.bad.example'],
    rule: 'feed/*.bad.example',
    at: ['feed.rpz', '*.bad.example CNAME .'],
    ede: 15,
  },
  {
    layer: 'route',
    when: 'no route is for the name',
    dig: ['www.example.org'],
    rule: 'routes without a match',
    implicit: true,
    ede: 20,
  },
  {
    layer: 'upstream',
    when: 'NSD does not hold the zone',
    dig: ['www.elsewhere.example'],
    rule: 'upstreams.nsd',
    at: ['site.yaml', 'nsd: {'],
    ede: 20,
    more: { origin: 'upstream' },
  },
];

describeWith(['nsd', 'dig', 'nsupdate'], 'e2e: the layers of a server', () => {
  let server: Rcode5;

  before(async () => {
    const nsd = await startNsd('zone.example', ZONE);
    server = await serve(new Site(siteText(nsd.port), { 'feed.rpz': POLICY_ZONE }));
  });
  after(cleanUp);

  /** What the program says on both of its outputs. */
  async function ask({ dig, client = '127.0.0.1' }: Case): Promise<string> {
    const { port } = server;
    const at = ['@127.0.0.1', '-p', String(port), '-b', client, '+tries=1'];
    const { stdout, stderr } =
      dig === undefined
        ? await run('nsupdate', [], `local ${client}\n${update(port)}`)
        : await run('dig', [...at, ...dig]);
    return stdout + stderr;
  }

  /** The rule as the record must name it. */
  function ruleOf({ rule, at, implicit = false }: Case): object {
    const [file, text] = at ?? [];
    return {
      id: rule,
      file: file === undefined ? '<built-in>' : server.site.path(file),
      line: file === undefined ? 0 : server.site.lineOf(text!, file),
      implicit,
    };
  }

  for (const one of CASES) {
    it(`refuse in ${one.layer} when ${one.when}`, async () => {
      const before = server.site.records().length;
      expect(await ask(one)).to.contain(one.says ?? 'status: REFUSED');
      const records: WrittenRecord[] = server.site.records().slice(before);
      expect(records).to.have.length(1);
      const [record] = records;
      expect(record).to.deep.include({
        event: 'refused',
        rcode: 'REFUSED',
        client: one.client ?? '127.0.0.1',
        layer: one.layer,
        origin: 'local',
        ede: [one.ede],
        ...one.more,
      });
      expect(record?.rule).to.include(ruleOf(one));
    });
  }

  it('name the owner and the reason of a rule', () => {
    const rules = server.site.records().map(({ rule }) => rule);
    const given = rules.filter(({ owner }) => owner !== undefined);
    expect(given.map(({ owner, reason }) => `${owner} ${reason}`)).to.deep.equal([
      'netops NET-1',
      'secops SEC-7',
    ]);
  });

  it('name the nearest prefix that is allowed', () => {
    const { site } = server;
    const hint = site.records().find(({ layer }) => layer === 'acl')?.hint;
    const line = site.lineOf('query:') + 1;
    expect(hint).to.equal(`nearest allow: 127.0.0.0/24 at ${site.config}:${line}`);
  });
});
