/**
 * Runs what was built once, as it is run most: the first start of a user then finds its code compiled, as later ones
 * do (`load.cjs`).
 */

import { execFile, spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const MAIN = 'dist/cli/main.js';
const EXAMPLE = 'config/default.yaml';
const COMMANDS: readonly (readonly string[])[] = [
  ['--version'],
  ['check', '-c', EXAMPLE],
  ['explain', '-c', EXAMPLE, '--client', '127.0.0.1', '--name', 'www.example.org'],
];
const HOST = '127.0.0.1';
/** A server that uses nothing of this host, and its upstream's port. */
const configure = (port: number) => `threads: 1
listen: [${HOST}:0]
admin: { listen: ${HOST}:0 }
acl: { query: { 127.0.0.0/8: allow } }
upstreams: { default: { servers: ["${HOST}:${port}"] } }
policies: [{ name: none, rules: { refused.example.com: refuse } }]
decisionLog: { to: stdout }
`;
/** Forwarded, answered from the cache, and refused. */
const NAMES = ['www', 'www', 'refused'].map((label) => [label, 'example', 'com']);
const HEADER_LENGTH = 12;
/** A pointer to the name of the question, A, IN, a minute, 192.0.2.1. */
const ANSWER = Buffer.from('c00c000100010000003c0004c0000201', 'hex');
/** Milliseconds that a run may take. */
const LONGEST = 30_000;

/** What cannot be run is compiled when a user runs it. */
export async function compileProgram(): Promise<void> {
  const run = promisify(execFile);
  const runs = COMMANDS.map((args) => run(process.execPath, [MAIN, ...args], { timeout: LONGEST }));
  await Promise.allSettled([...runs, runServer()]);
}

/** Starts a server, asks it, and ends it. */
async function runServer(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rcode5-compile-'));
  const upstream = await startUpstream();
  try {
    const file = join(folder, 'rcode5.yaml');
    writeFileSync(file, configure(upstream.address().port));
    const server = spawn(process.execPath, [MAIN, 'serve', '-c', file], {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: LONGEST,
    });
    const ended = once(server, 'exit');
    for await (const line of createInterface({ input: server.stderr })) {
      const port = /listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (port !== undefined) void askAll(Number(port)).finally(() => server.kill());
    }
    await ended;
  } finally {
    upstream.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** It has an address for every name. */
async function startUpstream(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    const end = query.indexOf(0, HEADER_LENGTH) + 5;
    const header = Buffer.of(query[0]!, query[1]!, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0);
    const response = Buffer.concat([header, query.subarray(HEADER_LENGTH, end), ANSWER]);
    socket.send(response, port, address);
  });
  socket.bind(0, HOST);
  await once(socket, 'listening');
  return socket;
}

async function askAll(port: number): Promise<void> {
  for (const labels of NAMES) {
    const socket = createSocket('udp4');
    const name = labels.map((label) => `${String.fromCharCode(label.length)}${label}`).join('');
    const header = Buffer.of(0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0);
    const question = Buffer.from(`${name}\0\0\u0001\0\u0001`, 'latin1');
    socket.send(Buffer.concat([header, question]), port, HOST);
    await once(socket, 'message', { signal: AbortSignal.timeout(LONGEST) }).catch(() => {});
    socket.close();
  }
}
