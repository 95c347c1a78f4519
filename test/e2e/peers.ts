/** Name servers of others, on free ports of 127.0.0.1, each in a folder of its own. */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { copyFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { message, question } from '../world/messages.ts';
import { findProgram, makeFolder, Program } from './processes.ts';

/** Below the ports that the kernel gives to those who do not choose. */
const ANY_PORTS = { first: 20_000, count: 12_000 };
const ANSWER_MS = 1000;

/** A name server that answers, whatever its answer is. */
export interface Peer {
  readonly program: Program;
  readonly port: number;
}

/** What BIND is to be beside what every one of them is here. */
export interface BindParts {
  /** For its `options` section. */
  readonly options?: string;
  /** Views and zones. */
  readonly sections?: string;
  /** Zone files by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Beside 127.0.0.1. */
  readonly addresses?: readonly string[];
}

/** BIND that lets nobody ask, or is told otherwise. */
export async function startBind(parts: BindParts = {}): Promise<Peer> {
  const { options = 'allow-query { none; };', sections = '', files = {}, addresses = [] } = parts;
  const folder = makeFolder();
  const port = await findPort();
  // A copy: AppArmor goes by the path, and would keep the original from reading this folder.
  const named = join(folder, 'named');
  copyFileSync(findProgram('named')!, named);
  const config = join(folder, 'named.conf');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  writeFileSync(
    config,
    `options {
  directory "${folder}";
  listen-on port ${port} { ${['127.0.0.1', ...addresses].join('; ')}; };
  listen-on-v6 { none; };
  pid-file none;
  session-keyfile none;
  dnssec-validation no;
  ${options}
};
controls {};
${sections}`,
  );
  return whenAnswering(new Program(named, ['-g', '-4', '-n', '1', '-c', config], folder), port);
}

/** NSD that holds one zone and is asked for others too; `lines` are of its `server:` section. */
export function startNsd(zone: string, text: string, lines: readonly string[] = []): Promise<Peer> {
  return startNsdWith({ [zone]: text }, lines);
}

/** NSD that holds zones, each by its name. */
export async function startNsdWith(
  zones: Readonly<Record<string, string>>,
  lines: readonly string[] = [],
): Promise<Peer> {
  const folder = makeFolder();
  const port = await findPort();
  const config = join(folder, 'nsd.conf');
  const names = Object.keys(zones);
  for (const [i, name] of names.entries()) writeFileSync(join(folder, `zone${i}`), zones[name]!);
  writeFileSync(
    config,
    `server:
  ip-address: 127.0.0.1@${port}
  server-count: 1
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
  username: ""
  zonesdir: "${folder}"
  xfrdir: "${folder}"
  database: ""
  pidfile: "${join(folder, 'nsd.pid')}"
  xfrdfile: "${join(folder, 'xfrd.state')}"
  zonelistfile: "${join(folder, 'zone.list')}"
${lines.map((line) => `  ${line}\n`).join('')}remote-control:
  control-enable: no
${names.map((name, i) => `zone:\n  name: ${name}\n  zonefile: zone${i}\n`).join('')}`,
  );
  return whenAnswering(new Program(findProgram('nsd')!, ['-d', '-c', config], folder), port);
}

/** Unbound that resolves nothing, but for what `lines` tell it: of its `server:` section first. */
export async function startUnbound(lines: readonly string[]): Promise<Peer> {
  const folder = makeFolder();
  const port = await findPort();
  const config = join(folder, 'unbound.conf');
  writeFileSync(
    config,
    `server:
  interface: 127.0.0.1
  port: ${port}
  num-threads: 1
  do-daemonize: no
  use-syslog: no
  username: ""
  chroot: ""
  directory: "${folder}"
  pidfile: ""
  module-config: "iterator"
${lines.map((line) => `  ${line}\n`).join('')}remote-control:
  control-enable: no
`,
  );
  return whenAnswering(new Program(findProgram('unbound')!, ['-d', '-c', config], folder), port);
}

/**
 * dnsdist that passes all on to a server from 127.0.0.2, and tells by PROXY protocol who asked;
 * or to another `backend`, or not all.
 */
export async function startDnsdist(
  server: number,
  backend = 'source="127.0.0.2", useProxyProtocol=true',
  rules = '',
): Promise<Peer> {
  const folder = makeFolder();
  const port = await findPort();
  const config = join(folder, 'dnsdist.conf');
  writeFileSync(
    config,
    `setLocal("127.0.0.1:${port}")
setACL("127.0.0.0/8")
setSecurityPollSuffix("")
newServer({address="127.0.0.1:${server}", ${backend}})
${rules}`,
  );
  const args = ['--supervised', '--disable-syslog', '-C', config];
  return whenAnswering(new Program(findProgram('dnsdist')!, args, folder), port);
}

/** dnsmasq that knows nothing and nobody, but for what `args` tell it. */
export async function startDnsmasq(args: readonly string[]): Promise<Peer> {
  const folder = makeFolder();
  const port = await findPort();
  const usual = ['-k', '-p', String(port), '--listen-address=127.0.0.1', '--bind-interfaces'];
  const alone = ['--no-resolv', '--no-hosts', '--conf-file=/dev/null', '--pid-file=', '--user='];
  const program = new Program(findProgram('dnsmasq')!, [...usual, ...alone, ...args], folder);
  return whenAnswering(program, port);
}

export async function whenAnswering(program: Program, port: number): Promise<Peer> {
  await program.until('an answer', () => isAnswering(port));
  return { program, port };
}

/** Whether an answer to a question for the root comes; what it says does not matter. */
async function isAnswering(port: number): Promise<true | undefined> {
  const socket = createSocket('udp4');
  try {
    socket.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.send(message({ id: 5, questions: [question('.', 6)] }));
    await once(socket, 'message', { signal: AbortSignal.timeout(ANSWER_MS) });
    return true;
  } catch {
    return undefined;
  } finally {
    socket.close();
  }
}

/** A port of 127.0.0.1 that nobody has, neither by UDP nor by TCP. */
export async function findPort({ first, count } = ANY_PORTS): Promise<number> {
  for (;;) {
    const port = first + Math.floor(Math.random() * count);
    const tcp = createServer();
    const udp = createSocket('udp4');
    try {
      tcp.listen(port, '127.0.0.1');
      await once(tcp, 'listening');
      udp.bind(port, '127.0.0.1');
      await once(udp, 'listening');
      return port;
    } catch {
      // Somebody has it.
    } finally {
      tcp.close();
      udp.close();
    }
  }
}
