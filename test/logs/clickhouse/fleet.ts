/**
 * Ten million records through ClickHouse: `npm run clickhouse`, or `-- 1000000` for fewer. The sender and the server are
 * killed meanwhile, the log is rotated, and in the end each record has to stand there once. Prints what it took.
 */

import { appendFileSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { RecordSender } from '../../../src/logs/record-sender.ts';
import { Clickhouse } from '../../world/clickhouse.ts';
import { recordLine } from '../written-log.ts';

const MOST = 10_000_000;
/** Records that are written at a time, and such writes until the log is rotated. */
const TOGETHER = 50_000;
const WRITES = 20;

const records = Number(process.argv[2] ?? MOST);
const folder = mkdtempSync(join(tmpdir(), 'rcode5-fleet-'));
const log = join(folder, 'decisions.log');
const server = await Clickhouse.start();
await server.ask('DROP TABLE refusals_by_minute_approximate');
let failures = 0;
const begin = () =>
  new RecordSender(
    { log, to: { kind: 'clickhouse', table: server.to }, node: 'a' },
    { up: () => {}, down: () => failures++, refused: (_, why) => say(`refused: ${why}`) },
  );
try {
  let octets = 0;
  for (let at = 0, writes = 0; at < records; at += TOGETHER, writes++) {
    if (writes > 0 && writes % WRITES === 0) rotate();
    const end = Math.min(records, at + TOGETHER);
    let text = '';
    for (let i = at; i < end; i++) text += `${lineOf(i)}\n`;
    appendFileSync(log, text);
    octets += text.length;
  }
  say(`${records} records, ${Math.round(octets / records)} octets each`);
  const cpu = process.cpuUsage();
  const from = performance.now();
  let sender = begin();
  await reaches(() => sender.counts.sent, records * 0.3);
  await sender.close();
  const before = sender.counts.sent;
  sender = begin();
  await reaches(() => before + sender.counts.sent, records * 0.6);
  await server.kill();
  await reaches(() => failures, 1);
  await server.begin();
  while (Number(await server.ask('SELECT uniq(node, time, ref) FROM decisions')) < records * 0.98) {
    await after(500);
  }
  while (sender.counts.behind > 0) await after(100);
  const seconds = (performance.now() - from) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  await sender.close();
  say(
    `${Math.round(records / seconds)} records/s, ${((user + system) / records).toFixed(1)} µs of CPU each`,
  );
  const distinct = (await server.ask('SELECT count() FROM decisions FINAL')).trim();
  const rows = (await server.ask('SELECT count() FROM decisions')).trim();
  const disk = await server.ask(
    "SELECT sum(bytes_on_disk) FROM system.parts WHERE table = 'decisions' AND active",
  );
  say(
    `${distinct} records stand there, in ${rows} rows, ${Math.round(Number(disk) / Number(rows))} octets each`,
  );
  if (Number(distinct) !== records) process.exitCode = 1;
} finally {
  await server.close();
  rmSync(folder, { recursive: true });
}

/** A record as a server writes it, with all fields of a refusal. */
function lineOf(i: number): string {
  return recordLine(i % 86_400, {
    ...{
      node: 'ns1.site-a',
      policy: '3f2a9c11',
      ref: `k3f9x-${i}`,
      port: i % 65_536,
      id: i % 60_000,
    },
    ...{ listener: '10.0.0.53:53', opcode: 'QUERY', rd: true, qclass: 'IN', origin: 'local' },
    ...{ action: 'refuse', ede: [18], elapsedMs: 0.02, qname: `host${i}.example.com.` },
    msg: `refused host${i}.example.com. A by acl (acl.query 0.0.0.0/0)`,
  });
}

function rotate(): void {
  const numbers = readdirSync(folder).map((name) => Number(name.split('.')[2] ?? 0));
  for (let number = Math.max(...numbers); number > 0; number--) {
    renameSync(`${log}.${number}`, `${log}.${number + 1}`);
  }
  if (statSync(log).size > 0) renameSync(log, `${log}.1`);
}

async function reaches(count: () => number, least: number): Promise<void> {
  while (count() < least) await after(20);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
