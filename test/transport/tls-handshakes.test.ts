import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect } from 'chai';
import { TlsHandshakes } from '../../src/transport/tls-handshakes.ts';
import { describeWith } from '../e2e/processes.ts';
import { makeIdentity } from '../world/certificates.ts';

const CLIENTS = 10;

describeWith(['openssl'], 'transport/tls-handshakes', () => {
  let server: Server;
  /** Connections, and those of them that are closed. */
  let count: number;
  let closed: number;
  const port = () => (server.address() as { port: number }).port;

  before(async () => {
    const handshakes = new TlsHandshakes(['dot'], [makeIdentity('dns.example')]);
    count = 0;
    closed = 0;
    server = createServer({ allowHalfOpen: true }, (socket) => {
      count++;
      socket.on('error', () => socket.destroy());
      socket.on('close', () => closed++);
      handshakes.begin(socket, {
        done: (secured) => secured.on('error', () => secured.destroy()).resume(),
        failed: () => socket.destroy(),
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => server?.close());

  /** Leaves, by a reset, as soon as it has said its last of the handshake. */
  async function leaveAtOnce(): Promise<void> {
    const socket: Socket = connect(port(), '127.0.0.1');
    await once(socket, 'connect');
    const secured = connectTls({ socket, rejectUnauthorized: false }).on('error', () => {});
    await once(secured, 'secureConnect');
    await new Promise((resolve) => setImmediate(resolve));
    socket.resetAndDestroy();
  }

  it('lets go of clients that are gone when their handshake is done', async () => {
    for (let i = 0; i < CLIENTS; i++) await leaveAtOnce();
    while (closed < CLIENTS) await new Promise((resolve) => setImmediate(resolve));
    expect(count).to.equal(CLIENTS);
  });
});
