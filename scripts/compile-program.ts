/**
 * Runs what was built once, as it is run most: the first start of a user then finds its code compiled, as later ones
 * do (`load.cjs`).
 */

import { execFile, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
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
/** A server that uses nothing of this host. */
const CONFIGURATION = `threads: 1
listen: [127.0.0.1:0]
admin: { listen: 127.0.0.1:0 }
acl: { query: { 127.0.0.0/8: allow } }
upstreams: { default: { servers: [127.0.0.1:9] } }
decisionLog: { to: stdout }
`;
/** `localhost.` A, which needs no upstream. */
const QUERY = Buffer.from('000101000001000000000000096c6f63616c686f73740000010001', 'hex');
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
  try {
    const file = join(folder, 'rcode5.yaml');
    writeFileSync(file, CONFIGURATION);
    const server = spawn(process.execPath, [MAIN, 'serve', '-c', file], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LONGEST,
    });
    const ended = once(server, 'exit');
    for await (const line of createInterface({ input: server.stderr })) {
      const port = /listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (port !== undefined) void ask(Number(port)).then(() => server.kill());
    }
    await ended;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function ask(port: number): Promise<void> {
  const socket = createSocket('udp4');
  socket.send(QUERY, port, '127.0.0.1');
  await once(socket, 'message', { signal: AbortSignal.timeout(LONGEST) }).catch(() => {});
  socket.close();
}
