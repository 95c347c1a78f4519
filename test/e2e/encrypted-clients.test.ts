import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { message, question } from '../world/messages.ts';
import { passOver } from '../world/needs.ts';
import { dig, kdig, type Shown } from './dig.ts';
import { type Encrypted, LISTEN, serveEncrypted } from './encrypted.ts';
import { findPort, type Peer, startDnsdist, startUnbound, whenAnswering } from './peers.ts';
import {
  cleanUp,
  describeWith,
  findProgram,
  itWith,
  makeFolder,
  Program,
  run,
} from './processes.ts';
import { Site, sumOf } from './rcode5.ts';
import { hasResolved, startResolved } from './resolved.ts';

const SITE = `${LISTEN}acl: { query: { 127.0.0.0/8: allow } }
policies:
  - name: house
    rules: { walled.example: { answer: [192.0.2.7] }, "*.no.example": refuse }
`;
/** Names that each client asks for. */
const NAMES = ['a.no.example', 'b.no.example', 'c.no.example'];
const REFUSED = 5;
const RD = 0x0100;
/** In the fourth octet. */
const RCODE = 0x0f;

describeWith(['openssl', 'kdig', 'dig'], 'e2e: clients by TLS and HTTPS', () => {
  let world: Encrypted;
  before(async () => {
    world = await serveEncrypted(new Site(SITE));
  });
  after(cleanUp);

  const refusals = () => world.server.site.records().filter(({ event }) => event === 'refused');

  /** Runs a client; returns the transports of its refusals, of which each has its record and is counted. */
  async function refused(client: () => Promise<unknown>): Promise<readonly string[]> {
    const before = refusals().length;
    await client();
    const records = refusals();
    expect(await sumOf(world.server, 'rcode5_refused_total')).to.equal(records.length);
    return records.slice(before).map(({ transport }) => transport);
  }

  /** Asks for each name, and expects each to be refused. */
  async function askEach(ask: (name: string) => Promise<Shown>): Promise<void> {
    for (const name of NAMES) expect(await ask(name), name).to.include({ status: 'REFUSED' });
  }

  for (const [way, transport] of [
    ['+tls', 'dot'],
    ['+https', 'doh'],
    ['+https-get', 'doh'],
  ] as const) {
    it(`kdig ${way} receives as many refusals as there are records`, async () => {
      const port = transport === 'dot' ? world.dot : world.doh;
      const trust = [`+tls-ca=${world.certificate}`, '+tls-hostname=dns.example'];
      const seen = await refused(() => askEach((name) => kdig(port, way, ...trust, name)));
      expect(seen).to.deep.equal(NAMES.map(() => transport));
    });
  }

  for (const version of ['--http1.1', '--http2']) {
    for (const method of ['GET', 'POST']) {
      itWith(['curl'], `curl ${version} receives as many by ${method}`, async () => {
        const url = `https://127.0.0.1:${world.doh}/dns-query`;
        const folder = makeFolder();
        const [query, answer] = [join(folder, 'query'), join(folder, 'answer')];
        const ask = async (name: string) => {
          const asked = Buffer.from(message({ flags: RD, questions: [question(name)] }));
          writeFileSync(query, asked);
          const type = 'Content-Type: application/dns-message';
          const args =
            method === 'GET'
              ? [`${url}?dns=${asked.toString('base64url')}`]
              : ['-H', type, '--data-binary', `@${query}`, url];
          await run('curl', ['-s', '-k', '-m', '20', version, '-o', answer, ...args]);
          return readFileSync(answer)[3]! & RCODE;
        };
        const seen = await refused(async () => {
          for (const name of NAMES) expect(await ask(name), name).to.equal(REFUSED);
        });
        expect(seen).to.deep.equal(NAMES.map(() => 'doh'));
      });
    }
  }

  for (const version of ['--http1.1', '--http2']) {
    itWith(
      ['curl'],
      `curl ${version} --doh-url receives as many, and resolves nothing`,
      async () => {
        const url = `https://127.0.0.1:${world.doh}/dns-query`;
        const seen = await refused(async () => {
          for (const name of NAMES) {
            const args = ['-m', '20', version, '--doh-insecure', '--doh-url', url];
            const { code } = await run('curl', [...args, `http://${name}:9/`]);
            // CURLE_COULDNT_RESOLVE_HOST, for A and for AAAA.
            expect(code).to.equal(6);
          }
        });
        expect(seen).to.deep.equal(NAMES.flatMap(() => ['doh', 'doh']));
      },
    );
  }

  describe('that forward', () => {
    const tls = () => `tls="openssl", subjectName="dns.example", caStore="${world.certificate}"`;

    async function expectAnswer({ port }: Peer): Promise<void> {
      const shown = await dig(port, 'walled.example');
      expect(shown).to.include({ status: 'NOERROR', answers: 1 });
    }

    itWith(['dnsdist'], 'dnsdist by TLS passes on each refusal', async () => {
      const dnsdist = await startDnsdist(world.dot, tls(), 'getServer(0):setUp()');
      await expectAnswer(dnsdist);
      const seen = await refused(() => askEach((name) => dig(dnsdist.port, name)));
      expect(seen).to.deep.equal(NAMES.map(() => 'dot'));
    });

    itWith(['dnsdist'], 'dnsdist by HTTPS passes on each refusal', async () => {
      const https = `${tls()}, dohPath="/dns-query"`;
      const dnsdist = await startDnsdist(world.doh, https, 'getServer(0):setUp()');
      await expectAnswer(dnsdist);
      const seen = await refused(() => askEach((name) => dig(dnsdist.port, name)));
      expect(seen).to.deep.equal(NAMES.map(() => 'doh'));
    });

    itWith(
      ['unbound'],
      'Unbound asks a server that refuses again, and each has its record',
      async () => {
        const unbound = await startUnbound([
          `tls-cert-bundle: "${world.certificate}"`,
          'do-not-query-localhost: no',
          `access-control: 127.0.0.0/8 allow
forward-zone:
  name: "."
  forward-tls-upstream: yes
  forward-addr: 127.0.0.1@${world.dot}#dns.example
`,
        ]);
        await expectAnswer(unbound);
        const seen = await refused(async () => {
          for (const name of NAMES) {
            expect(await dig(unbound.port, name), name).to.include({ status: 'SERVFAIL' });
          }
        });
        expect(seen.length).to.be.at.least(NAMES.length);
        expect([...new Set(seen)]).to.deep.equal(['dot']);
      },
    );

    itWith(['unshare'], 'systemd-resolved passes on each refusal', async function () {
      if (!hasResolved()) passOver(this, 'systemd-resolved is not unpacked');
      const trust = { name: 'dns.example', certificate: world.certificate };
      const resolved = await startResolved([world.dot], trust);
      await expectAnswer(resolved);
      const seen = await refused(() => askEach((name) => dig(resolved.port, name)));
      expect([...new Set(seen)]).to.deep.equal(['dot']);
      expect(seen.length).to.be.at.least(NAMES.length);
    });

    itWith(['stubby'], 'stubby passes on each refusal', async () => {
      const stubby = await startStubby(world);
      await expectAnswer(stubby);
      const seen = await refused(() => askEach((name) => dig(stubby.port, name)));
      expect(seen).to.deep.equal(NAMES.map(() => 'dot'));
    });
  });
});

/** stubby as its users have it: strict, by a name and a certificate that it checks. */
async function startStubby({ dot, certificate }: Encrypted): Promise<Peer> {
  const site = new Site('');
  const port = await findPort();
  site.write(
    'stubby.yml',
    `resolution_type: GETDNS_RESOLUTION_STUB
dns_transport_list: [GETDNS_TRANSPORT_TLS]
tls_authentication: GETDNS_AUTHENTICATION_REQUIRED
tls_ca_file: "${certificate}"
round_robin_upstreams: 1
idle_timeout: 10000
listen_addresses: [127.0.0.1@${port}]
upstream_recursive_servers:
  - address_data: 127.0.0.1
    tls_port: ${dot}
    tls_auth_name: "dns.example"
`,
  );
  const program = new Program(findProgram('stubby')!, ['-C', site.path('stubby.yml')], site.folder);
  return whenAnswering(program, port);
}
