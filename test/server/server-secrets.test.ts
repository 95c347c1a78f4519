import { expect } from 'chai';
import { pino } from 'pino';
import { askUdp } from '../world/client.ts';
import { Flag, message, question } from '../world/messages.ts';
import { forwardTo, ServedSite } from '../world/served-site.ts';
import { Upstream } from '../world/upstream.ts';

const TOKEN = 'a-token-that-nobody-may-see';
const COMMON = `
node: ns1.test
threads: 1
listen: ["127.0.0.1:0"]
decisionLog: { to: decisions.log, record: all }
admin: { listen: "127.0.0.1:0", probes: "127.0.0.1:0", token: "\${TOKEN}" }
`;

/** Everything that the admin HTTP can be asked; the stream has what the list has. */
const TARGETS = [
  '/healthz',
  '/readyz',
  '/metrics',
  '/api/decisions',
  '/api/explain?client=127.0.0.1&name=a.example',
  '/api/policy',
  '/nothing',
];

describe('server secrets', () => {
  let site: ServedSite;
  let upstream: Upstream;
  let said: string;

  beforeEach(async () => {
    said = '';
    const write = (line: string) => {
      said += line;
    };
    const log = pino({ level: 'trace' }, { write });
    site = new ServedSite();
    site.environment = { TOKEN };
    upstream = await Upstream.start();
    site.configure(forwardTo(upstream.server), COMMON);
    await site.start(undefined, log);
  });
  afterEach(async () => {
    await site?.close();
    upstream?.close();
  });

  const headers = { authorization: `Bearer ${TOKEN}` };

  it('stand neither in the log, nor in records, nor in any answer', async () => {
    const query = message({ flags: Flag.RD, questions: [question('bad.example')] });
    await askUdp(site.target('127.0.0.2'), query);
    for (const target of TARGETS) {
      const { status, body } = await site.http(target, { headers });
      expect(status, target).to.be.oneOf([200, 404]);
      expect(body, target).not.to.include(TOKEN);
    }
    // A configuration in which the variable stands where it makes no sense, and one without it.
    for (const wrong of [`ede: "\${TOKEN}"`, `"\${TOKEN}": 1`, `routes: { a: "\${TOKEN}" }`]) {
      site.configure(`${forwardTo(upstream.server)}\n${wrong}\n`, COMMON);
      const { status, body } = await site.http('/api/reload', { method: 'POST', headers });
      expect(status).to.equal(422);
      expect(body).to.include(`\${TOKEN}`).and.not.to.include(TOKEN);
    }
    await site.http('/api/policy');
    expect(said).to.include('reload failed').and.not.to.include(TOKEN);
    expect(JSON.stringify(site.records())).not.to.include(TOKEN);
  });

  it('are not needed to learn whether it lives and serves, and no more than that', async () => {
    const { address, port } = site.server.probes!;
    const ask = (path: string, init?: RequestInit) =>
      fetch(`http://${address}:${port}${path}`, init);
    for (const path of ['/healthz', '/readyz']) {
      const response = await ask(path);
      expect([response.status, await response.text()]).to.deep.equal([200, 'ok\n']);
    }
    for (const path of ['/metrics', '/api/policy', '/api/decisions']) {
      expect((await ask(path)).status, path).to.equal(404);
    }
    expect((await ask('/api/reload', { method: 'POST' })).status).to.equal(404);
    expect((await site.http('/readyz')).status).to.equal(401);
  });
});
