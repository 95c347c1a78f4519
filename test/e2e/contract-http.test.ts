import { expect } from 'chai';
import { startWorld, type World } from './contract-world.ts';
import { dig } from './dig.ts';
import { cleanUp, describeWith } from './processes.ts';
import { Site, spawnRcode5 } from './rcode5.ts';

/** Metrics by name, with their labels in the order of the exposition. */
const METRICS: Readonly<Record<string, readonly string[]>> = {
  rcode5_queries_total: ['transport'],
  rcode5_responses_total: ['rcode', 'layer', 'transport'],
  rcode5_refused_total: ['layer', 'origin', 'rule', 'client_group', 'qtype'],
  rcode5_policy_hits_total: ['policy', 'action', 'mode'],
  rcode5_upstream_responses_total: ['upstream', 'rcode'],
  rcode5_upstream_refused_total: ['upstream', 'verdict', 'scope'],
  rcode5_upstream_rtt_seconds_bucket: ['le'],
  rcode5_upstream_rtt_seconds_sum: [],
  rcode5_upstream_rtt_seconds_count: [],
  rcode5_response_seconds_bucket: ['le', 'path'],
  rcode5_response_seconds_sum: ['path'],
  rcode5_response_seconds_count: ['path'],
  rcode5_upstream_up: ['upstream'],
  rcode5_cache_hits_total: [],
  rcode5_cache_misses_total: [],
  rcode5_cache_entries: [],
  rcode5_cache_evictions_total: [],
  rcode5_policy_info: ['hash', 'node'],
  rcode5_policy_zone_serial: ['policy'],
  rcode5_policy_zone_rules: ['policy'],
  rcode5_policy_zone_ignored_rules: ['policy'],
  rcode5_policy_zone_age_seconds: ['policy'],
  rcode5_reloads_total: ['result'],
  rcode5_decision_log_records_total: [],
  rcode5_decision_log_bytes_total: [],
  rcode5_decision_log_errors_total: [],
  rcode5_inflight_queries: [],
  process_cpu_seconds_total: [],
  nodejs_eventloop_lag_seconds: [],
};

/** Filters, and how many decisions of those that `before` has made they leave. */
const FILTERS = [
  { filter: 'layer=acl', count: 2 },
  { filter: 'layer=upstream', count: 2 },
  { filter: 'client=127.0.99.0/24', count: 2 },
  { filter: 'client=127.0.99.2', count: 1 },
  { filter: 'name=gambling.example', count: 1 },
  { filter: 'type=MX', count: 1 },
  { filter: 'event=refused', count: 4 },
  { filter: 'event=refused&layer=acl&name=www.example', count: 2 },
  { filter: 'since=1h', count: 5 },
  { filter: 'since=2099-01-01T00:00:00Z', count: 0 },
  { filter: 'limit=1', count: 1 },
] as const;

const WRONG = ['layer=none', 'event=none', 'client=10.0.0.0/64', 'type=NONE', 'since=ever'];

/** What the answers have, each some of it. */
interface Told {
  readonly ok: boolean;
  readonly policy: string;
  readonly error: string;
  readonly problems: readonly string[];
  readonly policies: readonly object[];
  readonly decision: object;
  readonly trace: readonly { readonly verdict: string }[];
  readonly decisions: readonly { readonly time: string }[];
}

describeWith(['nsd', 'unbound', 'dig'], 'e2e: what admin HTTP is promised to tell', () => {
  let world: World;
  const get = (target: string, init?: RequestInit) => fetch(`${world.server.admin}${target}`, init);
  const json = async (target: string, init?: RequestInit) =>
    (await (await get(target, init)).json()) as Told;

  before(async () => {
    world = await startWorld();
    const ask = (...args: string[]) => dig(world.server.port, ...args);
    await ask('-b', '127.0.99.1', 'www.example');
    await ask('-b', '127.0.99.2', 'www.example');
    await ask('www.gambling.example', 'MX');
    await ask('www.strict.example');
    await ask('www.example');
  });
  after(() => {
    world?.close();
    return cleanUp();
  });

  it('is health, and readiness with the hash of the policy', async () => {
    expect((await get('/healthz')).status).to.equal(200);
    const reply = await get('/readyz');
    expect(reply.status).to.equal(200);
    expect(((await reply.json()) as Told).policy).to.match(/^[0-9a-f]{8}$/);
  });

  for (const { filter, count } of FILTERS) {
    it(`is ${count} decisions for ${filter}`, async () => {
      const { decisions } = await json(`/api/decisions?${filter}`);
      expect(decisions).to.have.length(count);
      const times = decisions.map(({ time }) => time);
      expect(times).to.deep.equal([...times].sort().reverse());
    });
  }

  for (const filter of WRONG) {
    it(`is an error that says what to expect for ${filter}`, async () => {
      const reply = await get(`/api/decisions?${filter}`);
      expect(reply.status).to.equal(400);
      expect(((await reply.json()) as Told).error).to.match(/expect/);
    });
  }

  it('is decisions as they are made', async () => {
    const ended = new AbortController();
    const { body, headers } = await get('/api/decisions/stream', { signal: ended.signal });
    expect(headers.get('content-type')).to.equal('text/event-stream');
    const once = () => dig(world.server.port, '-b', '127.0.99.3', 'streamed.example');
    // The threads learn a moment later that somebody listens.
    const asked = once().then(once);
    let text = '';
    for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (/^data: .*\n\n/m.test(text)) break;
    }
    ended.abort();
    await asked;
    const [, data] = /^data: (.*)$/m.exec(text)!;
    expect(JSON.parse(data!)).to.include({ qname: 'streamed.example.', layer: 'acl' });
  });

  it('is the explanation that the command gives', async () => {
    const question = 'client=127.0.99.1&name=www.example&type=AAAA';
    const { decision, trace } = await json(`/api/explain?${question}`);
    expect(decision).to.include({ rcode: 'REFUSED', layer: 'acl', qtype: 'AAAA' });
    expect(trace.map(({ verdict }) => verdict)).to.deep.equal(['pass', 'refuse']);
    expect((await get('/api/explain?client=127.0.99.1')).status).to.equal(400);
  });

  it('is the policy', async () => {
    const { policy, policies } = await json('/api/policy');
    expect(policy).to.match(/^[0-9a-f]{8}$/);
    expect(policies[1]).to.deep.include({ name: 'malware', serial: 42, rules: 6 });
  });

  it('reloads, and keeps what there is when the configuration is wrong', async () => {
    const { site } = world.server;
    const reload = () => json('/api/reload', { method: 'POST' });
    const { policy, ...good } = await reload();
    expect(good).to.include({ ok: true });
    site.write('ads.txt', 'ads.example\nmore.example\n');
    const changed = await reload();
    expect(changed.policy).to.not.equal(policy);
    site.write('malware.rpz', 'nonsense');
    const bad = await reload();
    expect(bad).to.include({ ok: false, policy: changed.policy });
    expect(bad.problems.join()).to.match(/malware\.rpz:\d+:\d+: .*expect/);
    const wrong = await get('/api/reload');
    expect([wrong.status, wrong.headers.get('allow')]).to.deep.equal([405, 'POST']);
  });

  it('is nothing for pages of others', async () => {
    const { admin } = world.server;
    const origin = { origin: 'http://elsewhere.example' };
    expect((await get('/api/policy', { headers: origin })).status).to.equal(403);
    const reload = { method: 'POST', headers: origin };
    expect((await fetch(`${admin}/api/reload`, reload)).status).to.equal(403);
  });

  it('has every metric with its labels', async () => {
    const text = await (await get('/metrics')).text();
    for (const [metric, labels] of Object.entries(METRICS)) {
      const [line, set = ''] = new RegExp(`^${metric}(?:{(.*)})? .*$`, 'm').exec(text) ?? [];
      expect(line, metric).to.be.a('string');
      const names = [...set.matchAll(/(\w+)="/g)].map(([, name]) => name);
      expect(names, metric).to.deep.equal(labels);
    }
  });
});

describe('e2e: what admin HTTP is promised to keep', () => {
  after(cleanUp);

  it('is not served off loopback without a token', async () => {
    const site = new Site('admin: { listen: "0.0.0.0:0" }\n');
    const program = spawnRcode5(['serve', '-c', site.config]);
    expect((await program.ended).code).to.equal(2);
    expect(program.stderr).to.match(/site\.yaml:\d+:\d+: .*token/);
  });

  it('is told to those who have the token', async () => {
    const site = new Site('admin: { listen: "127.0.0.1:0", token: 0123456789abcdef0123 }\n');
    const program = spawnRcode5(['serve', '-c', site.config]);
    const [, admin] = /admin HTTP on (http:[^"]+)/.exec(await program.says(/admin HTTP on /))!;
    const ask = (headers: Record<string, string>) => fetch(`${admin}/metrics`, { headers });
    expect((await ask({})).status).to.equal(401);
    expect((await ask({ authorization: 'Bearer wrong' })).status).to.equal(401);
    expect((await ask({ authorization: 'Bearer 0123456789abcdef0123' })).status).to.equal(200);
  });
});
