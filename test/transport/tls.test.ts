import { once } from 'node:events';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { readAddress } from '../../src/net/address.ts';
import type { HandshakeFault } from '../../src/transport/handshake-fault.ts';
import { ProxyHeader } from '../../src/transport/proxy-protocol.ts';
import type { TcpSecurity } from '../../src/transport/tcp.ts';
import {
  renewTicketKeys,
  TlsHandshakes,
  type TlsIdentity,
} from '../../src/transport/tls-handshakes.ts';
import { describeWith } from '../e2e/processes.ts';
import { makeIdentity } from '../world/certificates.ts';
import { framed, Stream } from '../world/client.ts';
import { headerFor } from '../world/proxy-header.ts';
import { ids, Listening, one } from './listening.ts';

/** Milliseconds that a test lets pass. */
const IDLE = 1000;

describeWith(['openssl'], 'transport/tcp with TLS', () => {
  let house: TlsIdentity;
  let garden: TlsIdentity;
  let handshakes: TlsHandshakes;
  let faults: { fault: HandshakeFault; address: string }[];
  let tcp: Listening;

  before(() => {
    house = makeIdentity('house.example', { names: ['house.example', '*.house.example'] });
    garden = makeIdentity('garden.example');
  });
  beforeEach(async () => {
    faults = [];
    handshakes = new TlsHandshakes(['dot'], [house, garden]);
    tcp = await listen();
  });
  afterEach(() => tcp?.close());

  async function listen(
    limits: Parameters<typeof Listening.start>[0] = {},
    proxies?: Parameters<typeof Listening.start>[1],
  ): Promise<Listening> {
    tcp?.close();
    const security: TcpSecurity = {
      handshakes,
      failed: (fault, { address }) => faults.push({ fault, address }),
    };
    tcp = await Listening.start(limits, proxies, { security });
    tcp.onQuery = tcp.reply;
    return tcp;
  }

  async function secure(options: ConnectionOptions = {}): Promise<Stream> {
    return tcp.keep(await Stream.secure(tcp.target, options));
  }

  const socketOf = ({ socket }: Stream) => socket as TLSSocket;
  const faultNames = () => faults.map(({ fault }) => fault);

  async function fails(options: ConnectionOptions): Promise<void> {
    const error = await secure(options).then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(error).to.be.instanceOf(Error);
    await tcp.until(() => faults.length > 0);
  }

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`takes queries by ${version}, and answers them in any order`, async () => {
      tcp.onQuery = () => {};
      const stream = await secure({ minVersion: version, maxVersion: version });
      expect(socketOf(stream).getProtocol()).to.equal(version);
      stream.ask(one(1), one(2), one(3));
      for (const query of (await tcp.queries(3)).toReversed()) tcp.reply(query);
      expect(await ids(stream, 3)).to.deep.equal([3, 2, 1]);
      expect(tcp.received[0]).to.include({ address: '127.0.0.1' });
    });
  }

  it('gives all answers to a client that has closed its side', async () => {
    tcp.onQuery = () => {};
    const stream = await secure();
    stream.ask(one(1), one(2));
    const list = await tcp.queries(2);
    stream.socket.end();
    await once(stream.socket, 'finish');
    const other = await secure();
    other.ask(one(3));
    await tcp.queries(3);
    for (const query of list) tcp.reply(query);
    expect(await ids(stream, 2)).to.deep.equal([1, 2]);
    await stream.ended;
  });

  it('sends nothing before the flush', async () => {
    tcp.onQuery = () => {};
    const stream = await secure({ maxVersion: 'TLSv1.2' });
    stream.ask(one(1));
    const [query] = await tcp.queries(1);
    const before = stream.socket.bytesRead;
    tcp.listener.reply(query!.connection, one(1), 12);
    await (await secure()).socket.end();
    expect(stream.socket.bytesRead).to.equal(before);
    tcp.listener.flush();
    expect(await ids(stream, 1)).to.deep.equal([1]);
  });

  const names = [
    { asked: 'house.example', shown: 'house.example' },
    { asked: 'x.house.example', shown: 'house.example' },
    { asked: 'garden.example', shown: 'garden.example' },
    { asked: 'GARDEN.example', shown: 'garden.example' },
    { asked: 'other.example', shown: 'house.example' },
    { asked: '', shown: 'house.example' },
  ];
  for (const { asked, shown } of names) {
    it(`shows ${shown} to a client that asks for "${asked}"`, async () => {
      const stream = await secure(asked === '' ? {} : { servername: asked });
      expect(socketOf(stream).getPeerCertificate().subject.CN).to.equal(shown);
    });
  }

  it('shows of two certificates for the same names the one that the client can check', async () => {
    handshakes = new TlsHandshakes(
      ['dot'],
      [makeIdentity('both.example'), makeIdentity('both.example', { kind: 'rsa' })],
    );
    await listen();
    for (const [algorithm, bits] of [
      ['rsa_pss_rsae_sha256', 2048],
      ['ecdsa_secp256r1_sha256', 256],
    ]) {
      const stream = await secure({ sigalgs: String(algorithm) });
      expect(socketOf(stream).getPeerCertificate()).to.include({ bits });
    }
  });

  it('shows another certificate from when it is told, and lets connections be', async () => {
    const stream = await secure({ servername: 'garden.example' });
    handshakes.use([makeIdentity('new.example')]);
    stream.ask(one(1));
    expect(await ids(stream, 1)).to.deep.equal([1]);
    const later = await secure({ servername: 'garden.example' });
    expect(socketOf(later).getPeerCertificate().subject.CN).to.equal('new.example');
  });

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`resumes sessions by ${version}, also when the certificate is another`, async () => {
      const first = await secure({ maxVersion: version });
      const tickets: Buffer[] = [];
      socketOf(first).on('session', (ticket) => tickets.push(ticket));
      first.ask(one(1));
      await ids(first, 1);
      const session = tickets.at(-1) ?? socketOf(first).getSession()!;
      handshakes.use([makeIdentity('house.example')]);
      const second = await secure({ maxVersion: version, session });
      expect(socketOf(second).isSessionReused()).to.equal(true);
      second.ask(one(2));
      expect(await ids(second, 1)).to.deep.equal([2]);
    });
  }

  it('does not resume what was sealed before the last renewal', async () => {
    const first = await secure({ maxVersion: 'TLSv1.2' });
    first.ask(one(1));
    await ids(first, 1);
    const session = socketOf(first).getSession()!;
    renewTicketKeys();
    handshakes.use([house]);
    const second = await secure({ maxVersion: 'TLSv1.2', session });
    expect(socketOf(second).isSessionReused()).to.equal(false);
    second.ask(one(2));
    expect(await ids(second, 1)).to.deep.equal([2]);
  });

  it('speaks to clients that offer dot, and to those that offer nothing', async () => {
    const offering = await secure({ ALPNProtocols: ['h2', 'dot'] });
    expect(socketOf(offering).alpnProtocol).to.equal('dot');
    expect(socketOf(await secure()).alpnProtocol).to.equal(false);
  });

  it('turns away who wants to speak something else', async () => {
    await fails({ ALPNProtocols: ['h2', 'http/1.1'] });
    expect(faults).to.deep.equal([{ fault: 'alpn', address: '127.0.0.1' }]);
  });

  it('turns away who knows no version of ours', async () => {
    await fails({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
    expect(faultNames()).to.deep.equal(['version']);
  });

  it('counts who has no cipher of ours', async () => {
    await fails({ maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA' });
    expect(faultNames()).to.deep.equal(['algorithms']);
  });

  const strangers = [
    { what: 'plain DNS', octets: framed(one(1)) },
    { what: 'HTTP', octets: Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n') },
    { what: 'zeros', octets: Buffer.alloc(64) },
  ];
  for (const { what, octets } of strangers) {
    it(`closes a connection that begins with ${what}, and asks nobody`, async () => {
      const stream = await tcp.open();
      stream.socket.write(octets);
      await stream.ended;
      await tcp.until(() => faults.length > 0);
      expect(faultNames()).to.deep.equal(['not-tls']);
      expect(tcp.received).to.deep.equal([]);
    });
  }

  it('closes the connection of a handshake that takes too long', async () => {
    await listen({ idle: IDLE });
    const stream = await tcp.openTimed();
    stream.socket.write(Buffer.from([0x16, 3, 1, 2, 0, 1]));
    tcp.timers.pass(IDLE - 1);
    expect(faults).to.deep.equal([]);
    tcp.timers.pass(1);
    await stream.ended;
    expect(faultNames()).to.deep.equal(['timeout']);
  });

  it('counts a client that leaves in the handshake', async () => {
    const stream = await tcp.open();
    stream.socket.write(Buffer.from([0x16, 3, 1, 2, 0, 1]));
    await tcp.accepted(1);
    stream.socket.resetAndDestroy();
    await tcp.until(() => faults.length > 0);
    expect(faultNames()).to.deep.equal(['closed']);
  });

  it("counts connections in a handshake as the client's own", async () => {
    await listen({ perClient: 2 });
    const [first, second] = [await tcp.open(), await tcp.open()];
    await tcp.accepted(2);
    const third = await tcp.open();
    await third.ended;
    expect(tcp.listener.rejected).to.equal(1);
    expect(faults).to.deep.equal([]);
    first.close();
    second.close();
  });

  it('closes a connection whose records are broken', async () => {
    const { socket } = await tcp.open();
    const secured = connectTls({ socket, rejectUnauthorized: false });
    secured.on('error', () => {});
    await once(secured, 'secureConnect');
    const stream = await secure();
    stream.ask(one(1));
    await ids(stream, 1);
    await tcp.accepted(2);
    // Past TLS: a record that nobody has sealed.
    socket.write(Buffer.from([0x17, 3, 3, 0, 32, ...Buffer.alloc(32, 7)]));
    // The timers of one connection are left.
    await tcp.until(() => tcp.timers.count === 2);
    expect(tcp.received).to.have.length(1);
  });

  it("reads a proxy's header before the handshake, wherever the stream is cut", async () => {
    await listen(
      {},
      {
        trusts: () => true,
        createHeader: () => new ProxyHeader(readAddress),
        faulty: () => {},
      },
    );
    const header = headerFor('192.0.2.7');
    for (const cut of [1, 12, header.length - 1, header.length]) {
      const raw = await tcp.open();
      raw.socket.write(header.slice(0, cut));
      if (cut < header.length) {
        await new Promise(setImmediate);
        raw.socket.write(header.slice(cut));
      }
      const stream = tcp.keep(await Stream.secureOver(raw.socket));
      stream.ask(one(cut));
      expect(await ids(stream, 1)).to.deep.equal([cut]);
    }
    expect(tcp.proxies.every((proxy) => proxy?.address[0] === 0xc0000207)).to.equal(true);
  });

  it('lets go of connections in a handshake when it closes', async () => {
    const stream = await tcp.open();
    stream.socket.write(Buffer.from([0x16, 3, 1]));
    await tcp.accepted(1);
    tcp.listener.close();
    await stream.ended;
    expect(faults).to.deep.equal([]);
  });
});
