import { expect } from 'chai';
import { runProgram } from '../world/run-program.ts';
import { dig } from './dig.ts';
import { cleanUp, itWith } from './processes.ts';
import { type Rcode5, Site, scrape, serve } from './rcode5.ts';

const ZONE = (serial: number) =>
  `@ 60 SOA ns.example. host.example. ${serial} 1h 10m 1d 60\nbad.example CNAME .\n`;

const site = (node: string, serial: number) =>
  new Site(
    `node: ${node}
acl: { query: { 127.0.0.0/8: allow, 127.0.9.0/24: refuse } }
policies: [{ name: malware, rpz: malware.rpz }]
upstreams: { default: { servers: ["127.0.0.1:1"], timeout: 300ms, attempts: 1 } }
`,
    { 'malware.rpz': ZONE(serial) },
  );

interface Ready {
  readonly policy: string;
  readonly zones: Readonly<Record<string, number>>;
}

describe('e2e: identity of a fleet', () => {
  let first: Rcode5;
  let second: Rcode5;
  before(async () => {
    [first, second] = await Promise.all([serve(site('ns1', 7)), serve(site('ns2', 8))]);
  });
  after(cleanUp);

  const status = (...args: readonly string[]) => runProgram(['status', ...args]);
  const hostOf = ({ port }: Rcode5) => `127.0.0.1:${port}`;

  itWith(['dig'], 'is the same in CHAOS, NSID, metrics, records, /readyz and status', async () => {
    const answer = await fetch(`${first.admin}/readyz`);
    const ready = (await answer.json()) as Ready;
    expect(ready).to.include({ ready: true, node: 'ns1' });
    expect(ready.zones).to.deep.equal({ malware: 7 });
    const hash = ready.policy;
    const { port } = first;
    const chaos = await dig(port, 'CH', 'TXT', 'policy.rcode5');
    expect(chaos.text).to.include(`"${hash} malware=7"`);
    const nsid = await dig(port, '+nsid', 'bad.example');
    expect(nsid.text).to.include(`("ns1 ${hash}")`);
    const [info] = await scrape(first, 'rcode5_policy_info');
    expect(info!.labels).to.include(`hash="${hash}"`).and.to.include('node="ns1"');
    const [serial] = await scrape(first, 'rcode5_policy_zone_serial');
    expect(serial!.value).to.equal(7);
    const record = await first.program.until('a record', () =>
      first.site.records().find(({ qname }) => qname === 'bad.example.'),
    );
    expect(record).to.include({ node: 'ns1', policy: hash, serial: 7 });
    const { stdout } = await status('--json', '--admin', first.admin);
    const told = JSON.parse(stdout);
    expect(told).to.include({ node: 'ns1', policy: hash });
    expect(told.policies[0]).to.include({ name: 'malware', serial: 7 });
  });

  it('is compared by status, which names the nodes that differ', async () => {
    const { stdout, code } = await status(hostOf(first), hostOf(second));
    expect(code).to.equal(1);
    expect(stdout)
      .to.match(/ ns1 .* malware=7 /)
      .and.to.match(/ ns2 .* malware=8\* /);
    expect(stdout).to.match(/^policy differs: .{8} at 127\.0\.0\.1:\d+; .{8} at /m);
    const same = await status('--json', hostOf(first), hostOf(first));
    expect(same.code).to.equal(0);
    expect(JSON.parse(same.stdout)).to.include({ alike: true });
  });

  itWith(['dig'], 'tells who may not ask the node by NSID alone', async () => {
    const refused = await dig(first.port, '-b', '127.0.9.1', '+nsid', 'CH', 'TXT', 'policy.rcode5');
    expect(refused).to.include({ status: 'REFUSED', answers: 0 });
    expect(refused.text).to.match(/NSID: .*\("ns1 /);
  });
});
