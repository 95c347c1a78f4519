import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { expect } from 'chai';
import { OctetSource } from '../../src/transport/octet-source.ts';
import type { TlsIdentity } from '../../src/transport/tls-handshakes.ts';
import { describeWith } from '../e2e/processes.ts';
import { makeIdentity } from '../world/certificates.ts';

/** More than the kernel takes of what nobody reads. */
const MUCH: Buffer = Buffer.alloc(16 << 20, 'rcode5 ');
/** Octets that are read at a time, and come even if they are several records. */
const AT_A_TIME = 1 << 16;
/** Turns of the event loop in which more would come, if it did. */
const TURNS = 50;

describeWith(['openssl'], 'transport/octet-source', () => {
  let identity: TlsIdentity;
  before(() => {
    identity = makeIdentity('dns.example');
  });
  let server: Server;
  let client: Socket;
  afterEach(() => {
    client?.destroy();
    server?.close();
  });

  async function open(kind: 'TCP' | 'TLS'): Promise<Socket> {
    const isTls = kind === 'TLS';
    server = isTls
      ? createTlsServer({ cert: identity.certificate, key: identity.key })
      : createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const accepted = once(server, isTls ? 'secureConnection' : 'connection');
    const to = { port, host: '127.0.0.1' };
    client = isTls ? connectTls({ ...to, rejectUnauthorized: false }) : connect(to);
    return (await accepted)[0];
  }

  for (const kind of ['TCP', 'TLS'] as const) {
    it(`has all octets of a ${kind} connection in their order, and its end`, async () => {
      const socket = await open(kind);
      const parts: Buffer[] = [];
      new OctetSource(socket, (octets) => parts.push(Buffer.from(octets)));
      client.write('first');
      client.end(MUCH);
      await once(socket, 'end');
      expect(Buffer.concat(parts).equals(Buffer.concat([Buffer.from('first'), MUCH]))).to.equal(
        true,
      );
    });

    it(`reads no more of a ${kind} connection until it goes on`, async () => {
      const socket = await open(kind);
      let length = 0;
      let whilePaused = 0;
      let isPaused = false;
      const source = new OctetSource(socket, (octets) => {
        length += octets.length;
        if (isPaused) whilePaused += octets.length;
        if (length !== octets.length) return;
        isPaused = true;
        source.pause();
      });
      client.end(MUCH);
      while (!isPaused) await new Promise((resolve) => setImmediate(resolve));
      for (let i = 0; i < TURNS; i++) await new Promise((resolve) => setImmediate(resolve));
      expect(whilePaused).to.be.at.most(AT_A_TIME);
      expect(length).to.be.below(MUCH.length);
      isPaused = false;
      source.resume();
      await once(socket, 'end');
      expect(length).to.equal(MUCH.length);
    });
  }

  it('begins with what was read before', async () => {
    const socket = await open('TCP');
    socket.pause();
    client.write('before, ');
    socket.read(0);
    while (socket.readableLength === 0) await new Promise((resolve) => setImmediate(resolve));
    let text = '';
    new OctetSource(socket, (octets) => {
      text += octets.toString();
    });
    client.end('and behind');
    socket.resume();
    await once(socket, 'end');
    expect(text).to.equal('before, and behind');
  });
});
