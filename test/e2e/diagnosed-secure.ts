/** Name servers of others with TLS and HTTPS, in the states that a diagnosis has to tell apart. */

import { copyFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { Authority } from '../world/authority.ts';
import { findPort } from './peers.ts';
import { findProgram, makeFolder, Program } from './processes.ts';

export const PROGRAMS: readonly string[] = ['named', 'unbound', 'dnsdist', 'openssl'];
export const NAME = 'dns.example';

const DAY_MS = 86_400_000;
/** Clients that lists of these servers are about. */
export const SOURCE = { healthy: '127.0.0.1', refused: '127.0.1.1', dropped: '127.0.2.1' } as const;

/** Ports. */
export interface Secured {
  /** PEM of the authority that has signed the certificates. */
  readonly ca: string;
  readonly dnsdist: { readonly dot: number; readonly doh: number };
  readonly unbound: { readonly dot: number; readonly doh: number };
  readonly bind: {
    readonly plain: number;
    readonly dot: number;
    readonly doh: number;
    readonly old: number;
  };
  /** Answers each connection with a line of text, without TLS and within it. */
  readonly text: number;
  readonly textByTls: number;
  close(): void;
}

export async function startSecured(): Promise<Secured> {
  const folder = makeFolder();
  const authority = new Authority(folder);
  const identity = authority.issue('dns', { names: [NAME] });
  const to = new Date(Date.now() - DAY_MS);
  authority.issue('old', { names: [NAME], from: new Date(Date.now() - 3 * DAY_MS), to });
  const [dnsdist, unbound, bind] = await Promise.all([
    startDnsdist(folder),
    startUnbound(folder),
    startBind(folder),
  ]);
  const text = createServer((socket) => socket.on('error', () => {}).end('220 mail.example\r\n'));
  const textByTls = createTlsServer({ cert: identity.certificate, key: identity.key }, (socket) =>
    socket.on('error', () => {}).end('220 mail.example\r\n'),
  );
  textByTls.on('tlsClientError', () => {});
  const ports = await Promise.all([text, textByTls].map(listen));
  return {
    ...{ ca: authority.certificate, dnsdist, unbound, bind },
    text: ports[0]!,
    textByTls: ports[1]!,
    close() {
      text.close();
      textByTls.close();
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
}

async function startDnsdist(folder: string) {
  const [dot, doh] = [await findPort(), await findPort()];
  const pair = `"${folder}/dns.pem", "${folder}/dns.key"`;
  const config = join(folder, 'dnsdist.conf');
  writeFileSync(
    config,
    `setACL({"127.0.0.0/24"})
setSecurityPollSuffix("")
newServer({address="127.0.0.1:1", healthCheckMode="up"})
addTLSLocal("127.0.0.1:${dot}", ${pair}, {provider="openssl"})
addDOHLocal("127.0.0.1:${doh}", ${pair}, "/dns-query")
addAction("refused.example.", RCodeAction(DNSRCode.REFUSED))
addAction(QTypeRule(DNSQType.A), SpoofAction("192.0.2.1"))
addAction(AllRule(), RCodeAction(DNSRCode.NXDOMAIN))
`,
  );
  const args = ['--supervised', '--disable-syslog', '-C', config];
  const program = new Program(findProgram('dnsdist')!, args, folder);
  await whenListening(program, doh);
  return { dot, doh };
}

async function startUnbound(folder: string) {
  const [dot, doh] = [await findPort(), await findPort()];
  const config = join(folder, 'unbound.conf');
  writeFileSync(
    config,
    `server:
  interface: 127.0.0.1@${dot}
  interface: 127.0.0.1@${doh}
  tls-port: ${dot}
  https-port: ${doh}
  tls-service-key: "${folder}/dns.key"
  tls-service-pem: "${folder}/dns.pem"
  do-daemonize: no
  use-syslog: no
  username: ""
  chroot: ""
  directory: "${folder}"
  pidfile: ""
  module-config: "iterator"
  access-control: 127.0.1.0/24 refuse
  access-control: 127.0.2.0/24 deny
  access-control: 127.0.0.1 allow
  local-zone: "." static
  local-zone: "example." redirect
  local-data: "example. A 192.0.2.1"
  local-zone: "refused.example." refuse
remote-control:
  control-enable: no
`,
  );
  const program = new Program(findProgram('unbound')!, ['-d', '-c', config], folder);
  await whenListening(program, doh);
  return { dot, doh };
}

async function startBind(folder: string) {
  const ports = {
    plain: await findPort(),
    dot: await findPort(),
    doh: await findPort(),
    old: await findPort(),
  };
  const named = join(folder, 'named');
  copyFileSync(findProgram('named')!, named);
  const zone = '$TTL 60\n@ SOA ns.example. host.example. 1 3600 600 86400 60\n@ NS ns.example.\n';
  writeFileSync(join(folder, 'zone'), `${zone}ns A 192.0.2.1\nwww A 192.0.2.1\n`);
  const config = join(folder, 'named.conf');
  writeFileSync(
    config,
    `tls good { cert-file "${folder}/dns.pem"; key-file "${folder}/dns.key"; };
tls old { cert-file "${folder}/old.pem"; key-file "${folder}/old.key"; };
http local { endpoints { "/dns-query"; }; };
options {
  directory "${folder}";
  listen-on port ${ports.plain} { 127.0.0.1; };
  listen-on port ${ports.dot} tls good { 127.0.0.1; };
  listen-on port ${ports.doh} tls good http local { 127.0.0.1; };
  listen-on port ${ports.old} tls old { 127.0.0.1; };
  listen-on-v6 { none; };
  pid-file none;
  session-keyfile none;
  dnssec-validation no;
  recursion no;
  allow-query { !127.0.1.0/24; any; };
  blackhole { 127.0.2.0/24; };
};
controls {};
zone "example" { type primary; file "zone"; };
`,
  );
  const program = new Program(named, ['-g', '-4', '-n', '1', '-c', config], folder);
  await program.until('all zones', () => /all zones loaded/.test(program.stderr) || undefined);
  return ports;
}

/** Until a TCP connection is taken there. */
async function whenListening(program: Program, port: number): Promise<void> {
  await program.until('a listener', () => {
    return new Promise<true | undefined>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(undefined));
      socket.once('connect', () => socket.destroy());
    });
  });
}
