import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { writeCertificate } from '../world/certificates.ts';
import { message, question } from '../world/messages.ts';
import { Clients } from './clients.ts';
import { kdig } from './dig.ts';
import { cleanUp, describeWith, itWith, run } from './processes.ts';
import { type Rcode5, Site, scrape, serve, sumOf } from './rcode5.ts';

const SITE = `listen:
  - { address: "127.0.0.1:0", https: { certificate: dns.example.pem, key: dns.example.key } }
  - 127.0.0.1:0
decisionLog: { to: decisions.log, record: all }
acl: { query: { 127.0.0.0/8: allow }, transfer: { 127.0.0.0/8: allow } }
policies:
  - name: house
    rules: { walled.example: { answer: [192.0.2.7] }, no.example: refuse, silent.example: drop }
`;
const RD = 0x0100;

async function serveDoh(site: Site): Promise<{ server: Rcode5; doh: number }> {
  writeCertificate(site.folder, 'dns.example', { names: ['dns.example', '127.0.0.1'] });
  const server = await serve(site);
  const said = await server.program.says(/by DNS over HTTPS/);
  return { server, doh: Number(/127\.0\.0\.1:(\d+) by DNS over HTTPS/.exec(said)![1]) };
}

describeWith(['openssl', 'kdig', 'curl'], 'e2e: DNS over HTTPS', () => {
  let server: Rcode5;
  let doh: number;

  before(async () => {
    ({ server, doh } = await serveDoh(new Site(SITE)));
  });
  after(cleanUp);

  const records = (name: string) =>
    server.site.records().filter(({ qname }) => qname === `${name}.`);
  const urlOf = (name: string, type = 1) => {
    const asked = message({ id: 0, flags: RD, questions: [question(name, type)] });
    return `https://127.0.0.1:${doh}/dns-query?dns=${Buffer.from(asked).toString('base64url')}`;
  };
  const curl = async (...args: readonly string[]) =>
    (await run('curl', ['-s', '-k', '-m', '10', ...args])).stdout;

  for (const [way, name] of [
    ['+https', 'post'],
    ['+https-get', 'get'],
  ] as const) {
    it(`answers and refuses kdig ${way}, with the record of it`, async () => {
      const ca = `+tls-ca=${server.site.path('dns.example.pem')}`;
      const answered = await kdig(doh, way, ca, '+tls-hostname=dns.example', 'walled.example');
      expect(answered).to.include({ status: 'NOERROR', answers: 1 });
      const before = await sumOf(server, 'rcode5_refused_total');
      const refused = await kdig(doh, way, 'no.example');
      expect(refused, name).to.include({ status: 'REFUSED' });
      expect(refused.ede).to.deep.equal([15]);
      expect(records('no.example').at(-1)).to.include({
        event: 'refused',
        transport: 'doh',
        layer: 'policy',
        listener: `127.0.0.1:${doh}`,
      });
      expect(await sumOf(server, 'rcode5_refused_total')).to.equal(before + 1);
    });
  }

  for (const version of ['--http1.1', '--http2']) {
    it(`answers curl ${version}: what may be kept, and what not`, async () => {
      const kept = await curl(version, '-i', '-o', '-', urlOf('walled.example'));
      expect(kept)
        .to.match(/^HTTP\/[\d.]+ 200/)
        .and.match(/^cache-control: max-age=30\r$/im);
      const refused = await curl(version, '-i', '-o', '-', urlOf('no.example'));
      expect(refused)
        .to.match(/^HTTP\/[\d.]+ 200/)
        .and.match(/^cache-control: no-store\r$/im);
      const failed = await curl(version, '-i', '-o', '-', urlOf('nobody.example'));
      expect(failed)
        .to.match(/^HTTP\/[\d.]+ 200/)
        .and.match(/^cache-control: no-store\r$/im);
      const missed = await curl(version, '-i', `https://127.0.0.1:${doh}/`);
      expect(missed).to.match(/^HTTP\/[\d.]+ 404/);
    });

    it(`gives curl ${version} no answer to what is dropped`, async () => {
      const { code } = await run('curl', [
        '-s',
        '-k',
        '-m',
        '10',
        version,
        urlOf('silent.example'),
      ]);
      expect(code).to.not.equal(0);
      expect(records('silent.example').at(-1)).to.include({ event: 'dropped', transport: 'doh' });
    });
  }

  it('resolves for curl --doh-url', async () => {
    const url = ['--doh-insecure', '--doh-url', `https://127.0.0.1:${doh}/dns-query`];
    const { stderr } = await run('curl', ['-v', ...url, '-m', '2', 'http://walled.example:9/']);
    expect(stderr).to.contain('192.0.2.7');
  });

  it('gives no transfers: an answer is one message', async () => {
    const AXFR = 252;
    await curl('-o', '/dev/null', urlOf('zone.example', AXFR));
    expect(records('zone.example').at(-1)).to.include({ layer: 'transfer', transport: 'doh' });
  });

  itWith(['h2load'], 'has a record of each answer under load', async () => {
    const args = ['-n', '2000', '-c', '8', '-m', '20', urlOf('no.example')];
    const before = records('no.example').length;
    const { stdout } = await run('h2load', args);
    expect(stdout).to.match(/2000 succeeded, 0 failed, 0 errored/);
    expect(records('no.example')).to.have.length(before + 2000);
    const queries = await scrape(server, 'rcode5_queries_total');
    const ofDoh = queries.find(({ labels }) => labels === 'transport="doh"');
    expect(ofDoh!.value).to.be.at.least(2000);
    expect(readFileSync(server.site.log, 'utf8').endsWith('\n')).to.equal(true);
  });
});

describeWith(['openssl'], 'e2e: DNS over HTTPS of a server that is killed', () => {
  after(cleanUp);

  for (const answers of [200, 700]) {
    it(`has a record of each REFUSED that a client has received, ${answers} of them`, async () => {
      const { server, doh } = await serveDoh(
        new Site(SITE.replace('query: { 127', 'query: { 128')),
      );
      const clients = new Clients(() => {
        if (clients.refused.length === answers) server.program.signal('SIGKILL');
      });
      await Promise.all(['127.0.0.1', '127.0.0.2'].map((source) => clients.doh(source, doh)));
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
