/**
 * `npm run bench:idle-connections`: the memory of connections by TLS that have asked once and are idle,
 * which fails when they take too much. The listener runs alone in one process, its clients in another.
 */

import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { listenTcp, type TcpListener } from '../src/transport/tcp.ts';
import { TCP_LIMITS } from '../src/transport/tcp-limits.ts';
import { TlsHandshakes, type TlsIdentity } from '../src/transport/tls-handshakes.ts';
import { framed, queryFor } from './load/message.ts';

const COUNT = 10_000;
/** KiB of memory that each may take: more ends with 1. */
const MOST_KIB = 60;
/** Connections that are being made at a time. */
const AT_A_TIME = 16;
const KIB = 1024;
const QR = 0x80;
/** Milliseconds that memory gets to be given back. */
const SETTLE_MS = 2000;

const [port, count = String(COUNT)] = process.argv.slice(2);

async function askOnce(): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false });
  socket.write(framed(queryFor('www.example.com')));
  await new Promise((resolve, reject) => socket.once('data', resolve).once('error', reject));
}

/** As a client: makes all connections, and keeps them until it is ended. */
async function beClient(): Promise<void> {
  let left = Number(count);
  const line = async () => {
    while (left-- > 0) await askOnce();
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, line));
  process.send!('connected');
}

async function settledMemory(): Promise<NodeJS.MemoryUsage> {
  for (let i = 0; i < 2; i++) {
    globalThis.gc!();
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  }
  return process.memoryUsage();
}

async function measure(): Promise<void> {
  const handshakes = new TlsHandshakes(['dot'], [makeIdentity()]);
  const limits = { ...TCP_LIMITS, connections: 2 * COUNT, perClient: 2 * COUNT, idle: 3_600_000 };
  const listener: TcpListener = await listenTcp(
    { address: '127.0.0.1', port: 0, security: { handshakes, failed: () => {} } },
    {
      message(octets, _client, number) {
        octets[2]! |= QR;
        listener.reply(number, octets, octets.length);
      },
      touched: () => setImmediate(() => listener.flush()),
    },
    limits,
  );
  const before = await settledMemory();
  const client: ChildProcess = fork(import.meta.filename, [String(listener.port), String(COUNT)]);
  process.on('exit', () => client.kill());
  await new Promise((resolve) => client.once('message', resolve));
  const after = await settledMemory();
  const each = (key: 'rss' | 'heapUsed') => (after[key] - before[key]) / COUNT / KIB;
  console.log(`${COUNT} idle connections by TLS: ${each('rss').toFixed(1)} KiB each,`);
  console.log(
    `${each('heapUsed').toFixed(1)} KiB of them JavaScript; at most ${MOST_KIB} are allowed`,
  );
  process.exit(each('rss') <= MOST_KIB ? 0 : 1);
}

function makeIdentity(): TlsIdentity {
  const folder = mkdtempSync(join(tmpdir(), 'rcode5-idle-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  const files = ['-keyout', key, '-out', certificate, '-subj', '/CN=dns.example'];
  execFileSync('openssl', ['req', '-x509', '-nodes', ...kind, ...files], { stdio: 'ignore' });
  const identity = {
    key: readFileSync(key, 'utf8'),
    certificate: readFileSync(certificate, 'utf8'),
  };
  rmSync(folder, { recursive: true });
  return identity;
}

await (port === undefined ? measure() : beClient());
