/**
 * Runs in a network and a mount namespace of its own, where port 53 and resolv.conf are free:
 * serves on addresses of the loopback interface, runs programs that resolve, and counts what each
 * server was asked. Reads the cases from its standard input, and writes what has come of them.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { COMMON, ServedSite } from '../../world/served-site.ts';
import { ASKED_NAME, type Ran, SERVERS, type ServerName, type StubCase } from './servers.ts';

/** A program that has not ended by then hangs. */
const LIMIT_MS = 120_000;

const sites = new Map<ServerName, ServedSite>();

async function start(name: ServerName): Promise<void> {
  const { address, config } = SERVERS[name];
  const site = new ServedSite();
  sites.set(name, site);
  site.configure(config, COMMON.replace('127.0.0.1:0', `${address}:53`));
  await site.start();
}

async function run({ command, servers, options = '' }: StubCase): Promise<Ran> {
  const lines = servers.map((name) => `nameserver ${SERVERS[name].address}\n`);
  writeFileSync('/etc/resolv.conf', `${lines.join('')}${options}`);
  const rings = servers.map((name) => sites.get(name)!.server.recent[0]!);
  const before = rings.map(({ count }) => count);
  const child = spawn(command[0]!, command.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
  });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await once(child, 'close');
  const asked = rings.map((ring, i) => {
    const added = [...ring.latest()].slice(0, ring.count - before[i]!).reverse();
    const records = added.map((line) => JSON.parse(line));
    return records
      .filter(({ qname }) => qname === `${ASKED_NAME}.`)
      .map(({ qtype, transport }) => `${qtype} ${transport}`);
  });
  return { code, output: (await output).join(''), asked };
}

const cases: readonly StubCase[] = JSON.parse(await text(process.stdin));
const ran: Ran[] = [];
try {
  for (const name of Object.keys(SERVERS) as ServerName[]) await start(name);
  for (const one of cases) ran.push(await run(one));
  process.stdout.write(JSON.stringify(ran));
} finally {
  for (const site of sites.values()) await site.close();
}
