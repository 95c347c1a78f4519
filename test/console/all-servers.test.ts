import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect } from 'chai';
import { buildConsole } from '../../scripts/build-console.ts';
import { CONSOLE_BUILD, readBuild } from '../../src/admin/console-build.ts';
import { findProgram } from '../e2e/processes.ts';
import { NOW, recordLine } from '../logs/written-log.ts';
import { TestBrowser } from '../world/browser.ts';
import { Clickhouse, hasClickhouse } from '../world/clickhouse.ts';
import { askUdp } from '../world/client.ts';
import { Flag, message, question } from '../world/messages.ts';
import { passOver } from '../world/needs.ts';
import { COMMON, ServedSite } from '../world/served-site.ts';

const STRANGER = '127.0.0.2';
/** Records of another server; two of them are of the same query, sent twice. */
const OTHERS = Array.from({ length: 60 }, (_, i) =>
  recordLine(i, { node: 'ns2.test', ...(i % 20 === 0 && { layer: 'policy', event: 'blocked' }) }),
);

describe('the console with ClickHouse', () => {
  let clickhouse: Clickhouse;
  let site: ServedSite;
  before(async function () {
    if (!hasClickhouse()) passOver(this, 'clickhouse-server is not installed');
    if (typeof readBuild(CONSOLE_BUILD) === 'string') await buildConsole();
    clickhouse = await Clickhouse.start();
    await clickhouse.write([...OTHERS, OTHERS[0]!]);
    const { url, user, password } = clickhouse.to;
    site = await serve(`{ url: "${url}", database: dns, user: ${user}, password: "${password}" }`);
    await ask('mine.example');
    while (
      Number(await clickhouse.ask("SELECT count() FROM decisions WHERE node = 'ns1.test'")) < 1
    );
  });
  after(async () => {
    await site?.close();
    await clickhouse?.close();
  });

  async function serve(to: string): Promise<ServedSite> {
    const one = new ServedSite();
    one.configure(
      'acl: { query: { 127.0.0.1: allow } }\nupstreams: { default: { servers: ["127.0.0.1:1"] } }',
      COMMON.replace('record: all', `record: all, clickhouse: ${to}`),
    );
    await one.start();
    return one;
  }

  async function ask(name: string): Promise<void> {
    const octets = message({ id: 1, flags: Flag.RD, questions: [question(name)] });
    await askUdp(site.target(STRANGER), octets);
  }

  /** All pages, the names and servers of what was found. */
  async function found(query: string): Promise<string[]> {
    const all: string[] = [];
    let cursor = '';
    do {
      const page = await site.json(`/api/v1/decisions?${query}&limit=25&cursor=${cursor}`);
      expect(page.source).to.equal(query.includes('from=log') ? 'log' : 'clickhouse');
      for (const { qname, node } of page.decisions) all.push(`${qname} ${node}`);
      cursor = page.next ?? '';
    } while (cursor !== '');
    return all;
  }

  it('finds decisions of all servers, page by page, or those of this one', async () => {
    expect(await found('')).to.have.length(61);
    expect((await found(''))[0]).to.equal('mine.example. ns1.test');
    expect(await found('from=log')).to.deep.equal(['mine.example. ns1.test']);
    expect(await found('node=ns1.test')).to.deep.equal(['mine.example. ns1.test']);
    expect(await found('layer=policy&event=blocked')).to.have.length(3);
    expect(await found('client=10.0.1.5&name=host5.example.net')).to.deep.equal([
      'host5.example.net. ns2.test',
    ]);
  });

  it('finds one by its reference, of whatever server', async () => {
    const { decision } = await site.json('/api/v1/decisions/k3f9x-7');
    expect(decision).to.deep.equal(JSON.parse(OTHERS[7]!));
    const [mine] = site.records();
    expect((await site.json(`/api/v1/decisions/${mine!['ref']}`)).decision).to.deep.equal(mine);
    expect((await site.http('/api/v1/decisions/none-1')).status).to.equal(404);
  });

  it('counts those of all servers, or of this one', async () => {
    const report = await site.json('/api/v1/report?by=layer&event=all');
    expect(report).to.include({ count: 61, isCut: false, source: 'clickhouse' });
    expect(await site.json('/api/v1/report?from=log')).to.include({ count: 1, source: 'log' });
    const some = await site.json('/api/v1/report?event=all&most=40');
    expect(some).to.include({ count: 40, isCut: true });
  });

  for (const [query, why] of [
    ['from=disk', /^from: disk is not known; expect log or clickhouse$/],
    ["cursor=c1-0-1-'-", /^cursor: expect/],
    [`cursor=${'0'.repeat(24)}`, /^cursor: expect/],
    ['from=log&cursor=c1-0', /^cursor: expect/],
    ['type=NONE', /^type: "NONE" is not a type/],
  ] as const) {
    it(`says what is wrong with ${query}`, async () => {
      const { status, body } = await site.http(`/api/v1/decisions?${query}`);
      expect(status).to.equal(400);
      expect(JSON.parse(body).error).to.match(why);
    });
  }

  it('never shows the password', async () => {
    const paths = ['policy', 'overview', 'upstreams', 'decisions', 'report', 'session'];
    for (const path of paths) {
      const { body } = await site.http(`/api/v1/${path}`);
      expect(body).not.to.include(clickhouse.to.password);
    }
  });

  it('says why ClickHouse does not answer, and has this server alone instead', async () => {
    const broken = createServer((_, response) => {
      response.writeHead(500).end(`Code: 241. DB::Exception: Memory limit exceeded`);
    }).listen(0, '127.0.0.1');
    await once(broken, 'listening');
    const { port } = broken.address() as { readonly port: number };
    const other = await serve(`{ url: "http://127.0.0.1:${port}", password: unseen }`);
    try {
      for (const path of ['decisions', 'report']) {
        const { status, body } = await other.http(`/api/v1/${path}`);
        expect([status, body]).to.deep.equal([
          502,
          '{"error":"clickhouse: Code: 241, Memory limit exceeded; from=log asks the log of this server alone"}\n',
        ]);
        expect((await other.http(`/api/v1/${path}?from=log`)).status).to.equal(200);
      }
    } finally {
      await other.close();
      broken.close();
    }
  });

  it('has a page that shows all servers, and this one alone', async function () {
    const chromium = findProgram('chromium');
    if (chromium === undefined) passOver(this, 'chromium is not installed');
    const browser = await TestBrowser.start(chromium!);
    try {
      const window = await browser.open();
      const { page } = window;
      const rows = page.locator('table.decisions tbody tr');
      const { address, port } = site.server.admin;
      const since = new Date(NOW - 3_600_000 + 57_000).toISOString();
      const pages = `http://${address}:${port}/#/decisions`;
      // A search goes on by itself until it has found something: here all of it at a time.
      await page.goto(`${pages}?node=ns2.test&since=${since}`);
      await page.getByText('Of all servers, from ClickHouse').waitFor();
      await rows.filter({ hasText: 'ns2.test' }).nth(2).waitFor();
      expect(await rows.count()).to.equal(3);
      await page.goto(pages);
      await rows.filter({ hasText: 'ns1.test' }).first().waitFor();
      // What is made now comes by the stream, and stands there once.
      await page.locator('.toolbar', { hasText: 'Live' }).waitFor();
      await ask('now.example');
      await rows.filter({ hasText: 'now.example.' }).waitFor();
      await page.getByRole('link', { name: 'Show this server alone' }).click();
      await page.getByText('Of this server alone.').waitFor();
      await rows.filter({ hasText: 'mine.example.' }).waitFor();
      await rows.filter({ hasText: 'now.example.' }).waitFor();
      expect(await rows.count()).to.equal(2);
      await page.getByLabel('Client').fill('10.0.1.5');
      await page.getByRole('button', { name: 'Show', exact: true }).click();
      await page.getByText('No decision is like that.').waitFor();
      await page.getByRole('link', { name: 'Show all servers' }).click();
      await page.getByText('Of all servers, from ClickHouse').waitFor();
      expect(await window.audit('light')).to.deep.equal([]);
      expect(await page.content()).not.to.include(clickhouse.to.password);
      expect(window.takeComplaints()).to.deep.equal([]);
    } finally {
      await browser.close();
    }
  });
});
