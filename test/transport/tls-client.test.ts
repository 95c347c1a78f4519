import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { expect } from 'chai';
import type { Remote } from '../../src/transport/channels.ts';
import {
  connectTls,
  keyHash,
  type TlsClientOptions,
  type TlsSession,
} from '../../src/transport/tls-client.ts';
import type { TlsFault } from '../../src/transport/tls-fault.ts';
import { describeWith } from '../e2e/processes.ts';
import { Authority } from '../world/authority.ts';

const NAME = 'dns.example';

describeWith(['openssl'], 'transport/tls-client', () => {
  let folder: string;
  let authority: Authority;
  let server: Server | undefined;
  const sockets: Socket[] = [];

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-tls-'));
    authority = new Authority(folder);
  });
  after(() => rmSync(folder, { recursive: true }));
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server?.close();
  });

  async function listen(listening: Server): Promise<Remote> {
    server = listening;
    server.on('connection', (socket) => sockets.push(socket.on('error', () => {})));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { address: '127.0.0.1', port: (server.address() as Remote).port };
  }

  const serve = (options: TlsOptions) => {
    const secured = createServer({ ALPNProtocols: ['dot'], ...options });
    secured.on('tlsClientError', () => {});
    secured.on('secureConnection', (socket) => socket.on('error', () => {}).end('hello'));
    return listen(secured);
  };
  const identity = (name: string, issue = {}) => {
    const { certificate, key } = authority.issue(name, issue);
    return { cert: certificate, key };
  };

  interface Result {
    readonly fault?: TlsFault;
    readonly said?: string;
    readonly session?: TlsSession;
    readonly wasResumed?: boolean;
  }

  function ask(remote: Remote, more: Partial<TlsClientOptions> = {}): Promise<Result> {
    const trust = { name: NAME, ca: authority.certificate };
    return new Promise((resolve) => {
      let session: TlsSession | undefined;
      const socket: TLSSocket = connectTls(
        { remote, trust, protocols: ['dot'], timeout: 5000, ...more },
        {
          secured() {
            let said = '';
            const wasResumed = socket.isSessionReused();
            socket.on('data', (octets) => {
              said += octets;
            });
            socket.once('close', () => resolve({ said, wasResumed, ...(session && { session }) }));
          },
          failed: (fault) => resolve({ fault }),
          resumable: (one) => {
            session = one;
          },
        },
      );
      sockets.push(socket);
    });
  }

  const faultOf = async (remote: Remote, more: Partial<TlsClientOptions> = {}) =>
    (await ask(remote, more)).fault;

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`speaks ${version} with a server that is who it ought to be, and resumes the session`, async () => {
      const remote = await serve({
        ...identity(NAME),
        minVersion: version,
        maxVersion: version,
      });
      const first = await ask(remote);
      expect(first).to.include({ said: 'hello', wasResumed: false });
      const { session } = first;
      expect(await ask(remote, { session })).to.include({ said: 'hello', wasResumed: true });
    });
  }

  it('looks at the certificate of a resumed session again', async () => {
    const remote = await serve(identity(NAME));
    const { session } = await ask(remote);
    const trust = { name: 'other.example', ca: authority.certificate };
    expect(await faultOf(remote, { session: session!, trust })).to.include({ reason: 'name' });
  });

  it('takes a certificate for the address, where that is the name', async () => {
    const remote = await serve(identity('address', { names: ['127.0.0.1'] }));
    const trust = { name: '127.0.0.1', ca: authority.certificate };
    expect(await ask(remote, { trust })).to.include({ said: 'hello' });
    expect(await faultOf(remote)).to.include({
      reason: 'name',
      evidence: 'name dns.example does not match the certificate: it is for 127.0.0.1',
    });
  });

  it('takes a certificate with a pinned key, and no other', async () => {
    const shown = identity(NAME);
    const remote = await serve(shown);
    const trusted = { name: NAME, ca: authority.certificate };
    const pin = keyHash(new X509Certificate(shown.cert));
    const other = keyHash(new X509Certificate(authority.issue('other.example').certificate));
    const asked = (pins: string[]) => ask(remote, { trust: { ...trusted, pins } });
    expect(await asked([other, pin])).to.include({ said: 'hello' });
    expect((await asked([other])).fault).to.include({
      reason: 'pin',
      evidence: `no key of the certificate is pinned: it has sha256/${pin}`,
      ede: 23,
    });
  });

  it('shows a certificate of its own to a server that asks for one', async () => {
    const wanting = { requestCert: true, rejectUnauthorized: true, ca: authority.certificate };
    const remote = await serve({ ...identity(NAME), ...wanting, maxVersion: 'TLSv1.2' });
    const own = authority.issue('secondary.example');
    expect(await ask(remote, { identity: own })).to.include({ said: 'hello' });
    expect(await faultOf(remote)).to.include({
      reason: 'algorithms',
      evidence: 'the server accepts no algorithm of this program, or misses a client certificate',
    });
  });

  const shownCertificates = [
    {
      what: 'has expired',
      issue: { from: new Date('2019-01-01'), to: new Date('2020-02-03') },
      fault: { reason: 'expired', evidence: 'certificate expired on 2020-02-03' },
    },
    {
      what: 'is not valid yet',
      issue: { from: new Date('2090-01-02'), to: new Date('2091-01-01') },
      fault: { reason: 'not-yet-valid', evidence: 'certificate is not valid before 2090-01-02' },
    },
    {
      what: 'is for others',
      issue: { names: ['a.example', '*.b.example', 'c.example', 'd.example', 'e.example'] },
      fault: {
        reason: 'name',
        evidence:
          'name dns.example does not match the certificate: it is for a.example, *.b.example, c.example, d.example, …',
      },
    },
    {
      what: 'has no alternative name, whatever its subject says',
      issue: { names: [] },
      fault: {
        reason: 'name',
        evidence:
          'name dns.example does not match the certificate: it has no subject alternative name',
      },
    },
  ];
  for (const { what, issue, fault } of shownCertificates) {
    it(`does not speak with a server whose certificate ${what}`, async () => {
      expect(await faultOf(await serve(identity(NAME, issue)))).to.deep.equal({
        ...fault,
        ede: 23,
      });
    });
  }

  it('does not believe an authority that it does not know', async () => {
    const remote = await serve(identity(NAME));
    const stranger = new Authority(join(folder, 'stranger'), 'stranger');
    for (const ca of [stranger.certificate, undefined]) {
      expect(await faultOf(remote, { trust: { name: NAME, ca } })).to.deep.equal({
        reason: 'authority',
        evidence: 'certificate issued by CN=authority is not trusted',
        ede: 23,
      });
    }
  });

  it('does not speak with a server that speaks another protocol', async () => {
    const remote = await serve({ ...identity(NAME), ALPNProtocols: ['h2'] });
    expect(await faultOf(remote)).to.include({
      reason: 'alpn',
      evidence: 'the server speaks another protocol there (ALPN)',
    });
  });

  it('does not speak with a server of old versions alone', async () => {
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' } as const;
    const ciphers = 'DEFAULT:@SECLEVEL=0';
    const remote = await serve({ ...identity(NAME), ...old, ciphers });
    expect(await faultOf(remote)).to.include({ reason: 'version' });
  });

  it('tells a server that does not speak TLS', async () => {
    const remote = await listen(
      createTcpServer((socket) => socket.end('HTTP/1.1 400 Bad\r\n\r\n')),
    );
    expect(await faultOf(remote)).to.include({
      reason: 'not-tls',
      evidence: 'the server does not speak TLS there',
    });
  });

  it('tells a server that closes the connection in the handshake', async () => {
    const remote = await listen(
      createTcpServer((socket) => socket.once('data', () => socket.end())),
    );
    expect(await faultOf(remote)).to.include({
      reason: 'closed',
      evidence: 'the server closed the connection during the TLS handshake',
    });
  });

  it('tells a server that resets the connection in the handshake', async () => {
    const remote = await listen(
      createTcpServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
    );
    expect(await faultOf(remote)).to.include({ reason: 'closed' });
  });

  it('gives a silent server so much time, and no more', async () => {
    const remote = await listen(createTcpServer(() => {}));
    expect(await faultOf(remote, { timeout: 50 })).to.deep.equal({
      reason: 'timeout',
      evidence: 'the TLS handshake was not over after 50 ms',
      ede: 23,
    });
  });

  it('tells a port where nobody listens', async () => {
    const remote = await listen(createTcpServer());
    server!.close();
    expect(await faultOf(remote)).to.deep.equal({
      reason: 'unreachable',
      evidence: 'no TCP connection: ECONNREFUSED',
      ede: 22,
    });
  });
});
