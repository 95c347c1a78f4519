import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { askTcp, askUdp } from '../world/client.ts';
import { Flag, message, question } from '../world/messages.ts';
import { passOver } from '../world/needs.ts';
import { forwardTo, ServedSite } from '../world/served-site.ts';
import { Upstream } from '../world/upstream.ts';

const STRANGER = '127.0.0.2';
const MINE = `
clientGroups: { strangers: [127.0.0.2/31] }
policies:
  - name: house
    rules: { bad.example: nxdomain, "*.worse.example": refuse }
`;

describe('server admin', () => {
  let site: ServedSite;
  let upstream: Upstream;
  beforeEach(async () => {
    site = new ServedSite();
    upstream = await Upstream.start();
    await site.start(forwardTo(upstream.server) + MINE);
  });
  afterEach(async () => {
    await site?.close();
    upstream?.close();
  });

  async function ask(name: string, from?: string): Promise<void> {
    await askUdp(site.target(from), message({ flags: Flag.RD, questions: [question(name)] }));
  }

  it('GET /healthz says ok', async () => {
    expect(await site.http('/healthz')).to.include({ status: 200, body: 'ok\n' });
  });

  it('GET /readyz says by which policy it serves', async () => {
    const { hash } = site.server.serving.policy;
    expect(await site.http('/readyz')).to.include({ status: 200, type: 'application/json' });
    expect(await site.json('/readyz')).to.deep.equal({
      ready: true,
      node: 'ns1.test',
      policy: hash,
      zones: {},
    });
  });

  it('GET /api/decisions gives the latest decisions, as they are in the log', async () => {
    await ask('www.example.com', STRANGER);
    await ask('bad.example');
    const { decisions } = await site.json('/api/decisions');
    expect(decisions).to.deep.equal(site.records().toReversed());
  });

  it('GET /api/decisions gives those that are asked for', async () => {
    for (const name of ['a.example', 'bad.example', 'b.example']) await ask(name, STRANGER);
    for (const name of ['bad.example', 'a.worse.example', 'a.example']) await ask(name);
    const names = async (filter: string) => {
      const { decisions } = await site.json(`/api/decisions?${filter}`);
      return decisions.map(({ qname }: { qname: string }) => qname);
    };
    expect(await names('layer=policy')).to.deep.equal(['a.worse.example.', 'bad.example.']);
    expect(await names(`client=${STRANGER}&name=bad.example`)).to.deep.equal(['bad.example.']);
    expect(await names('event=refused&limit=2')).to.deep.equal(['a.worse.example.', 'b.example.']);
    expect(await names('limit=0')).to.deep.equal([]);
  });

  for (const [filter, why] of [
    ['layer=wall', /layer.*expect .*acl/],
    ['limit=many', /^limit: expect a number$/],
    ['client=here', /client/],
  ] as const) {
    it(`GET /api/decisions?${filter} says what it expects`, async () => {
      const { status, body } = await site.http(`/api/decisions?${filter}`);
      expect(status).to.equal(400);
      expect(JSON.parse(body).error).to.match(why);
    });
  }

  it('GET /api/decisions/stream gives each decision as it is made', async () => {
    const { address, port } = site.server.admin;
    const stop = new AbortController();
    const url = `http://${address}:${port}/api/decisions/stream?event=refused`;
    const { body, headers } = await fetch(url, { signal: stop.signal });
    expect(headers.get('content-type')).to.equal('text/event-stream');
    const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).to.equal(': decisions\n\n');
    await ask('www.example.com');
    await ask('www.example.com', STRANGER);
    const { value } = await reader.read();
    expect(value).to.match(/^data: .*\n\n$/);
    expect(JSON.parse(value!.slice('data: '.length))).to.deep.equal(site.records()[1]);
    stop.abort();
  });

  it('GET /api/explain says what the server would do, and why', async () => {
    await ask('www.example.com', STRANGER);
    const explained = await site.json(`/api/explain?client=${STRANGER}&name=www.example.com`);
    const [record] = site.records();
    const keys = ['event', 'rcode', 'layer', 'action', 'rule', 'policy', 'group', 'ede'] as const;
    for (const key of keys) {
      expect(explained.decision[key], key).to.deep.equal(record![key]);
    }
    expect(explained.trace.map(({ layer }: { layer: string }) => layer)).to.deep.equal([
      'protocol',
      'acl',
    ]);
    expect(explained.trace[1]).to.include({ verdict: 'refuse' });
  });

  it('GET /api/explain takes a listener that is served, and no other', async () => {
    const listener = `127.0.0.1:${site.target().port}`;
    const asked = '/api/explain?client=127.0.0.1&name=a.b&listener=';
    const { decision } = await site.json(asked + listener);
    expect(decision).to.include({ listener, view: 'default' });
    const { status, body } = await site.http(`${asked}192.0.2.1:53`);
    expect(status).to.equal(400);
    expect(JSON.parse(body).error).to.equal(`listener 192.0.2.1:53: expect one of ${listener}`);
  });

  it('GET /api/explain tells of the group that a query would be forwarded to', async () => {
    const { decision, trace } = await site.json('/api/explain?client=127.0.0.1&name=a.b&type=TXT');
    expect(decision).to.include({ event: 'answered', action: 'forward', qtype: 'TXT' });
    expect(trace.at(-1)).to.include({
      layer: 'route',
      verdict: 'pass',
      why: 'goes to the upstream group default',
    });
    expect(upstream.asked).to.deep.equal([]);
  });

  for (const query of ['', 'client=127.0.0.1', 'client=x&name=a.b', 'client=::1&name=a..b']) {
    it(`GET /api/explain?${query} says what it expects`, async () => {
      const { status, body } = await site.http(`/api/explain?${query}`);
      expect(status).to.equal(400);
      expect(JSON.parse(body).error).to.match(/expect/);
    });
  }

  it('GET /api/policy describes what is in force', async () => {
    const described = await site.json('/api/policy');
    expect(described).to.deep.include({
      node: 'ns1.test',
      policy: site.server.serving.policy.hash,
      file: site.path('site.yaml'),
      listeners: [`127.0.0.1:${site.target().port}`],
      warnings: [...site.server.serving.warnings],
    });
    expect(described.policies).to.deep.equal([
      { name: 'house', file: site.path('site.yaml'), rules: 2, ignored: {} },
    ]);
    const [{ name, servers }] = described.upstreams;
    expect(name).to.equal('default');
    expect(servers[0]).to.include({ address: upstream.server, up: true, loop: false });
    expect(described).to.not.have.property('lastReload');
  });

  it('POST /api/reload reloads, and says what became of it', async () => {
    const reload = () => site.http('/api/reload', { method: 'POST' });
    const done = await reload();
    expect(done.status).to.equal(200);
    expect(JSON.parse(done.body)).to.include({ ok: true });
    site.configure('upstreams: {}\n');
    const failed = await reload();
    expect(failed.status).to.equal(422);
    const result = JSON.parse(failed.body);
    expect(result.problems[0]).to.match(/site\.yaml:\d+:\d+: .*; expect /);
    expect((await site.json('/api/policy')).lastReload).to.deep.equal(result);
    const { body } = await site.http('/metrics');
    expect(body).to.match(/^rcode5_reloads_total\{result="ok"\} 1$/m);
    expect(body).to.match(/^rcode5_reloads_total\{result="failed"\} 1$/m);
  });

  it('GET /api/reload does not reload', async () => {
    expect((await site.http('/api/reload')).status).to.equal(405);
  });

  describe('server admin GET /metrics', () => {
    /** Many kinds of decisions. */
    async function decide(): Promise<void> {
      for (const from of [undefined, STRANGER]) {
        for (const name of ['www.example.com', 'bad.example', 'a.worse.example', 'a.test']) {
          await ask(name, from);
          await ask(name, from);
        }
      }
      const chaos = message({ questions: [question('id.server', 16, 3), question('a.b')] });
      await askTcp(site.target(), chaos);
      upstream.script = ({ octets }) => {
        const refused = Uint8Array.from(octets);
        refused.set([octets[2]! | 0x80, 5], 2);
        return refused;
      };
      for (const name of ['one.example', 'one.example', 'two.example']) await ask(name);
    }

    it('counts each refusal that has a record', async () => {
      await decide();
      const { body } = await site.http('/metrics');
      const counts = [...body.matchAll(/^rcode5_refused_total\{.*\} (\d+)$/gm)];
      const sum = counts.reduce((total, [, count]) => total + Number(count), 0);
      const refused = site.records().filter(({ event }) => event === 'refused');
      expect(refused).to.have.lengthOf(13);
      expect(sum).to.equal(refused.length);
      expect(body).to.include(
        'rcode5_refused_total{layer="acl",origin="local",rule="built-in default",client_group="strangers",qtype="A"} 8',
      );
      expect(body).to.match(/^rcode5_decision_log_records_total 20$/m);
    });

    it('has names and types that say what they count', async () => {
      await decide();
      const { body } = await site.http('/metrics');
      const types = [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
      for (const [, name, type] of types) {
        if (/^(process|nodejs)_/.test(name!)) continue;
        expect(name).to.match(/^rcode5_[a-z0-9_]+$/);
        expect(name!.endsWith('_total'), name).to.equal(type === 'counter');
        expect(body).to.match(new RegExp(`^# HELP ${name} [A-Z].*\\.$`, 'm'));
      }
      expect(types.length).to.be.above(20);
    });

    it('has nothing that promtool would complain of', async function () {
      await decide();
      const { body: input } = await site.http('/metrics');
      const { error, status, stderr } = spawnSync('promtool', ['check', 'metrics'], { input });
      if (error !== undefined) return passOver(this, 'promtool does not run');
      expect(String(stderr)).to.equal('');
      expect(status).to.equal(0);
    });
  });
});
