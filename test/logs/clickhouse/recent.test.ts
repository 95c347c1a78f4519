import { expect } from 'chai';
import { ClickhouseClient } from '../../../src/logs/clickhouse/client.ts';
import { ClickhouseDelivery } from '../../../src/logs/clickhouse/delivery.ts';
import { ClickhouseRecordsReader } from '../../../src/logs/clickhouse/reading.ts';
import { RowWriter } from '../../../src/logs/clickhouse/rows.ts';
import {
  type FilterTexts,
  matches,
  parseDecision,
  parseFilter,
} from '../../../src/observe/decision-filter.ts';
import { Chdb, hasChdb } from '../../world/chdb.ts';
import { passOver } from '../../world/needs.ts';
import { Sending } from '../shipping/sending.ts';
import { NOW, recordLine, type WrittenLog, writeLog } from '../written-log.ts';

/** Records that are not older than the table keeps them, whatever the day. */
const AGE = Math.floor((Date.now() - NOW) / 1000);
const LINES = Array.from({ length: 300 }, (_, i) =>
  recordLine(AGE + i, {
    node: `ns${i % 2}`,
    ...(i % 7 === 0 && { qname: "o'brien\\.x.example.com.", client: '2001:db8::5' }),
    ...(i % 11 === 0 && { event: 'summary', of: 'refused', count: 5, ref: undefined }),
    ...(i % 13 === 1 &&
      i % 11 !== 0 && { event: 'blocked', rule: { id: "it's \\ odd", file: 'a.yaml', line: 2 } }),
  }),
);

const FILTERS: readonly FilterTexts[] = [
  {},
  { client: '10.0.1.0/28,2001:db8::/32' },
  { name: 'example.com', type: 'A' },
  { rule: "it's \\ odd" },
  { event: 'summary', node: 'ns1' },
  { layer: 'policy', group: 'vpn', transport: 'udp', view: 'default', rcode: 'REFUSED' },
  { ref: `k3f9x-${AGE + 5}` },
];

describe('records to ClickHouse of today, with the schema for recent releases', () => {
  let server: Chdb;
  let log: WrittenLog;
  before(async function () {
    if (!hasChdb()) passOver(this, 'chDB is not installed');
    server = await Chdb.start();
    log = writeLog({ '': LINES });
    // Twice: the place was lost.
    for (let time = 0; time < 2; time++) {
      const delivery = new ClickhouseDelivery(new ClickhouseClient(server.to));
      const sending = new Sending(`${log.path}`, {
        kind: 'clickhouse',
        writer: new RowWriter('a'),
        delivery,
      });
      await sending.until(({ sent }) => sent === LINES.length);
      await sending.end();
      expect(sending.counts).to.include({ refused: 0, failures: 0 });
      log.close();
      log = writeLog({ '': LINES });
    }
  });
  after(async () => {
    log?.close();
    await server?.close();
  });

  it('stand there once, in the exact view too, and twice in the approximate one', async () => {
    const count = async (query: string) => Number(await server.ask(query));
    const refused = LINES.map((line) => parseDecision(line)!).reduce(
      (sum, { event, of, count: many = 1 }) =>
        event === 'refused' || of === 'refused' ? sum + many : sum,
      0,
    );
    expect(await count('SELECT count() FROM decisions FINAL')).to.equal(LINES.length);
    expect(await count('SELECT sum(refusals) FROM refusals_by_minute')).to.equal(refused);
    const approximate = await count('SELECT sum(refusals) FROM refusals_by_minute_approximate');
    expect(approximate).to.equal(2 * refused);
  });

  for (const options of FILTERS) {
    it(`are read back as they are in the log: ${JSON.stringify(options)}`, async () => {
      const filter = parseFilter(options, NOW);
      if (typeof filter === 'string') throw new Error(filter);
      const isMeant = (line: string) => matches(filter, parseDecision(line)!);
      const found: string[] = [];
      const reader = new ClickhouseRecordsReader(server.to, options, NOW);
      for await (const lines of reader.lines()) found.push(...lines);
      expect(found.filter(isMeant)).to.deep.equal(LINES.filter(isMeant));
    });
  }

  it('wait for a table that is not there: its error is known', async () => {
    const client = new ClickhouseClient({ ...server.to, table: 'none' });
    const error = await new ClickhouseDelivery(client)
      .deliver(['{}'], new AbortController().signal)
      .catch((one) => one);
    expect(error.message).to.match(/^Code: 60, .*none/);
  });

  it('are dropped by themselves when they are 90 days old', async () => {
    const count = (ref: string) => server.ask(`SELECT count() FROM decisions WHERE ref = '${ref}'`);
    const aged = (days: number) => recordLine(AGE - days * 86_400, { ref: `old-${days}` });
    await server.write([aged(92), aged(80)]);
    await server.ask('OPTIMIZE TABLE decisions FINAL');
    expect([await count('old-92'), await count('old-80')]).to.deep.equal(['0\n', '1\n']);
    await server.ask("ALTER TABLE decisions DELETE WHERE ref = 'old-80'");
  });
});
