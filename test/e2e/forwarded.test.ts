import { expect } from 'chai';
import { writeCertificate } from '../world/certificates.ts';
import { message, question } from '../world/messages.ts';
import { dig } from './dig.ts';
import { findPort, startDnsdist } from './peers.ts';
import { cleanUp, describeWith, findProgram, itWith, Program, run } from './processes.ts';
import { type Rcode5, Site, scrape, serve } from './rcode5.ts';

const CLIENT = '127.0.20.7';
const PROXY = '127.0.0.1';
const SITE = `listen:
  - 127.0.0.1:0
  - address: "127.0.0.1:0"
    https: { certificate: a.pem, key: a.key, trustedProxies: [127.0.0.1] }
acl: { query: { 127.0.20.0/24: allow } }
decisionLog: { to: decisions.log, record: all }
policies: [{ name: house, rules: { walled.example: { answer: [192.0.2.7] } } }]
`;
/** What nghttpx says of its clients. */
const LISTED = ['--add-x-forwarded-for'];
const STANDARD = ['--add-forwarded=by,for,proto', '--forwarded-for=ip'];

describeWith(['openssl', 'curl'], 'e2e: DNS over HTTPS behind a proxy', () => {
  let server: Rcode5;
  let doh: number;

  before(async () => {
    const site = new Site(SITE);
    writeCertificate(site.folder, 'a', { names: ['dns.example', '127.0.0.1'] });
    server = await serve(site);
    const said = await server.program.says(/by DNS over HTTPS/);
    doh = Number(/127\.0\.0\.1:(\d+) by DNS over HTTPS/.exec(said)![1]);
  });
  after(cleanUp);

  const asked = (name: string) => {
    const octets = message({ flags: 0x0100, questions: [question(name)] });
    return `/dns-query?dns=${Buffer.from(octets).toString('base64url')}`;
  };
  const records = (name: string) =>
    server.site.records().filter(({ qname }) => qname === `${name}.`);

  /** The status. */
  async function curl(url: string, ...args: readonly string[]): Promise<string> {
    const usual = ['-s', '-k', '-m', '10', '-o', '/dev/null', '-w', '%{http_code}'];
    return (await run('curl', [...usual, ...args, url])).stdout;
  }

  async function unclear(): Promise<number> {
    const counts = await scrape(server, 'rcode5_ignored_packets_total');
    return counts.find(({ labels }) => labels === 'reason="forwarded-header"')?.value ?? 0;
  }

  async function startNghttpx(protocol: string, args: readonly string[]): Promise<number> {
    const port = await findPort();
    const backend = `--backend=127.0.0.1,${doh};;tls;proto=${protocol}`;
    const usual = [
      '--conf=/dev/null',
      `--frontend=127.0.0.1,${port};no-tls`,
      backend,
      '--insecure',
      '--workers=1',
    ];
    const nghttpx = new Program(findProgram('nghttpx')!, [...usual, ...args], server.site.folder);
    await nghttpx.until('nghttpx', async () => {
      const status = await curl(`http://127.0.0.1:${port}/elsewhere`);
      return status === '404' ? true : undefined;
    });
    return port;
  }

  const kinds = [
    { protocol: 'h2', field: 'X-Forwarded-For', args: LISTED },
    { protocol: 'http/1.1', field: 'X-Forwarded-For', args: LISTED },
    { protocol: 'h2', field: 'Forwarded', args: STANDARD },
    { protocol: 'http/1.1', field: 'Forwarded', args: STANDARD },
    { protocol: 'h2', field: 'both', args: [...LISTED, ...STANDARD] },
  ];
  for (const { protocol, field, args } of kinds) {
    itWith(['nghttpx'], `knows clients of nghttpx by ${field} over ${protocol}`, async () => {
      const port = await startNghttpx(protocol, args);
      const at = `http://127.0.0.1:${port}`;
      const name = `${field}.${protocol.replace(/\W/g, '-')}.example`.toLowerCase();
      expect(await curl(`${at}${asked('walled.example')}`, '--interface', CLIENT)).to.equal('200');
      const [answered] = records('walled.example').slice(-1);
      expect(answered).to.include({ client: CLIENT, peer: PROXY, transport: 'doh' });
      expect(await curl(`${at}${asked(name)}`, '--interface', '127.0.30.7')).to.equal('200');
      const [refused] = records(name);
      expect(refused).to.include({ client: '127.0.30.7', peer: PROXY, layer: 'acl' });
    });
  }

  itWith(
    ['nghttpx'],
    'takes no client that is hidden, and none that a client makes up',
    async () => {
      const hidden = await startNghttpx('h2', ['--add-forwarded=for']);
      const before = await unclear();
      const url = `http://127.0.0.1:${hidden}${asked('hidden.example')}`;
      expect(await curl(url, '--interface', CLIENT)).to.equal('400');
      const listed = await startNghttpx('h2', LISTED);
      const made = `http://127.0.0.1:${listed}${asked('made.example')}`;
      const other = ['--interface', '127.0.30.7', '-H'];
      // It stands before the true one.
      expect(await curl(made, ...other, `X-Forwarded-For: ${CLIENT}`)).to.equal('200');
      expect(records('made.example').at(-1)).to.include({ client: '127.0.30.7', layer: 'acl' });
      // nghttpx does not touch the other field.
      expect(await curl(made, ...other, `Forwarded: for=${CLIENT}`)).to.equal('400');
      expect(await unclear()).to.equal(before + 2);
      expect(records('hidden.example')).to.deep.equal([]);
    },
  );

  it('does not believe who is no proxy', async () => {
    for (const version of ['--http1.1', '--http2']) {
      const url = `https://127.0.0.1:${doh}${asked('liar.example')}`;
      const args = [version, '--interface', '127.0.30.8', '-H', `X-Forwarded-For: ${CLIENT}`];
      expect(await curl(url, ...args, '-H', 'Forwarded: nonsense')).to.equal('200');
      expect(records('liar.example').at(-1))
        .to.include({ client: '127.0.30.8', layer: 'acl' })
        .and.not.have.property('peer');
    }
  });

  it('takes a proxy that names nobody for a client', async () => {
    const url = `https://127.0.0.1:${doh}${asked('health.example')}`;
    expect(await curl(url)).to.equal('200');
    expect(records('health.example').at(-1))
      .to.include({ client: PROXY })
      .and.not.have.property('peer');
  });

  itWith(['dnsdist', 'dig'], 'knows clients of dnsdist', async () => {
    const tls = 'tls="openssl", subjectName="dns.example", validateCertificates=false';
    const way = `${tls}, dohPath="/dns-query", addXForwardedHeaders=true`;
    const dnsdist = await startDnsdist(doh, way, 'getServer(0):setUp()');
    const shown = await dig(dnsdist.port, '-b', '127.0.30.9', 'dnsdist.example');
    expect(shown.status).to.equal('REFUSED');
    expect(records('dnsdist.example').at(-1)).to.include({
      client: '127.0.30.9',
      peer: PROXY,
      transport: 'doh',
    });
  });
});
