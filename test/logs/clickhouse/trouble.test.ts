import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { ClickhouseClient } from '../../../src/logs/clickhouse/client.ts';
import { ClickhouseDelivery } from '../../../src/logs/clickhouse/delivery.ts';
import { COLUMNS, RowWriter } from '../../../src/logs/clickhouse/rows.ts';
import { Sending } from '../shipping/sending.ts';
import { recordLine, type WrittenLog, writeLog } from '../written-log.ts';

const HOUR_MS = 3_600_000;
/** Milliseconds until a server that says nothing is given up: here, and else. */
const SHORT_MS = 40;
const TIMEOUT_MS = 30_000;
const ALL = [...COLUMNS, { name: 'record', type: 'String' }];
const describing = (columns: readonly { readonly name: string; readonly type: string }[]) =>
  columns.map(({ name, type }) => JSON.stringify({ name, type })).join('\n');

/** What a server answers to a question about the table, and to rows; without one it says nothing. */
interface Answers {
  readonly table?: readonly [status: number, body: string] | undefined;
  readonly rows?: readonly [status: number, body: string] | undefined;
}

const FINE: Answers = { table: [200, describing(ALL)], rows: [200, ''] };

const TROUBLES: readonly (readonly [what: string, answers: Answers, why: RegExp])[] = [
  ['500 without a reason', { table: [500, ''] }, /^status 500: $/],
  [
    '500 for want of memory',
    {
      ...FINE,
      rows: [
        500,
        'Code: 241, e.displayText() = DB::Exception: Memory limit, e.what() = DB::Exception\n',
      ],
    },
    /^Code: 241, Memory limit$/,
  ],
  [
    '500, as releases of today write it',
    { ...FINE, rows: [500, 'Code: 252. DB::Exception: Too many parts. (TOO_MANY_PARTS)\n'] },
    /^Code: 252, Too many parts\. \(TOO_MANY_PARTS\)$/,
  ],
  ['503 of a proxy', { table: [503, '<h1>away</h1>'] }, /^status 503: <h1>away<\/h1>$/],
  ['no right to write', { ...FINE, rows: [403, 'Code: 497. DB::Exception: b'] }, /^Code: 497, b$/],
  ['nothing at all', {}, /timeout/],
  ['nothing to rows', { table: FINE.table }, /timeout/],
  [
    'a table of another version',
    { ...FINE, table: [200, describing([...COLUMNS, { name: 'record', type: 'JSON' }])] },
    /^the table decisions has another schema; expect the columns record String, as in config\/deploy\/clickhouse\/schema\.sql$/,
  ],
  [
    'a table with no place for records',
    { ...FINE, table: [200, describing(COLUMNS.filter(({ name }) => name !== 'time'))] },
    /expect the columns time UInt64, record String, as in/,
  ],
];

describe('records to a ClickHouse in trouble', () => {
  let server: Server;
  let log: WrittenLog;
  let sending: Sending | undefined;
  let answers: () => Answers;
  let taken: string[];

  before(async () => {
    server = createServer(async (request, response) => {
      const body = Buffer.concat(await request.toArray()).toString('utf8');
      const isRows = request.url!.includes('INSERT');
      const answer = isRows ? answers().rows : answers().table;
      if (answer === undefined) return;
      if (isRows && answer[0] === 200) taken.push(...body.trimEnd().split('\n'));
      response.writeHead(answer[0]).end(answer[1]);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  beforeEach(() => {
    taken = [];
  });
  afterEach(async () => {
    await sending?.kill();
    log.close();
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  function send(timeout?: number): Sending {
    const { port } = server.address() as AddressInfo;
    const table = {
      ...{ url: `http://127.0.0.1:${port}`, database: 'dns', table: 'decisions' },
      ...{ user: undefined, password: undefined },
    };
    const delivery = new ClickhouseDelivery(new ClickhouseClient(table, timeout));
    sending = new Sending(log.path, {
      kind: 'clickhouse',
      writer: new RowWriter('a'),
      delivery,
      pauseMs: 1,
    });
    return sending;
  }

  const lines = Array.from({ length: 40 }, (_, i) => recordLine(i, { node: 'a' }));

  for (const [what, trouble, why] of TROUBLES) {
    it(`wait for an hour of ${what}, and nothing is lost or set aside`, async () => {
      log = writeLog({ '': lines });
      const timeout = why.source === 'timeout' ? SHORT_MS : undefined;
      // The clock is that of the pauses, and of requests that are given up.
      const lasts = timeout === undefined ? 0 : TIMEOUT_MS;
      const waited = () => (sending?.waits ?? []).reduce((sum, one) => sum + one + lasts, 0);
      answers = () => (waited() > HOUR_MS ? FINE : trouble);
      await send(timeout).until(({ sent }) => sent === lines.length);
      expect(sending!.told[0]).to.match(why);
      expect(Math.max(...sending!.waits)).to.be.at.most(30_000);
      expect(sending!.counts).to.include({ refused: 0, gaps: 0, behind: 0 });
      expect(sending!.counts.failures).to.be.at.least(5);
      expect([...new Set(taken)].map((row) => JSON.parse(row).record)).to.deep.equal(lines);
      expect(existsSync(`${log.path}.clickhouse-refused`)).to.equal(false);
    });
  }

  it('have the columns that an older or a newer table has', async () => {
    log = writeLog({ '': lines.slice(0, 1) });
    const some = [...ALL.filter(({ name }) => name !== 'origin'), { name: 'site', type: 'Int8' }];
    answers = () => ({ ...FINE, table: [200, describing(some)] });
    await send().until(({ sent }) => sent === 1);
    expect(JSON.parse(taken[0]!)).to.include({ node: 'a', record: lines[0]! });
  });
});
