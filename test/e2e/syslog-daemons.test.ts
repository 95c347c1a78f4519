import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { passOver } from '../world/needs.ts';
import { findPort } from './peers.ts';
import { cleanUp, findProgram, makeFolder, Program } from './processes.ts';
import { Site, serve } from './rcode5.ts';
import { ask } from './sockets.ts';
import { findUnpacked } from './unpacked.ts';

/** Where a daemon listens, and what it has understood: `tag|pid|severity|facility|qname|layer`. */
interface Daemon {
  readonly program: Program;
  readonly to: { readonly path: string; readonly udp: string; readonly tcp: string };
  lines(): readonly string[];
}

interface Places {
  readonly folder: string;
  readonly socket: string;
  readonly udp: number;
  readonly tcp: number;
  readonly out: string;
}

const RSYSLOG = ({ socket, udp, tcp, out }: Places) => `
module(load="imuxsock" SysSock.Name="${socket}")
module(load="mmjsonparse")
module(load="imudp")
module(load="imtcp")
input(type="imudp" address="127.0.0.1" port="${udp}")
input(type="imtcp" address="127.0.0.1" port="${tcp}")
template(name="fields" type="list") {
  property(name="programname") constant(value="|") property(name="procid") constant(value="|")
  property(name="syslogseverity-text") constant(value="|") property(name="syslogfacility-text")
  constant(value="|") property(name="$!qname") constant(value="|") property(name="$!layer")
  constant(value="\\n")
}
action(type="mmjsonparse" cookie="")
action(type="omfile" file="${out}" template="fields")
`;

const SYSLOG_NG = ({ socket, udp, tcp, out }: Places) => `@version: 3.38
options { stats-freq(0); };
source all {
  unix-dgram("${socket}");
  syslog(ip("127.0.0.1") port(${udp}) transport("udp"));
  syslog(ip("127.0.0.1") port(${tcp}) transport("tcp"));
};
parser records { json-parser(prefix(".rcode5.")); };
destination fields {
  file("${out}" template("$PROGRAM|$PID|$LEVEL|$FACILITY|\${.rcode5.qname}|\${.rcode5.layer}\n"));
};
log { source(all); parser(records); destination(fields); };
`;

/** The command that runs a daemon with this configuration; undefined where it is missing. */
const DAEMONS: Readonly<
  Record<string, (places: Places, file: string) => readonly string[] | undefined>
> = {
  rsyslog(places, file) {
    writeFileSync(file, RSYSLOG(places));
    const command = findProgram('rsyslogd');
    const pid = join(places.folder, 'pid');
    return command === undefined ? undefined : [command, '-n', '-f', file, '-i', pid];
  },
  'syslog-ng'(places, file) {
    writeFileSync(file, SYSLOG_NG(places));
    const command = findUnpacked('usr/sbin/syslog-ng');
    if (command === undefined) return undefined;
    const libraries = join(dirname(command), '..', 'lib', 'syslog-ng');
    const path = (name: string) => join(places.folder, name);
    return [
      ...['/usr/bin/env', `LD_LIBRARY_PATH=${libraries}`, command, '-F', '-e', '--no-caps'],
      ...[`--module-path=${join(libraries, '3.38')}`, '-f', file],
      ...[`--persist-file=${path('persist')}`, `--pidfile=${path('pid')}`],
      `--control=${path('control')}`,
    ];
  },
};

async function start(name: string, context: Mocha.Context): Promise<Daemon> {
  const folder = makeFolder();
  const [udp, tcp] = [await findPort(), await findPort()];
  const socket = join(folder, 'log');
  const places = { folder, socket, udp, tcp, out: join(folder, 'out') };
  const [command, ...args] = DAEMONS[name]!(places, join(folder, 'conf')) ?? [];
  if (command === undefined) passOver(context, `there is no ${name}`);
  const program = new Program(command, args, folder);
  await program.until('socket', () => existsSync(socket) || undefined);
  const to = { path: socket, udp: `udp://127.0.0.1:${udp}`, tcp: `tcp://127.0.0.1:${tcp}` };
  const lines = () => {
    const text = existsSync(places.out) ? readFileSync(places.out, 'utf8') : '';
    // syslog-ng reports its own start there too, rsyslog that of its modules.
    return text.split('\n').filter((line) => line.includes('www.'));
  };
  return { program, to, lines };
}

for (const name of Object.keys(DAEMONS)) {
  describe(`e2e: ${name} as the receiver of syslog`, function () {
    this.timeout(60_000);
    let daemon: Daemon;
    before(async function () {
      daemon = await start(name, this);
    });
    after(cleanUp);

    for (const [way, title] of [
      ['path', 'its local socket'],
      ['udp', 'UDP'],
      ['tcp', 'TCP'],
    ] as const) {
      it(`understands tag, severity and record by ${title}`, async () => {
        const site = new Site(`threads: 0
acl: { query: { 127.0.1.0/24: refuse } }
decisionLog: { to: decisions.log, syslog: { to: "${daemon.to[way]}", facility: local3 } }
`);
        const { port, program } = await serve(site);
        await ask(port, `www.${way}.example`, { source: '127.0.1.1' });
        const line = await daemon.program.until('message', () => {
          return daemon.lines().find((one) => one.includes(`www.${way}.`));
        });
        await program.stop();
        expect(line).to.equal(`rcode5|${program.pid}|warning|local3|www.${way}.example.|acl`);
      });
    }
  });
}
