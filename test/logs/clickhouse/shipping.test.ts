import {
  appendFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { ClickhouseClient } from '../../../src/logs/clickhouse/client.ts';
import { ClickhouseDelivery } from '../../../src/logs/clickhouse/delivery.ts';
import { ClickhouseRecordsReader } from '../../../src/logs/clickhouse/reading.ts';
import { RowWriter } from '../../../src/logs/clickhouse/rows.ts';
import { Clickhouse, hasClickhouse } from '../../world/clickhouse.ts';
import { passOver } from '../../world/needs.ts';
import { rounds } from '../../world/whole.ts';
import { Sending } from '../shipping/sending.ts';
import { NOW, recordLine, type WrittenLog, writeLog } from '../written-log.ts';

/** Sends a log to a server. */
const sendTo = (server: Clickhouse, log: string) =>
  new Sending(log, {
    kind: 'clickhouse',
    writer: new RowWriter('a'),
    delivery: new ClickhouseDelivery(new ClickhouseClient(server.to)),
  });

const linesOf = (from: number, to: number, fields: object = {}) =>
  Array.from({ length: to - from }, (_, i) => recordLine(from + i, { node: 'a', ...fields }));

async function readAll(server: Clickhouse, options = {}): Promise<string[]> {
  const found: string[] = [];
  const reader = new ClickhouseRecordsReader(server.to, options, NOW);
  for await (const lines of reader.lines()) found.push(...lines);
  return found;
}

describe('records to ClickHouse', () => {
  const records = rounds(20_000, 1200);
  let server: Clickhouse;
  let log: WrittenLog;

  before(async function () {
    if (!hasClickhouse()) passOver(this, 'clickhouse-server is not installed');
    server = await Clickhouse.start();
  });
  beforeEach(async () => {
    // It would be in the way of the tests that change the table.
    await server.ask('DROP TABLE IF EXISTS refusals_by_minute_approximate');
    await server.ask('TRUNCATE TABLE decisions');
  });
  afterEach(() => log?.close());
  after(() => server?.close());

  it('are the same lines when they are read back, from all files of the log', async () => {
    const [old, packed, young] = [linesOf(100, 200), linesOf(0, 100), linesOf(200, records)];
    log = writeLog({ '.2.gz': packed, '.1': old, '': young });
    const sending = sendTo(server, log.path);
    await sending.until(({ sent }) => sent === records);
    await sending.end();
    expect(await readAll(server)).to.deep.equal([...packed, ...old, ...young]);
    expect(sending.counts).to.deep.include({ refused: 0, failures: 0, skipped: 0, gaps: 0 });
  });

  it('go on where a process that was killed had come to, over rotations meanwhile', async () => {
    log = writeLog({ '': linesOf(0, 50) });
    const first = sendTo(server, log.path);
    await first.until(({ sent }) => sent === 50);
    await first.kill();
    appendFileSync(log.path, `${linesOf(50, 60).join('\n')}\n`);
    writeFileSync(`${log.path}.2.gz`, gzipSync(readFileSync(log.path)));
    rmSync(log.path);
    writeFileSync(`${log.path}.1`, `${linesOf(60, 70).join('\n')}\n`);
    writeFileSync(log.path, `${linesOf(70, 80).join('\n')}\n`);
    const second = sendTo(server, log.path);
    await second.until(({ sent }) => sent === 30);
    await second.end();
    expect(await readAll(server)).to.deep.equal(linesOf(0, 80));
    expect(await server.ask('SELECT count() FROM decisions')).to.equal('80\n');
  });

  it('stand once when they are sent again, for the place was lost', async () => {
    log = writeLog({ '': linesOf(0, 30) });
    for (const _ of [1, 2]) {
      const sending = sendTo(server, log.path);
      await sending.until(({ sent }) => sent === 30);
      await sending.end();
      writeFileSync(`${log.path}.clickhouse`, 'torn');
    }
    expect(await server.ask('SELECT count() FROM decisions')).to.equal('60\n');
    expect(await server.ask('SELECT count() FROM decisions FINAL')).to.equal('30\n');
    expect(await server.ask('SELECT sum(refusals) FROM refusals_by_minute')).to.equal('30\n');
    expect(await readAll(server)).to.deep.equal(linesOf(0, 30));
  });

  it('wait while the server is killed, and all come when it is back', async () => {
    log = writeLog({ '': linesOf(0, 10) });
    const sending = sendTo(server, log.path);
    await sending.until(({ sent }) => sent === 10);
    await server.kill();
    appendFileSync(log.path, `${linesOf(10, 20).join('\n')}\n`);
    await sending.until(({ failures }) => failures >= 2);
    renameSync(log.path, `${log.path}.1`);
    writeFileSync(log.path, `${linesOf(20, 30).join('\n')}\n`);
    await server.begin();
    await sending.until(({ sent }) => sent >= 30);
    await sending.end();
    expect(sending.told[0]).to.match(/ECONNREFUSED|other side closed|socket/);
    expect(await readAll(server)).to.deep.equal(linesOf(0, 30));
  });

  it('are not held up by rows that the server answers 500 for, which are set aside', async () => {
    await server.ask(
      "ALTER TABLE decisions ADD COLUMN guard UInt8 DEFAULT throwIf(qname = 'bad.example.')",
    );
    const lines = linesOf(0, 100);
    const bad = [7, 8, 99].map((i) => recordLine(i, { node: 'a', qname: 'bad.example.' }));
    lines[7] = bad[0]!;
    lines[8] = bad[1]!;
    lines[99] = bad[2]!;
    log = writeLog({ '': lines });
    const sending = sendTo(server, log.path);
    await sending.until(({ sent, refused }) => sent + refused === 100);
    await sending.end();
    await server.ask('ALTER TABLE decisions DROP COLUMN guard');
    expect(sending.counts).to.deep.include({ sent: 97, refused: 3, failures: 0, behind: 0 });
    expect(await readAll(server)).to.deep.equal(lines.filter((line) => !bad.includes(line)));
    const aside = readFileSync(`${log.path}.clickhouse-refused`, 'utf8').trimEnd().split('\n');
    expect(aside.map((line) => JSON.parse(line).row.record)).to.deep.equal(bad);
    expect(JSON.parse(aside[0]!).why).to.match(/^Code: 395, /);
  });

  it('wait for a table that is not there, or has another schema, and nothing is set aside', async () => {
    log = writeLog({ '': linesOf(0, 10) });
    await server.ask('RENAME TABLE decisions TO kept');
    const sending = sendTo(server, log.path);
    await sending.until(({ failures }) => failures >= 1);
    await server.ask('CREATE TABLE decisions (time DateTime, node String) ENGINE = Log');
    const before = sending.counts.failures;
    await sending.until(({ failures }) => failures >= before + 2);
    await server.ask('DROP TABLE decisions');
    await server.ask('RENAME TABLE kept TO decisions');
    await sending.until(({ sent }) => sent === 10);
    await sending.end();
    expect(sending.told[0]).to.match(/^Code: 60, .*decisions doesn't exist/);
    // Between two tables there is none again.
    expect(sending.told.join('\n')).to.match(
      /has another schema; expect the columns time UInt64, ref/,
    );
    expect(existsSync(`${log.path}.clickhouse-refused`)).to.equal(false);
  });

  it('are skipped and counted when they are no whole records, and lost ones are told of', async () => {
    const lost = `{"level":50,"time":"${new Date(NOW).toISOString()}","event":"lost","records":3,"msg":"3 records were lost"}`;
    const lines = linesOf(0, 3);
    log = writeLog({ '': [lines[0]!, '{"level":40,"ti', lines[1]!, lost, lines[2]!] });
    const sending = sendTo(server, log.path);
    await sending.until(({ sent }) => sent === 4);
    await sending.end();
    expect(sending.counts.skipped).to.equal(1);
    expect(await readAll(server, { layer: 'upstream' })).to.deep.equal([lost]);
  });

  it('keep apart what has the same time and no reference, as summaries', async () => {
    const summaries = ['10.0.0.1', '10.0.0.2'].map((client) =>
      recordLine(0, {
        node: 'a',
        ref: undefined,
        event: 'summary',
        of: 'refused',
        count: 9,
        client,
      }),
    );
    log = writeLog({ '': summaries });
    const sending = sendTo(server, log.path);
    await sending.until(({ sent }) => sent === 2);
    await sending.end();
    await server.ask('OPTIMIZE TABLE decisions FINAL');
    expect((await readAll(server)).sort()).to.deep.equal(summaries);
    expect(await server.ask('SELECT sum(refusals) FROM refusals_by_minute')).to.equal('18\n');
  });
});
