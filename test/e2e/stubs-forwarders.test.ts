import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { passOver } from '../world/needs.ts';
import { COMMON, ServedSite } from '../world/served-site.ts';
import { dig } from './dig.ts';
import { findPort, type Peer, startBind, startUnbound, whenAnswering } from './peers.ts';
import { cleanUp, describeWith, findProgram, makeFolder, Program } from './processes.ts';
import { hasResolved, startResolved } from './resolved.ts';
import { ASKED_NAME, KNOWN_NAME, SERVERS, type ServerName } from './stubs/servers.ts';

async function startDnsmasq(server: number): Promise<Peer> {
  const port = await findPort();
  const only = ['--conf-file=/dev/null', '--no-resolv', '--no-hosts', '--pid-file=', '--user=root'];
  const at = ['--bind-interfaces', '--listen-address=127.0.0.1', `--port=${port}`];
  const args = ['--keep-in-foreground', ...only, ...at, `--server=127.0.0.1#${server}`];
  return whenAnswering(new Program(findProgram('dnsmasq')!, args, makeFolder()), port);
}

async function startRecursor(server: number): Promise<Peer> {
  const folder = makeFolder();
  const port = await findPort();
  writeFileSync(
    join(folder, 'recursor.conf'),
    `local-address=127.0.0.1:${port}
socket-dir=${folder}
daemon=no
write-pid=no
disable-syslog=yes
threads=1
dnssec=off
security-poll-suffix=
dont-query=
hint-file=no
forward-zones-recurse=.=127.0.0.1:${server}
`,
  );
  const command = findProgram('pdns_recursor')!;
  return whenAnswering(new Program(command, [`--config-dir=${folder}`], folder), port);
}

/** Forwarders of others, in front of a server at this port. */
const FORWARDERS = {
  unbound: (server: number) =>
    startUnbound([
      ...['do-not-query-localhost: no', 'ede: yes', 'access-control: 127.0.0.0/8 allow'],
      ...['forward-zone:', '  name: "."', `  forward-addr: 127.0.0.1@${server}`],
    ]),
  named: (server: number) =>
    startBind({
      options: `allow-query { any; }; recursion yes; forward only; forwarders { 127.0.0.1 port ${server}; };`,
    }),
  dnsmasq: startDnsmasq,
  pdns_recursor: startRecursor,
  'systemd-resolved': (server: number) => startResolved([server]),
} as const;

interface Expected {
  readonly when: ServerName;
  readonly type: 'A' | 'AAAA';
  /** How often the server is asked by UDP and by TCP, what the client gets, and its EDE. */
  readonly by: Readonly<
    Record<keyof typeof FORWARDERS, readonly [udp: number, tcp: number, rcode: string, ede: string]>
  >;
}

const EXPECTED: readonly Expected[] = [
  {
    when: 'refuses the client',
    type: 'A',
    by: {
      unbound: [5, 0, 'SERVFAIL', ''],
      named: [1, 0, 'SERVFAIL', ''],
      dnsmasq: [1, 0, 'REFUSED', '18'],
      pdns_recursor: [1, 0, 'SERVFAIL', ''],
      'systemd-resolved': [1, 0, 'REFUSED', ''],
    },
  },
  {
    when: 'refuses the name',
    type: 'A',
    by: {
      unbound: [5, 0, 'SERVFAIL', ''],
      named: [1, 0, 'SERVFAIL', ''],
      dnsmasq: [2, 0, 'REFUSED', '15'],
      pdns_recursor: [1, 0, 'SERVFAIL', ''],
      'systemd-resolved': [1, 0, 'REFUSED', ''],
    },
  },
  {
    when: 'truncates for the client',
    type: 'A',
    by: {
      unbound: [1, 1, 'NOERROR', ''],
      named: [1, 1, 'NOERROR', ''],
      dnsmasq: [1, 1, 'NOERROR', ''],
      pdns_recursor: [1, 1, 'NOERROR', ''],
      'systemd-resolved': [1, 1, 'NOERROR', ''],
    },
  },
  {
    when: 'denies the name',
    type: 'A',
    by: {
      unbound: [1, 0, 'NXDOMAIN', ''],
      named: [1, 0, 'NXDOMAIN', ''],
      dnsmasq: [1, 0, 'NXDOMAIN', '15'],
      pdns_recursor: [1, 0, 'NXDOMAIN', ''],
      'systemd-resolved': [2, 0, 'NXDOMAIN', ''],
    },
  },
  {
    when: 'refuses AAAA',
    type: 'AAAA',
    by: {
      unbound: [5, 0, 'SERVFAIL', ''],
      named: [1, 0, 'SERVFAIL', ''],
      dnsmasq: [2, 0, 'REFUSED', '15'],
      pdns_recursor: [1, 0, 'SERVFAIL', ''],
      'systemd-resolved': [1, 0, 'REFUSED', ''],
    },
  },
];

for (const forwarder of Object.keys(FORWARDERS) as (keyof typeof FORWARDERS)[]) {
  const isResolved = forwarder === 'systemd-resolved';
  const needed = isResolved ? ['unshare', 'dig'] : [forwarder, 'dig'];
  describeWith(needed, `e2e: what ${forwarder} makes of it, in front`, () => {
    before(function () {
      if (isResolved && !hasResolved()) passOver(this, 'there is no systemd-resolved');
    });
    const sites: ServedSite[] = [];
    after(async () => {
      await cleanUp();
      for (const site of sites) await site.close();
    });

    async function start(config: string): Promise<ServedSite> {
      const site = new ServedSite();
      sites.push(site);
      site.configure(config, COMMON);
      await site.start();
      return site;
    }

    for (const { when, type, by } of EXPECTED) {
      const [udp, tcp, rcode, ede] = by[forwarder];
      it(`asks a server that ${when} ${udp + tcp} times, and says ${rcode}`, async () => {
        const site = await start(SERVERS[when].config);
        const { program, port } = await FORWARDERS[forwarder](site.server.endpoints[0]!.port);
        // dnsmasq asks once more whoever has answered it lately.
        await dig(port, '+time=60', KNOWN_NAME);
        const shown = await dig(port, '+time=60', ASKED_NAME, type);
        const records = [...site.server.recent[0]!.latest()].map((line) => JSON.parse(line));
        const asked = records.filter(({ qname }) => qname === `${ASKED_NAME}.`);
        const count = (by: string) => asked.filter(({ transport }) => transport === by).length;
        expect([count('udp'), count('tcp'), shown.status, shown.ede.join()]).to.deep.equal([
          udp,
          tcp,
          rcode,
          ede,
        ]);
        await program.stop();
      });
    }
  });
}
