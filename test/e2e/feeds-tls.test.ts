import { X509Certificate } from 'node:crypto';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { PrimaryAddress } from '../../src/config/primary-text.ts';
import type { FeedTls } from '../../src/policy/rpz/transfer/transferred-zone.ts';
import { ZoneTransfer } from '../../src/transfer/zone-transfer.ts';
import { keyHash } from '../../src/transport/tls-client.ts';
import { createTsigKey } from '../../src/wire/tsig.ts';
import { Authority } from '../world/authority.ts';
import { name } from '../world/messages.ts';
import { findPort, type Peer, whenAnswering } from './peers.ts';
import { SECRET, ZONE, zoneText } from './primaries.ts';
import { cleanUp, describeWith, findProgram, makeFolder, Program, run } from './processes.ts';
import { type Rcode5, Site, scrape, serve, spawnRcode5 } from './rcode5.ts';
import { ask } from './sockets.ts';

const NXDOMAIN = 3;
/** So many that BIND finds a difference shorter than the zone. */
const MANY = Array.from({ length: 50 }, (_, i) => `n${i}.example`);
const DAY_MS = 86_400_000;
const NONE: FeedTls = { ca: undefined, pins: undefined, identity: undefined };

/** Ports of BIND: DNS, TLS, TLS with client certificates, TLS with a certificate that has expired. */
interface Ports {
  readonly plain: number;
  readonly tls: number;
  readonly mutual: number;
  readonly expired: number;
}

/** BIND that gives its zone by TLS alone, as RFC 9103 section 9.1 has it. */
async function startXotPrimary(folder: string, ports: Ports, to: number): Promise<Peer> {
  const { plain, tls, mutual, expired } = ports;
  const named = join(folder, 'named');
  copyFileSync(findProgram('named')!, named);
  for (const file of ['zone', 'mutual']) {
    writeFileSync(join(folder, file), zoneText(7, ['bad.example', ...MANY]));
  }
  const config = join(folder, 'named.conf');
  const file = (kind: string, of: string) => `${kind}-file "${join(folder, of)}";`;
  writeFileSync(
    config,
    `key "vendor-key" { algorithm hmac-sha256; secret "${SECRET}"; };
tls shown { ${file('cert', 'primary.pem')} ${file('key', 'primary.key')} };
tls mutual { ${file('cert', 'primary.pem')} ${file('key', 'primary.key')} ${file('ca', 'clients.pem')} };
tls expired { ${file('cert', 'expired.pem')} ${file('key', 'expired.key')} };
options {
  directory "${folder}";
  listen-on port ${plain} { 127.0.0.1; };
  listen-on port ${tls} tls shown { 127.0.0.1; };
  listen-on port ${mutual} tls mutual { 127.0.0.1; };
  listen-on port ${expired} tls expired { 127.0.0.1; };
  listen-on-v6 { none; };
  pid-file none;
  session-keyfile none;
  dnssec-validation no;
  recursion no;
  notify explicit;
  notify-delay 0;
};
controls {};
zone "${ZONE}" {
  type primary;
  file "zone";
  allow-transfer port ${tls} transport tls { key vendor-key; };
  allow-update { key vendor-key; };
  also-notify { 127.0.0.1 port ${to} key vendor-key; };
};
zone "mutual.example" {
  type primary;
  file "mutual";
  allow-transfer port ${mutual} transport tls { any; };
};
`,
  );
  const program = new Program(named, ['-g', '-4', '-n', '1', '-c', config], folder);
  return whenAnswering(program, plain);
}

describeWith(['named', 'nsupdate', 'openssl'], 'e2e: policy zones by TLS', () => {
  let folder: string;
  let ca: string;
  let pin: string;
  let ports: Ports;
  let listen: number;

  before(async () => {
    folder = makeFolder();
    const authority = new Authority(folder);
    ca = authority.file;
    const { certificate } = authority.issue('primary', { names: ['primary.example'] });
    pin = keyHash(new X509Certificate(certificate));
    const to = new Date(Date.now() - DAY_MS);
    const from = new Date(Date.now() - 3 * DAY_MS);
    authority.issue('expired', { names: ['primary.example'], from, to });
    new Authority(folder, 'clients').issue('client', { names: ['secondary.example'] });
    new Authority(folder, 'strangers').issue('stranger', { names: ['secondary.example'] });
    ports = {
      plain: await findPort(),
      tls: await findPort(),
      mutual: await findPort(),
      expired: await findPort(),
    };
    listen = await findPort();
    await startXotPrimary(folder, ports, listen);
  });
  after(cleanUp);

  const identityOf = (who: string) => ({
    certificate: join(folder, `${who}.pem`),
    key: join(folder, `${who}.key`),
  });

  /** What comes of the first look at one primary. */
  async function look(
    primary: Omit<PrimaryAddress, 'address'>,
    given: Partial<FeedTls>,
    { zone = ZONE, isSigned = true } = {},
  ): Promise<{ said: string; faults: readonly string[] }> {
    let wake = (_said: string) => {};
    const first = new Promise<string>((resolve) => {
      wake = resolve;
    });
    const secret = Buffer.from(SECRET, 'base64');
    const vendorKey = createTsigKey(name('vendor-key'), 'hmac-sha256', secret);
    const log = { info: (text: string) => wake(text), warn: (text: string) => wake(text) };
    const settings = {
      ...{ policy: 'feed', zone: name(zone), cacheFile: undefined, override: 'given' as const },
      primaries: [{ address: '127.0.0.1', ...primary }],
      key: isSigned ? vendorKey : undefined,
      tls: { ...NONE, ...given },
      ...{ maxSize: 100_000, maxTime: 10_000 },
    };
    const feed = new ZoneTransfer(settings, { log, changed: () => {} });
    feed.start();
    const said = await first;
    feed.close();
    return { said, faults: [...feed.tlsFaults.keys()] };
  }

  const tlsName = 'primary.example';
  const cases = [
    {
      what: 'gives the zone to whoever has the key, by TLS',
      asked: () => look({ port: ports.tls, tlsName }, { ca, pins: undefined }),
      says: /^policy feed: serial 7 from tls:\/\/127\.0\.0\.1:\d+#primary\.example by AXFR, 53 records$/,
    },
    {
      what: 'gives it to who has a pin for its key, too',
      asked: () => look({ port: ports.tls, tlsName }, { ca, pins: [pin] }),
      says: /serial 7 from tls:/,
    },
    {
      what: 'refuses the zone without TLS, whoever has the key',
      asked: () => look({ port: ports.plain }, {}),
      says: /^policy feed: rpz\.example\.: 127\.0\.0\.1:\d+: it answers REFUSED/,
    },
    {
      what: 'refuses the zone without the key',
      asked: () => look({ port: ports.tls, tlsName }, { ca }, { isSigned: false }),
      says: /#primary\.example: it answers REFUSED/,
    },
    {
      what: 'has a certificate that nobody here knows',
      asked: () => look({ port: ports.tls, tlsName }, {}),
      says: /#primary\.example: certificate .*is not trusted/,
      fault: 'authority',
    },
    {
      what: 'has a certificate for another name',
      asked: () => look({ port: ports.tls, tlsName: 'other.example' }, { ca }),
      says: /: name other\.example does not match the certificate: it is for primary\.example; it is missing$/,
      fault: 'name',
    },
    {
      what: 'has a certificate that has expired',
      asked: () => look({ port: ports.expired, tlsName }, { ca }),
      says: /: certificate expired on \d{4}-\d\d-\d\d; it is missing$/,
      fault: 'expired',
    },
    {
      what: 'has another key than the one that is pinned',
      asked: () => look({ port: ports.tls, tlsName }, { ca, pins: ['A'.repeat(44)] }),
      says: /: no key of the certificate is pinned: it has sha256\/\S{44}; /,
      fault: 'pin',
    },
    {
      what: 'gives the zone to a client certificate',
      asked: () =>
        look(
          { port: ports.mutual, tlsName },
          { ca, identity: identityOf('client') },
          { zone: 'mutual.example', isSigned: false },
        ),
      says: /serial 7 from tls:/,
    },
    {
      what: 'wants a client certificate',
      asked: () => look({ port: ports.mutual, tlsName }, { ca }, { zone: 'mutual.example' }),
      says: /: the server closed the connection behind the TLS handshake, without an answer: it may miss a client certificate, or not accept it; /,
      fault: 'closed',
    },
    {
      what: 'does not know who has signed the client certificate',
      asked: () => {
        const identity = identityOf('stranger');
        return look({ port: ports.mutual, tlsName }, { ca, identity }, { zone: 'mutual.example' });
      },
      says: /: the server closed the connection behind the TLS handshake, without an answer: it may miss a client certificate, or not accept it; /,
      fault: 'closed',
    },
    {
      what: 'cannot be asked without the file of authorities',
      asked: () => look({ port: ports.tls, tlsName }, { ca: join(folder, 'none.pem') }),
      says: /#primary\.example: \/\S+none\.pem cannot be read: ENOENT/,
    },
  ] as const;
  for (const one of cases) {
    it(`BIND ${one.what}`, async () => {
      const { said, faults } = await one.asked();
      expect(said).to.match(one.says);
      const fault = 'fault' in one ? one.fault : undefined;
      expect(faults).to.have.length(fault === undefined ? 0 : 1);
      if (fault !== undefined) expect(faults[0]).to.match(new RegExp(fault));
    });
  }

  describe('of a server', () => {
    let server: Rcode5;

    const configuration = (from: string) => `listen: ["127.0.0.1:${listen}"]
tsigKeys: { vendor-key: { algorithm: hmac-sha256, secret: "${SECRET}" } }
policies:
  - name: feed
    rpz: { zone: ${ZONE}, primaries: ["${from}"], ca: "${ca}", tsig: vendor-key }
`;

    before(async () => {
      server = await serve(new Site(configuration(`tls://127.0.0.1:${ports.tls}#${tlsName}`)));
    });

    it('are in force, and show whom they are from', async () => {
      expect(await ask(listen, 'bad.example')).to.equal(NXDOMAIN);
      const { rule } = server.site.records().at(-1)!;
      expect(rule).to.deep.include({ file: `tls://127.0.0.1:${ports.tls}#${tlsName}#7` });
    });

    it('are brought up to date by NOTIFY and IXFR over TLS', async () => {
      const commands = [
        `server 127.0.0.1 ${ports.plain}`,
        `zone ${ZONE}`,
        `key hmac-sha256:vendor-key ${SECRET}`,
        `update add new.example.${ZONE} 60 CNAME .`,
        'send',
        '',
      ];
      const { code, stderr } = await run(findProgram('nsupdate')!, [], commands.join('\n'));
      expect(code, stderr).to.equal(0);
      await server.program.says(/serial 8 from tls:\S+ by IXFR/);
      await server.program.until('the change', async () => {
        return (await ask(listen, 'new.example')) === NXDOMAIN ? true : undefined;
      });
    });

    it('say why they are not up to date in status, metrics and the log', async () => {
      const before = server.program.stderr.length;
      server.site.configure(configuration(`tls://127.0.0.1:${ports.expired}#${tlsName}`));
      server.program.signal('SIGHUP');
      await server.program.says(
        /certificate expired on \S+; the last good copy stays in force/,
        before,
      );
      expect(await ask(listen, 'new.example')).to.equal(NXDOMAIN);
      const status = spawnRcode5(['status', '--admin', server.admin]);
      await status.ended;
      expect(status.stdout).to.match(
        /^policy {5}feed: tls:\/\/127\.0\.0\.1:\d+#primary\.example: certificate expired on /m,
      );
      const faults = await scrape(server, 'rcode5_policy_transfer_tls_failures_total');
      expect(faults).to.have.length(1);
      expect(faults[0]!.labels).to.equal('policy="feed",reason="expired"');
    });

    it('keep a configuration whose files are wrong from being loaded', async () => {
      const before = server.program.stderr.length;
      const from = `tls://127.0.0.1:${ports.tls}#${tlsName}`;
      const line = server.site.lineOf('rpz:');
      server.site.configure(configuration(from).replace(`"${ca}"`, 'none.pem'));
      server.program.signal('SIGHUP');
      const said = await server.program.says(/reload failed: .*/, before);
      expect(said).to.match(
        new RegExp(`site\\.yaml:${line}:\\d+: none\\.pem cannot be used: ENOENT.*; expect PEM`),
      );
    });
  });
});
