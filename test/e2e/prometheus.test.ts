import { copyFileSync } from 'node:fs';
import { expect } from 'chai';
import { alertQueries, dashboardQueries } from '../deploy/promql.ts';
import { answerTo, Upstream } from '../world/upstream.ts';
import { findPort } from './peers.ts';
import { cleanUp, describeWith, findProgram, makeFolder, Program } from './processes.ts';
import { type Rcode5, Site, serve } from './rcode5.ts';
import { ask } from './sockets.ts';

const REFUSED = 5;
const STRANGER = '127.0.0.9';

const CONFIG = `node: e2e
clientGroups: { strangers: [127.0.0.9] }
acl: { query: { strangers: refuse, 127.0.0.0/8: allow } }
policies:
  - name: house
    rules: { blocked.example: nxdomain, refused.example: refuse }
  - { name: zone, rpz: zone.rpz }
`;
const ZONE = `$TTL 60
@ SOA localhost. root.localhost. 7 1 1 1 1
@ NS localhost.
malware.example CNAME .
`;

/** Queries about what a healthy server does not have: right when they are empty. */
const MAY_BE_EMPTY = /^(Lost and turned away C|Reloads and transfers B|annotation 0|Rcode5\w+)$/;

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: { readonly result: readonly { readonly value: [number, string] }[] };
}

interface Rules {
  readonly data: {
    readonly groups: readonly {
      readonly rules: readonly { name: string; health: string; state: string }[];
    }[];
  };
}

describeWith(['prometheus'], 'e2e: Prometheus watches a server', () => {
  let upstream: Upstream;
  let server: Rcode5;
  let prometheus: Program;
  let url: string;

  before(async () => {
    upstream = await Upstream.start(({ octets, name }) =>
      answerTo(octets, name.startsWith('secret') ? { rcode: REFUSED } : {}),
    );
    const upstreams = `upstreams: { default: { servers: ["${upstream.server}"] } }\n`;
    server = await serve(new Site(CONFIG + upstreams, { 'zone.rpz': ZONE }));
    // Counters begin with what makes them, and a rate takes a second value.
    await askAll();
    await startPrometheus();
    await prometheus.until('a scrape', () => scraped(1));
    await askAll();
    await fetch(`${server.admin}/api/reload`, { method: 'POST' });
    await askAll();
    await prometheus.until('scrapes', () => scraped(4));
  });
  after(async () => {
    await cleanUp();
    upstream?.close();
  });

  async function askAll(): Promise<void> {
    const { port } = server;
    for (const name of ['www.example', 'www.example', 'secret.example', 'blocked.example']) {
      await ask(port, name);
    }
    await ask(port, 'refused.example', { transport: 'tcp' });
    await ask(port, 'malware.example');
    await ask(port, 'www.example', { source: STRANGER });
  }

  async function startPrometheus(): Promise<void> {
    const folder = makeFolder();
    const port = await findPort();
    url = `http://127.0.0.1:${port}`;
    copyFileSync('config/deploy/prometheus/alerts.yaml', `${folder}/alerts.yaml`);
    const config = `${folder}/prometheus.yaml`;
    const target = new URL(server.admin).host;
    server.site.write('prometheus.yaml', prometheusConfig(target));
    copyFileSync(server.site.path('prometheus.yaml'), config);
    prometheus = new Program(findProgram('prometheus')!, [
      `--config.file=${config}`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ]);
  }

  async function query(expr: string): Promise<Answer> {
    const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expr)}`);
    return (await response.json()) as Answer;
  }

  async function scraped(times: number): Promise<true | undefined> {
    const { data } = await query('count_over_time(up{job="rcode5"}[1m])').catch(() => NOTHING);
    return Number(data.result[0]?.value[1] ?? 0) >= times ? true : undefined;
  }

  it('finds a server that is up', async () => {
    const { data } = await query('up{job="rcode5"}');
    expect(data.result.map(({ value }) => value[1])).to.deep.equal(['1']);
  });

  for (const { name, expr } of [...dashboardQueries('1m'), ...alertQueries()]) {
    it(`evaluates ${name}`, async () => {
      const { status, error, data } = await query(expr);
      expect(status, error).to.equal('success');
      if (!MAY_BE_EMPTY.test(name)) expect(data.result, expr).to.not.deep.equal([]);
    });
  }

  it('counts refusals by layer as the records do', async () => {
    const { data } = await query('sum(rcode5_refused_total)');
    const refused = server.site.records().filter(({ rcode }) => rcode === 'REFUSED');
    expect(Number(data.result[0]?.value[1])).to.equal(refused.length);
  });

  it('has evaluated all alerts, and fires none that a healthy server should not', async () => {
    const { data } = (await (await fetch(`${url}/api/v1/rules`)).json()) as Rules;
    const rules = data.groups.flatMap((group) => group.rules);
    expect(rules.map(({ name }) => name)).to.have.members(alertQueries().map(({ name }) => name));
    for (const { name, health, state } of rules) {
      expect(health, name).to.equal('ok');
      // Most of what this upstream was asked, it refused.
      const expected = name === 'Rcode5UpstreamRefusing' ? 'pending' : 'inactive';
      expect(state, name).to.be.oneOf([expected, 'inactive']);
    }
  });
});

const NOTHING: Answer = { status: 'error', data: { result: [] } };

function prometheusConfig(target: string): string {
  return `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [alerts.yaml]
scrape_configs:
  - { job_name: rcode5, static_configs: [{ targets: ["${target}"] }] }
`;
}
