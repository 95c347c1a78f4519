import { expect } from 'chai';
import { ClickhouseClient } from '../../../src/logs/clickhouse/client.ts';
import { isTableCursor, searchTable } from '../../../src/logs/clickhouse/pages.ts';
import { summarizeFound } from '../../../src/logs/log-summary.ts';
import { SearchCancelled, type SearchPage } from '../../../src/logs/search.ts';
import {
  type FilterTexts,
  matches,
  parseDecision,
  parseFilter,
} from '../../../src/observe/decision-filter.ts';
import { Chdb, hasChdb } from '../../world/chdb.ts';
import { Clickhouse, hasClickhouse } from '../../world/clickhouse.ts';
import { passOver } from '../../world/needs.ts';
import { NOW, recordLine } from '../written-log.ts';

const NEVER = new AbortController().signal;
const HOUR = 3600;
const LOST = `{"level":50,"time":"${new Date(NOW).toISOString()}","event":"lost","records":3,"msg":"3 records were lost"}`;

/** Of three servers: some of one moment, some of one reference, some years old, some ahead of the clock. */
const LINES = Array.from({ length: 300 }, (_, i) =>
  recordLine(i % 7 === 0 ? 40 : i % 11 === 0 ? -20_000 * HOUR - i : i * i, {
    node: `ns${i % 3}`,
    ref: i % 13 === 0 ? undefined : `r\\x-${i % 50}`,
    ...(i % 10 === 0 && { qname: 'shop.example.com.', layer: 'policy', event: 'blocked' }),
    ...(i % 17 === 0 && { client: '2001:db8::17' }),
  }),
);

const SERVERS = [
  { name: 'ClickHouse 18.16', isHere: hasClickhouse, start: Clickhouse.start },
  { name: 'chDB 26.7, with the schema for recent releases', isHere: hasChdb, start: Chdb.start },
];

for (const { name, isHere, start } of SERVERS)
  describe(`pages of a table in ${name}`, () => {
    let server: Clickhouse | Chdb;
    let client: ClickhouseClient;
    before(async function () {
      if (!isHere()) passOver(this, `${name} is not installed`);
      server = await start();
      // Some of the records are older than it keeps them.
      if (server instanceof Chdb) await server.ask('ALTER TABLE decisions REMOVE TTL');
      client = new ClickhouseClient(server.to);
      // Twice: what a server has sent again stands once.
      for (const _ of [1, 2]) await server.write([...LINES, LOST]);
    });
    after(() => server?.close());

    const search = (options: FilterTexts, limit: number, budget = 1e9) => {
      const request = { options, now: NOW + 1e9, limit, budget };
      return (cursor?: string): Promise<SearchPage> =>
        searchTable(client, { ...request, cursor }, NEVER);
    };

    async function readAll(page: (cursor?: string) => Promise<SearchPage>): Promise<SearchPage[]> {
      const pages: SearchPage[] = [];
      let cursor: string | undefined;
      do {
        const found = await page(cursor);
        pages.push(found);
        cursor = found.next;
        if (cursor !== undefined) expect(cursor).to.satisfy(isTableCursor);
      } while (cursor !== undefined);
      return pages;
    }

    const FILTERS: readonly FilterTexts[] = [
      {},
      { node: 'ns1' },
      { node: ['ns1', 'ns2'], layer: 'policy' },
      { name: 'shop.example.com', event: 'blocked' },
      { client: '2001:db8::/64' },
      { ref: 'r\\x-3' },
      { since: '2026-01-01', until: '2026-11-21T00:00:00Z' },
      { until: '2020-01-01' },
      { name: 'nobody.example' },
    ];
    for (const options of FILTERS) {
      it(`have each record once, the latest first: ${JSON.stringify(options)}`, async () => {
        const filter = parseFilter(options, NOW + 1e9);
        if (typeof filter === 'string') throw new Error(filter);
        const meant = LINES.filter((line) => matches(filter, parseDecision(line)!));
        for (const limit of [1000, 37]) {
          const pages = await readAll(search(options, limit));
          const lines = pages.flatMap((page) => page.lines);
          expect([...lines].sort()).to.deep.equal([...meant].sort());
          const times = lines.map((line) => parseDecision(line)!.time);
          expect(times).to.deep.equal([...times].sort().reverse());
          for (const page of pages) {
            expect(page.lines.length).to.be.at.most(limit);
            expect(page.searched).to.be.within(0, page.total);
          }
        }
      });
    }

    it('end early when their time is over, and go on from there', async () => {
      const pages = await readAll(search({ name: 'shop.example.com' }, 100, 0));
      expect(pages.length).to.be.above(10);
      expect(pages.flatMap((page) => page.lines)).to.have.length(30);
    });

    it('are counted like the log', async () => {
      const request = { options: {}, now: NOW + 1e9, event: undefined, rows: 5 };
      const summary = await summarizeFound((one) => searchTable(client, one, NEVER), {
        ...request,
        by: [['layer']],
        most: 1000,
      });
      expect(summary).to.include({ count: 300, isCut: false });
      const some = await summarizeFound((one) => searchTable(client, one, NEVER), {
        ...{ ...request, by: [['layer']], most: 100 },
      });
      expect(some).to.include({ count: 100, isCut: true });
    });

    it('are given up when nobody waits for them', async () => {
      const stop = new AbortController();
      const request = { options: {}, now: NOW, limit: 10, budget: 1e9 };
      const found = searchTable(client, request, stop.signal);
      stop.abort();
      const error = await found.catch((one) => one);
      expect(error).to.be.instanceOf(SearchCancelled);
    });

    for (const cursor of [
      '',
      'c',
      'x1-0',
      'c1-0-1',
      "c1-0-1-'-",
      'c1-0-1-0-',
      '0123456789abcdef01234567',
    ]) {
      it(`do not go on from ${JSON.stringify(cursor)}`, () => {
        expect(isTableCursor(cursor)).to.equal(false);
      });
    }
  });
