/**
 * Ten million records through ClickHouse: `npm run clickhouse`, or `-- 1000000` for fewer. The process that sends and the
 * server are killed (SIGKILL) meanwhile, the log is rotated and compressed as it is read, and in the end each record has
 * to stand there once. Prints what it took.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { RecordSender } from '../../../src/logs/record-sender.ts';
import type { ShipperCounts } from '../../../src/logs/shipping/shipper.ts';
import { Clickhouse } from '../../world/clickhouse.ts';
import { recordLine } from '../written-log.ts';

const MOST = 10_000_000;
/** Records that are written at a time, and such writes until the log is rotated. */
const TOGETHER = 50_000;
const WRITES = 20;
/** What the process that sends is started with, before the rest. */
const SEND = 'send';
const EVERY_MS = 50;

/** What the process that sends tells, again and again. */
interface Told {
  readonly counts: ShipperCounts;
  /** Microseconds of CPU so far. */
  readonly cpu: number;
  /** Octets of memory, the most so far. */
  readonly memory: number;
}

/** The process that sends: it runs until it is told to stop, or killed. */
function send(log: string, table: Clickhouse['to']): void {
  const to = { kind: 'clickhouse', table } as const;
  const sender = new RecordSender({ log, to, node: 'a' }, { up() {}, down() {}, refused() {} });
  const tell = () => {
    const { user, system } = process.cpuUsage();
    const { maxRSS } = process.resourceUsage();
    const told: Told = { counts: sender.counts, cpu: user + system, memory: maxRSS * 1024 };
    process.send!(told);
  };
  const timer = setInterval(tell, EVERY_MS);
  process.once('message', async () => {
    clearInterval(timer);
    await sender.close();
    tell();
    process.disconnect();
  });
}

/** A process that sends, as the others see it. */
class SendingProcess {
  told: Told | undefined;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(log: string, table: Clickhouse['to']) {
    const args = [import.meta.filename, SEND, log, JSON.stringify(table)];
    const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const;
    this.#child = spawn(process.execPath, args, { stdio: [...stdio] });
    this.#child.on('message', (told: Told) => {
      this.told = told;
    });
    this.#ended = once(this.#child, 'exit');
  }

  get sent(): number {
    return this.told?.counts.sent ?? 0;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  async end(): Promise<void> {
    this.#child.send('end');
    await this.#ended;
  }
}

async function main(records: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rcode5-fleet-'));
  const log = join(folder, 'decisions.log');
  const server = await Clickhouse.start();
  await server.ask('DROP TABLE refusals_by_minute_approximate');
  try {
    const octets = writeAll(log, records);
    say(`${records} records, ${Math.round(octets / records)} octets each`);
    const from = performance.now();
    let sender = new SendingProcess(log, server.to);
    await until(() => sender.sent >= records * 0.3);
    await sender.kill();
    say(`the process that sends was killed after ${sender.sent} records`);
    const before = sender.sent;
    sender = new SendingProcess(log, server.to);
    await until(() => before + sender.sent >= records * 0.6);
    await server.kill();
    await until(() => (sender.told?.counts.failures ?? 0) > 0);
    say(`ClickHouse was killed after ${before + sender.sent} records`);
    await server.begin();
    await until(() => sender.told!.counts.behind === 0);
    const seconds = (performance.now() - from) / 1000;
    await sender.end();
    const { counts, cpu, memory } = sender.told!;
    say(
      `${Math.round(records / seconds)} records/s; ${(cpu / counts.sent).toFixed(1)} µs of CPU each and ${Math.round(memory / 1e6)} MB in the process that sends`,
    );
    say(`refused ${counts.refused}, gaps ${counts.gaps}, skipped ${counts.skipped}`);
    await showTable(server, records);
  } finally {
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

async function showTable(server: Clickhouse, records: number): Promise<void> {
  const rows = Number(await server.ask('SELECT count() FROM decisions'));
  const distinct = Number(await server.ask('SELECT count() FROM decisions FINAL'));
  const refs = Number(await server.ask('SELECT uniq(ref) FROM decisions'));
  const disk = Number(
    await server.ask(
      "SELECT sum(bytes_on_disk) FROM system.parts WHERE table = 'decisions' AND active",
    ),
  );
  say(
    `${distinct} records stand there, of about ${refs} references, in ${rows} rows of ${Math.round(disk / rows)} octets`,
  );
  if (distinct !== records) process.exitCode = 1;
}

/** Writes the log, rotated and compressed as a server does; resolves to its octets, unpacked. */
function writeAll(log: string, records: number): number {
  let octets = 0;
  for (let at = 0, writes = 0; at < records; at += TOGETHER, writes++) {
    if (writes > 0 && writes % WRITES === 0) rotate(log);
    const end = Math.min(records, at + TOGETHER);
    let text = '';
    for (let i = at; i < end; i++) text += `${lineOf(i)}\n`;
    appendFileSync(log, text);
    octets += text.length;
  }
  // Two of the old files: both kinds have to be read.
  for (const number of [2, 3]) {
    const old = `${log}.${number}`;
    if (statSync(old, { throwIfNoEntry: false })) execFileSync('gzip', ['-1', old]);
  }
  return octets;
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

function rotate(log: string): void {
  const folder = join(log, '..');
  const numbers = readdirSync(folder).map((name) => Number(name.split('.')[2] ?? 0));
  for (let number = Math.max(...numbers); number > 0; number--) {
    renameSync(`${log}.${number}`, `${log}.${number + 1}`);
  }
  renameSync(log, `${log}.1`);
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await after(EVERY_MS);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

if (process.argv[2] === SEND) send(process.argv[3]!, JSON.parse(process.argv[4]!));
else await main(Number(process.argv[2] ?? MOST));
