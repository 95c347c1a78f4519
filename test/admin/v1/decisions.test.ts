import { expect } from 'chai';
import type { DecisionsPage } from '../../../src/admin/api/answers.ts';
import { storeOfMemory } from '../../../src/admin/v1/decision-store.ts';
import { RecentDecisions } from '../../../src/observe/recent.ts';
import { askUdp } from '../../world/client.ts';
import { Flag, message, question } from '../../world/messages.ts';
import { forwardTo, ServedSite } from '../../world/served-site.ts';
import { Upstream } from '../../world/upstream.ts';

const STRANGER = '127.0.0.2';
/** What the stranger asks for, the latest first. */
const HOSTS: readonly string[] = [4, 3, 2, 1, 0].map((i) => `host${i}.example.`);
const MINE = `
clientGroups: { strangers: [127.0.0.2/31] }
clientNames: [{ hosts: names }]
policies:
  - name: house
    rules: { bad.example: nxdomain, "*.worse.example": refuse }
`;

describe('admin/v1 decisions', () => {
  let site: ServedSite;
  let upstream: Upstream;
  before(async () => {
    site = new ServedSite();
    upstream = await Upstream.start();
    site.write('names', `${STRANGER} laptop-17\n`);
    await site.start(forwardTo(upstream.server) + MINE);
    for (const name of ['a.example', 'bad.example', 'x.worse.example']) await ask(name);
    for (let i = 0; i < 5; i++) await ask(`host${i}.example`, STRANGER);
  });
  after(async () => {
    await site?.close();
    upstream?.close();
  });

  async function ask(name: string, from?: string): Promise<void> {
    await askUdp(site.target(from), message({ flags: Flag.RD, questions: [question(name)] }));
  }

  /** All pages: a search ends a page when its time is over, as it is early on a busy machine. */
  async function pages(query: string, limit = 50): Promise<DecisionsPage[]> {
    const all: DecisionsPage[] = [];
    let cursor = '';
    do {
      const path = `/api/v1/decisions?${query}&limit=${limit}&cursor=${cursor}`;
      const page: DecisionsPage = await site.json(path);
      expect(page.decisions.length).to.be.at.most(limit);
      all.push(page);
      cursor = page.next ?? '';
    } while (cursor !== '');
    return all;
  }

  async function names(query: string): Promise<readonly (string | undefined)[]> {
    return (await pages(query)).flatMap(({ decisions }) => decisions.map(({ qname }) => qname));
  }

  it('are those of the log, the latest first', async () => {
    const all = await pages('');
    expect(all.flatMap(({ decisions }) => decisions)).to.deep.equal(site.records().toReversed());
    for (const { source } of all) expect(source).to.equal('log');
    const found = Object.assign({}, ...all.map((page) => page.names));
    expect(found).to.deep.equal({ [STRANGER]: 'laptop-17' });
  });

  for (const { query, found } of [
    { query: 'layer=policy', found: ['x.worse.example.', 'bad.example.'] },
    { query: 'rcode=NXDOMAIN', found: ['bad.example.'] },
    { query: 'rule=house%2F*.worse.example', found: ['x.worse.example.'] },
    { query: 'group=strangers&name=host3.example', found: ['host3.example.'] },
    { query: `client=${STRANGER}&name=host4.example`, found: ['host4.example.'] },
    { query: 'client=127.0.0.0/31&event=answered', found: ['a.example.'] },
    { query: 'client=laptop-17', found: HOSTS },
    {
      query: 'client=127.0.0.1,127.0.0.9&layer=policy',
      found: ['x.worse.example.', 'bad.example.'],
    },
    { query: 'type=AAAA', found: [] },
    { query: 'since=2030-01-01', found: [] },
    { query: `layer=&until=2030-01-01&client=${STRANGER}`, found: HOSTS },
  ]) {
    it(`are found by ${query}`, async () => {
      expect(await names(query)).to.deep.equal(found);
    });
  }

  it('come page by page', async () => {
    const all = await pages('', 3);
    expect(all.length).to.be.at.least(3);
    expect(all.flatMap(({ decisions }) => decisions)).to.deep.equal(site.records().toReversed());
  });

  it('are found by their reference', async () => {
    const record = site.records()[4]!;
    const { decision } = await site.json(`/api/v1/decisions/${record['ref']}`);
    expect(decision).to.deep.equal(record);
    const named = await site.json(`/api/v1/client-names?addresses=${STRANGER},127.0.0.1`);
    expect(named).to.deep.equal({ names: { [STRANGER]: 'laptop-17' } });
    expect((await site.http('/api/v1/decisions/none-1')).status).to.equal(404);
  });

  it('are counted', async () => {
    const report = await site.json('/api/v1/report?by=client,rule&event=all&top=2');
    expect(report).to.include({ count: 8, records: 8, isCut: false });
    expect(report.by.client.rows[0]).to.include({ client: STRANGER, count: 5 });
    expect(await site.json('/api/v1/report')).to.include({ event: 'refused', count: 6 });
  });

  for (const [path, why] of [
    ['decisions?layer=wall', /^layer: .*expect .*acl/],
    ['decisions?colour=red', /^colour: not a parameter; expect .*client/],
    ['decisions?client=nobody', /^client: no client is named nobody; expect a name/],
    ['explain?client=nobody&name=a', /^client: no client is named nobody/],
    ['decisions/%', /^ref: expect a reference/],
    ['decisions?limit=0', /^limit: 0 is not possible; expect a number from 1 to 1000$/],
    ['decisions?limit=1e9', /^limit: 1e9 /],
    ['decisions?cursor=..%2Fetc', /^cursor: expect/],
    ['decisions?rcode=WRONG', /^rcode: "WRONG" is not an rcode/],
    ['decisions?since=yesterday', /^since: "yesterday" is not a time/],
    ['decisions/stream?until=x', /^until: "x" is not a time/],
    ['report?by=colour', /^by: colour is not known; expect layer/],
    ['report?event=seen', /^event: seen is not known; expect refused/],
  ] as const) {
    it(`/api/v1/${path} says what it expects`, async () => {
      const { status, body } = await site.http(`/api/v1/${path}`);
      expect(status).to.equal(400);
      expect(JSON.parse(body).error).to.match(why);
    });
  }

  it('are found after the search thread has gone, and when many ask at once', async () => {
    const all = await Promise.all(Array.from({ length: 12 }, () => names('layer=policy')));
    for (const one of all) expect(one).to.have.lengthOf(2);
  });
});

describe('admin/v1 decisions without a log on disk', () => {
  let site: ServedSite;
  before(async () => {
    site = new ServedSite();
    site.write('empty', '');
    const common = `threads: 0\nlisten: ["127.0.0.1:0"]\nadmin: { listen: "127.0.0.1:0" }\n`;
    const log = 'decisionLog: { to: /dev/null, record: all }\n';
    site.configure(`${forwardTo('127.0.0.1:9', '192.0.2.1: allow')}${log}`, common);
    await site.start();
    for (let i = 0; i < 5; i++) {
      const octets = message({ flags: Flag.RD, questions: [question(`host${i}.example`)] });
      await askUdp(site.target(), octets);
    }
  });
  after(() => site.close());

  it('are those in memory, page by page', async () => {
    const found: unknown[] = [];
    let cursor = '';
    do {
      const page: DecisionsPage = await site.json(`/api/v1/decisions?limit=2&cursor=${cursor}`);
      expect(page.source).to.equal('memory');
      found.push(...page.decisions.map(({ qname }) => qname));
      cursor = page.next ?? '';
    } while (cursor !== '');
    expect(found).to.deep.equal([4, 3, 2, 1, 0].map((i) => `host${i}.example.`));
    expect(await site.json('/api/v1/report')).to.include({ count: 5, source: 'memory' });
  });
});

describe('admin/v1 decisions in memory', () => {
  it('come once each, though many are of one time', async () => {
    const time = '2026-11-20T23:00:00.000Z';
    const recent = new RecentDecisions();
    for (let i = 0; i < 7; i++) {
      const line = Buffer.from(`${JSON.stringify({ time, event: 'refused', ref: `r${i}` })}\n`);
      recent.add(line, 0, line.length);
    }
    const store = storeOfMemory(() => [recent]);
    const found: unknown[] = [];
    let cursor: string | undefined;
    do {
      const request = { options: {}, now: 0, limit: 2, budget: 500, ...(cursor && { cursor }) };
      const page = await store.page(request, new AbortController().signal);
      found.push(...page.decisions.map(({ ref }) => ref));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(new Set(found).size).to.equal(7);
    expect(found).to.have.lengthOf(7);
  });
});
