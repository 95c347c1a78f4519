import { expect } from 'chai';
import { ALPN } from '../../src/policy/designated-resolvers.ts';
import { DOH_PROTOCOLS } from '../../src/transport/doh-dialect.ts';
import { writeCertificate } from '../world/certificates.ts';
import { message, question } from '../world/messages.ts';
import { dig, kdig } from './dig.ts';
import { findPort } from './peers.ts';
import { cleanUp, describeWith, run } from './processes.ts';
import { type Rcode5, Site, serve } from './rcode5.ts';

const NAME = 'dns.example.net';

/** What a client reads from one line of `dig +short`. */
interface Endpoint {
  readonly target: string;
  readonly parameters: ReadonlyMap<string, string>;
}

function readEndpoint(line: string): Endpoint {
  const [, target, ...rest] = line.split(' ');
  const pairs = rest.map((text) => text.split('=') as [string, string]);
  const unquoted = pairs.map(([key, value]): [string, string] => [key, value.replaceAll('"', '')]);
  return { target: target!, parameters: new Map(unquoted) };
}

/** What follows plays a client of RFC 9462 with tools: no package of Debian 12 is one. */
describeWith(['openssl', 'kdig', 'dig', 'curl'], 'e2e: discovery of the listeners with TLS', () => {
  let server: Rcode5;
  let ca: string;

  before(async () => {
    const [dot, doh] = [await findPort(), await findPort()];
    const pair = 'certificate: a.pem, key: a.key';
    const site = new Site(`listen:
  - 127.0.0.1:0
  - { address: "127.0.0.1:${dot}", tls: { ${pair} } }
  - { address: "127.0.0.1:${doh}", https: { ${pair}, path: /q } }
discovery: { name: ${NAME} }
decisionLog: { to: decisions.log, record: all }
policies: [{ name: house, rules: { no.example: refuse } }]
`);
    writeCertificate(site.folder, 'a', { names: [NAME, '127.0.0.1'] });
    server = await serve(site);
    ca = site.path('a.pem');
  });
  after(cleanUp);

  async function discover(...args: readonly string[]): Promise<readonly Endpoint[]> {
    const { text } = await dig(server.port, '+short', ...args);
    return text.trim().split('\n').sort().map(readEndpoint);
  }

  it('is answered with what dig reads, and with the addresses of the name', async () => {
    const shown = await dig(server.port, '_dns.resolver.arpa', 'SVCB');
    expect(shown).to.include({ status: 'NOERROR', flags: 'qr aa rd ra', answers: 2 });
    expect(shown.text).to.match(/^dns\.example\.net\.\s+300\s+IN\s+A\s+127\.0\.0\.1$/m);
    const [record] = server.site.records().slice(-1);
    expect(record).to.deep.include({ event: 'answered', layer: 'special-use' });
  });

  it('leads a client to TLS with a certificate for the name and for the address', async () => {
    const [first] = await discover('_dns.resolver.arpa', 'SVCB');
    expect(first!.target).to.equal(`${NAME}.`);
    expect(first!.parameters.get('alpn')).to.equal('dot');
    const port = Number(first!.parameters.get('port'));
    expect(first!.parameters.get('ipv4hint')).to.equal('127.0.0.1');
    const refused = await kdig(port, `+tls-ca=${ca}`, `+tls-hostname=${NAME}`, 'no.example');
    expect(refused.status).to.equal('REFUSED');
    // RFC 9462 section 4.2: the certificate is for the address that was asked by plain DNS.
    const verify = async (address: string) => {
      const at = ['s_client', '-connect', `127.0.0.1:${port}`, '-CAfile', ca];
      const args = [...at, '-verify_ip', address, '-verify_return_error', '-brief'];
      return (await run('openssl', args)).code;
    };
    expect(await verify('127.0.0.1')).to.equal(0);
    expect(await verify('127.0.0.2')).to.equal(1);
  });

  it('leads a client to the template of DNS over HTTPS', async () => {
    const [, second] = await discover(`_dns.${NAME}`, 'SVCB');
    const { parameters } = second!;
    expect(parameters.get('alpn')).to.equal('h2,http/1.1');
    const path = (parameters.get('dohpath') ?? parameters.get('key7'))!;
    const asked = message({ flags: 0x0100, questions: [question('no.example')] });
    const query = `?dns=${Buffer.from(asked).toString('base64url')}`;
    const url = `https://${NAME}:${parameters.get('port')}${path.replace('{?dns}', query)}`;
    const at = `${NAME}:${parameters.get('port')}:${parameters.get('ipv4hint')}`;
    const args = ['-s', '-m', '10', '--cacert', ca, '--resolve', at, '-w', '%{http_code}', '-o'];
    const { stdout } = await run('curl', [...args, '/dev/null', url]);
    expect(stdout).to.equal('200');
    const [record] = server.site.records().slice(-1);
    expect(record).to.deep.include({ event: 'refused', transport: 'doh' });
  });

  it('is the same for who asks by TLS already, and for RESINFO at the name', async () => {
    const [first] = await discover('_dns.resolver.arpa', 'SVCB');
    const port = Number(first!.parameters.get('port'));
    const svcb = await kdig(port, '+tls', '_dns.resolver.arpa', 'TYPE64');
    expect(svcb.answers).to.equal(2);
    const info = await kdig(port, '+tls', NAME, 'TYPE261');
    expect(info).to.include({ status: 'NOERROR', answers: 1 });
  });

  it('names the protocols that the listeners speak', () => {
    expect(ALPN.doh).to.deep.equal(DOH_PROTOCOLS);
  });
});
