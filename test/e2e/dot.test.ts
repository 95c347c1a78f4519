import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { writeCertificate } from '../world/certificates.ts';
import { Clients } from './clients.ts';
import { dig, kdig } from './dig.ts';
import { type Peer, startDnsdist, startUnbound } from './peers.ts';
import { cleanUp, describeWith, itWith, run } from './processes.ts';
import { type Rcode5, Site, scrape, serve, spawnRcode5, sumOf } from './rcode5.ts';

const SITE = `listen:
  - { address: "127.0.0.1:0", tls: { certificate: dns.example.pem, key: dns.example.key } }
  - 127.0.0.1:0
acl:
  query:
    127.0.0.0/8: allow
    127.0.30.0/24: refuse
policies:
  - name: house
    rules: { walled.example: { answer: [192.0.2.7] }, no.example: refuse }
`;

const NAME = ['+tls-hostname=dns.example'];
/** Answers to get before the server is killed. */
const BEFORE_KILL = [200, 700];
const SOURCES = ['127.0.30.1', '127.0.30.2', '127.0.30.3'];

interface SecureSite {
  readonly server: Rcode5;
  readonly dot: number;
}

async function serveSecurely(site: Site): Promise<SecureSite> {
  writeCertificate(site.folder, 'dns.example', { names: ['dns.example', '127.0.0.1'] });
  const server = await serve(site);
  const said = await server.program.says(/by DNS over TLS/);
  return { server, dot: Number(/127\.0\.0\.1:(\d+) by DNS over TLS/.exec(said)![1]) };
}

const ofName = ({ server }: SecureSite, name: string) =>
  server.site.records().filter(({ qname }) => qname === `${name}.`);

/** The certificate that the server shows at the moment. */
async function shownCertificate(port: number): Promise<string> {
  const secured = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await new Promise((resolve, reject) => {
    secured.once('secureConnect', resolve).once('error', reject);
  });
  const { fingerprint256 } = secured.getPeerCertificate();
  secured.destroy();
  return fingerprint256;
}

describeWith(['openssl', 'kdig', 'dig'], 'e2e: DNS over TLS', () => {
  let secure: SecureSite;
  let ca: string;

  before(async () => {
    const site = new Site(SITE);
    secure = await serveSecurely(site);
    ca = `+tls-ca=${site.path('dns.example.pem')}`;
  });
  after(cleanUp);

  it('answers a client that checks the certificate', async () => {
    const shown = await kdig(secure.dot, ca, ...NAME, 'walled.example');
    expect(shown).to.include({ status: 'NOERROR', answers: 1 });
    expect(shown.text).to.match(/TLS session \(TLS1\.3\)/);
    expect(ofName(secure, 'walled.example')).to.have.lengthOf(1);
    expect(ofName(secure, 'walled.example')[0]).to.include({
      event: 'blocked',
      transport: 'dot',
      listener: `127.0.0.1:${secure.dot}`,
    });
  });

  it('refuses as by TCP, with the record and the counts of it', async () => {
    const before = await sumOf(secure.server, 'rcode5_refused_total');
    const shown = await kdig(secure.dot, '+tls', 'no.example');
    expect(shown).to.include({ status: 'REFUSED' });
    expect(shown.ede).to.deep.equal([15]);
    const [record, ...more] = ofName(secure, 'no.example');
    expect(record).to.include({ event: 'refused', transport: 'dot', layer: 'policy' });
    expect(more).to.deep.equal([]);
    expect(await sumOf(secure.server, 'rcode5_refused_total')).to.equal(before + 1);
    const responses = await scrape(secure.server, 'rcode5_responses_total');
    const refused = responses.find(({ labels }) => /REFUSED.*policy.*"dot"/.test(labels));
    expect(refused?.value).to.equal(1);
  });

  it('pads the answer to a padded query', async () => {
    const padded = await kdig(secure.dot, '+tls', '+padding=128', 'no.example');
    expect(padded).to.include({ status: 'REFUSED', size: 468 });
    const plain = await kdig(secure.dot, '+tls', '+nopadding', 'no.example');
    expect(plain.size).to.be.lessThan(200);
  });

  it('is no place for plain DNS, nor for datagrams', async () => {
    const before = await sumOf(secure.server, 'rcode5_tls_handshake_failures_total');
    const plain = await dig(secure.dot, '+tcp', 'plain.example');
    expect(plain.status).to.equal(undefined);
    const datagram = await dig(secure.dot, '+time=1', 'plain.example');
    expect(datagram.status).to.equal(undefined);
    expect(ofName(secure, 'plain.example')).to.deep.equal([]);
    const failures = await scrape(secure.server, 'rcode5_tls_handshake_failures_total');
    expect(failures.reduce((sum, { value }) => sum + value, 0)).to.equal(before + 1);
    const strangers = failures.find(({ labels }) => labels === 'reason="not-tls"');
    expect(strangers?.value).to.equal(1);
    await secure.server.program.says(/TLS handshake of 127\.0\.0\.1:\d+ at .* failed: not-tls/);
  });

  it('counts a client that does not take the certificate', async () => {
    const at = ['-connect', `127.0.0.1:${secure.dot}`, '-verify_return_error'];
    await run('openssl', ['s_client', ...at]);
    const failures = await scrape(secure.server, 'rcode5_tls_handshake_failures_total');
    const ofCertificate = failures.find(({ labels }) => labels === 'reason="certificate"');
    expect(ofCertificate?.value).to.equal(1);
  });

  it('resumes a session of openssl, across a reload', async () => {
    const { site } = secure.server;
    const at = ['s_client', '-connect', `127.0.0.1:${secure.dot}`, '-tls1_2'];
    const session = site.path('session.pem');
    const first = await run('openssl', [...at, '-sess_out', session]);
    expect(first.stdout).to.match(/^New, TLSv1\.2/m);
    secure.server.program.signal('SIGHUP');
    await secure.server.program.says(/reloaded policy=/);
    const second = await run('openssl', [...at, '-sess_in', session]);
    expect(second.stdout).to.match(/^Reused, TLSv1\.2/m);
  });

  it('tells when the certificate expires', async () => {
    const [expiry] = await scrape(secure.server, 'rcode5_tls_certificate_expiry_timestamp_seconds');
    expect(expiry?.labels).to.equal('file="dns.example.pem"');
    const days = (expiry!.value * 1000 - Date.now()) / 86_400_000;
    expect(days).to.be.within(29, 30);
  });

  it('explains a question by TLS', async () => {
    const args = ['-c', secure.server.site.config, '--client', '127.0.30.7'];
    const asked = ['--name', 'x.example', '--transport', 'dot'];
    const program = spawnRcode5(['explain', ...args, ...asked]);
    await program.ended;
    expect(program.stdout).to.match(/from 127\.0\.30\.7 by dot, RD=1/);
  });

  it('shows a renewed certificate, and connections live on', async () => {
    const { site, program } = secure.server;
    const raw = connect({ port: secure.dot, host: '127.0.0.1' });
    const open: TLSSocket = connectTls({ socket: raw, rejectUnauthorized: false });
    await new Promise((resolve) => open.once('secureConnect', resolve));
    let isClosed = false;
    open.on('close', () => {
      isClosed = true;
    });
    const before = await shownCertificate(secure.dot);
    writeCertificate(site.folder, 'dns.example', { names: ['dns.example', '127.0.0.1'] });
    await program.says(/certificates read again/);
    expect(await shownCertificate(secure.dot)).not.to.equal(before);
    expect(isClosed).to.equal(false);
    open.destroy();
  });

  it('keeps the certificate when a file is broken, and says so; a reload fails', async () => {
    const { site, program } = secure.server;
    const before = await shownCertificate(secure.dot);
    const pem = readFileSync(site.path('dns.example.pem'));
    writeFileSync(site.path('dns.example.pem'), 'nothing');
    await program.says(
      /the certificates stay as they were: .*dns\.example\.pem has no certificate/,
    );
    program.signal('SIGHUP');
    await program.says(/reload failed: .*dns\.example\.pem has no certificate/);
    expect(await shownCertificate(secure.dot)).to.equal(before);
    writeFileSync(site.path('dns.example.pem'), pem);
  });

  describe('to forwarders', () => {
    itWith(['unbound'], 'Unbound asks by TLS, and passes on what it is answered', async () => {
      const bundle = `tls-cert-bundle: "${secure.server.site.path('dns.example.pem')}"`;
      const forward = `forward-zone:
  name: "."
  forward-tls-upstream: yes
  forward-addr: 127.0.0.1@${secure.dot}#dns.example
`;
      const unbound: Peer = await startUnbound([
        bundle,
        'do-not-query-localhost: no',
        `access-control: 127.0.0.0/8 allow\n${forward}`,
      ]);
      const shown = await dig(unbound.port, 'walled.example');
      expect(shown).to.include({ status: 'NOERROR', answers: 1 });
      const [record] = ofName(secure, 'walled.example').slice(-1);
      expect(record).to.include({ transport: 'dot' });
    });

    itWith(['dnsdist'], 'dnsdist asks by TLS, and passes on what it is answered', async () => {
      const pem = secure.server.site.path('dns.example.pem');
      const tls = `tls="openssl", subjectName="dns.example", caStore="${pem}"`;
      const dnsdist = await startDnsdist(secure.dot, tls, 'getServer(0):setUp()');
      const shown = await dig(dnsdist.port, 'walled.example');
      expect(shown).to.include({ status: 'NOERROR', answers: 1 });
    });
  });
});

describeWith(['openssl'], 'e2e: DNS over TLS of a server that is killed', () => {
  after(cleanUp);

  for (const answers of BEFORE_KILL) {
    it(`has a record of each REFUSED that a client has received, ${answers} of them`, async () => {
      const { server, dot } = await serveSecurely(new Site(SITE));
      const clients = new Clients(() => {
        if (clients.refused.length === answers) server.program.signal('SIGKILL');
      });
      await Promise.all(SOURCES.map((source) => clients.dot(source, dot)));
      clients.start();
      await server.program.ended;
      await clients.finish();
      const lines = readFileSync(server.site.log, 'utf8').split('\n').slice(0, -1);
      const recorded = new Set(
        lines.map((line) => {
          const { transport, port, id, qname } = JSON.parse(line);
          return `${transport} ${port} ${id} ${qname}`;
        }),
      );
      expect(clients.refused.filter((answer) => !recorded.has(answer))).to.deep.equal([]);
      expect(clients.asked).to.be.greaterThan(clients.refused.length);
    });
  }
});
