import { expect } from 'chai';
import { pino } from 'pino';
import { ScriptedLists } from '../transfer/scripted-lists.ts';
import { askUdp } from '../world/client.ts';
import { Flag, message, question } from '../world/messages.ts';
import { ServedSite } from '../world/served-site.ts';
import { Upstream } from '../world/upstream.ts';

describe('server lists by URL', () => {
  let site: ServedSite;
  let lists: ScriptedLists;
  let upstream: Upstream;
  let said: string;
  let wake: () => void;

  beforeEach(async () => {
    said = '';
    wake = () => {};
    site = new ServedSite();
    lists = await ScriptedLists.start();
    upstream = await Upstream.start();
  });
  afterEach(async () => {
    await site.close();
    lists.close();
    upstream.close();
  });

  const configure = (more = '') => `
upstreams: { default: { servers: ["${upstream.server}"] } }
policies:
  - { name: friends, domains: friends.txt, action: allow, match: subdomains }
  - { name: ads, adblock: "${lists.url}?token=secret", refresh: 1s, cacheFile: ads.cache${more} }
`;
  const start = (more?: string) => {
    const write = (line: string) => {
      said += line;
      wake();
    };
    site.write('friends.txt', '*.good.example\n');
    return site.start(configure(more), pino({ level: 'trace' }, { write }));
  };
  const says = async (pattern: RegExp) => {
    while (!pattern.test(said)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const rcodeOf = async (owner: string) => {
    const query = message({ id: 1, flags: Flag.RD, questions: [question(owner)] });
    return (await askUdp(site.target(), query))[3]! & 0x0f;
  };
  const ads = async () => {
    const { policies } = JSON.parse((await site.http('/api/policy')).body);
    return policies[1];
  };

  it('pass queries and are not ready while there has never been one', async () => {
    await start();
    await says(/it is missing/);
    expect(await rcodeOf('bad.example')).to.equal(0);
    const { status, body } = await site.http('/readyz');
    expect(status).to.equal(503);
    expect(JSON.parse(body).reasons.join()).to.match(
      /^policy ads: http:\/\/127\.0\.0\.1:\d+\/list\.txt has not been fetched yet: it answers 404$/,
    );
    expect((await ads()).fetch).to.include({ standing: 'missing', problem: 'it answers 404' });
    expect((await site.http('/metrics')).body).to.include(
      'rcode5_policy_zone_loaded{policy="ads"} 0',
    );
    lists.serve('||bad.example^\n');
    await says(/1 rules from/);
    while ((await site.http('/readyz')).status !== 200);
    expect(await rcodeOf('bad.example')).to.equal(3);
  });

  it('are in force as they are fetched, and known by file, line and number', async () => {
    lists.serve('! ads\n||bad.example^\n||good.example^\n');
    await start();
    await says(/2 rules from/);
    while ((await rcodeOf('x.bad.example')) !== 3);
    const { rule } = site.records().at(-1)! as { rule: { id: string; file: string; line: number } };
    expect(rule).to.include({ id: 'ads/bad.example', line: 2 });
    expect(rule.file).to.match(/^http:\/\/127\.0\.0\.1:\d+\/list\.txt$/);
    expect(await rcodeOf('good.example')).to.equal(0);
    const { body } = await site.http('/metrics');
    expect(body).to.include('rcode5_policy_zone_rules{policy="ads"} 2');
    expect(body).to.include('rcode5_policy_transfers_total{policy="ads",result="ok"} 1');
    expect(body).to.match(/rcode5_policy_zone_age_seconds\{policy="ads"\} [0-9.]+\n/);
    const { counters } = await site.json('/api/policy');
    const ok = { policy: 'ads', standing: 'loaded', ok: 1, failed: 0 };
    expect(counters.feeds).to.deep.equal([ok]);
    expect(said, 'the log').not.to.include('secret');
    expect(JSON.stringify(await ads())).not.to.include('secret');

    lists.serve('||worse.example^\n');
    await says(/1 rules from/);
    while ((await rcodeOf('worse.example')) !== 3);
    expect(await rcodeOf('x.bad.example')).to.equal(0);
  });

  it('are read another way by a reload, without being fetched anew', async () => {
    lists.serve('|bad.example^\n', '"v1"');
    await start();
    await says(/1 rules from/);
    while ((await rcodeOf('bad.example')) !== 3);
    expect(await rcodeOf('x.bad.example')).to.equal(0);
    site.configure(configure(', match: subdomains'));
    expect((await site.server.reload()).ok).to.equal(true);
    expect(await rcodeOf('x.bad.example')).to.equal(3);
    expect(lists.requests.filter((request) => !request.includes('"v1"'))).to.have.length(1);
  });
});
