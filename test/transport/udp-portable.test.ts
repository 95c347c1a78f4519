import { type BindOptions, createSocket, type RemoteInfo, Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import { type Datagrams, listenUdp } from '../../src/transport/udp-portable.ts';

const LOOPBACK = { address: '127.0.0.1', port: 0 };
const HELLO = Uint8Array.of(1, 2, 3, 0xee);

describe('transport/udp-portable', () => {
  let listener: Datagrams;
  let client: Socket;
  let received: [number[], RemoteInfo][];

  beforeEach(async () => {
    received = [];
    listener = await listenUdp(LOOPBACK, (octets, remote) => received.push([[...octets], remote]));
    client = createSocket('udp4').bind(0, '127.0.0.2');
    await once(client, 'listening');
  });
  afterEach(() => {
    listener?.close();
    client?.close();
  });

  function ask(): void {
    client.send(HELLO, listener.port, listener.address);
  }

  /** Waits until so many datagrams have come. */
  async function arrived(count: number): Promise<void> {
    while (received.length < count) await new Promise(setImmediate);
  }

  it('says which port it was given', () => {
    expect(listener.address).to.equal('127.0.0.1');
    expect(listener.port).to.be.within(1, 0xffff);
  });

  it('passes on datagrams and who sent them', async () => {
    ask();
    await arrived(1);
    const [octets, remote] = received[0]!;
    expect(octets).to.deep.equal([...HELLO]);
    expect(remote).to.include({ address: '127.0.0.2', port: client.address().port });
  });

  it('sends as many octets as it is told, from the address that was asked', async () => {
    listener.send(HELLO, 3, '127.0.0.2', client.address().port);
    const [octets, remote] = await once(client, 'message');
    expect([...octets]).to.deep.equal([1, 2, 3]);
    expect(remote).to.include({ address: '127.0.0.1', port: listener.port });
  });

  it('sends what stood in the buffer when it was told', async () => {
    const buffer = Uint8Array.from(HELLO);
    listener.send(buffer, 4, '127.0.0.2', client.address().port);
    buffer.fill(0);
    const [octets] = await once(client, 'message');
    expect([...octets]).to.deep.equal([...HELLO]);
  });

  it('sends what it was given before it was closed', async () => {
    listener.send(HELLO, 4, '127.0.0.2', client.address().port);
    listener.close();
    const [octets] = await once(client, 'message');
    expect([...octets]).to.deep.equal([...HELLO]);
    listener = await listenUdp(LOOPBACK, () => {});
  });

  it('goes on when a datagram cannot be delivered', async () => {
    const other = createSocket('udp4').bind(0, '127.0.0.2');
    await once(other, 'listening');
    const { port } = other.address();
    other.close();
    for (let i = 0; i < 3; i++) listener.send(HELLO, 4, '127.0.0.2', port);
    listener.send(HELLO, 4, '255.255.255.255', 53);
    ask();
    await arrived(1);
  });

  it('rejects when the address is in use', async () => {
    const { address, port } = listener;
    const error = await listenUdp({ address, port }, () => {}).catch((reason) => reason);
    expect(error).to.include({ code: 'EADDRINUSE' });
  });

  it('lets go of the address when it is closed', async () => {
    const { address, port } = listener;
    listener.close();
    listener = await listenUdp({ address, port }, () => {});
  });
});

describe('transport/udp-portable port 0', () => {
  const { bind } = Socket.prototype;
  let socket: Socket;
  beforeEach(() => {
    // Only a raw socket could send from port 0: the datagram is put where the kernel would.
    Socket.prototype.bind = function (this: Socket, options: BindOptions) {
      socket = this;
      return bind.call(this, options);
    } as typeof bind;
  });
  afterEach(() => {
    Socket.prototype.bind = bind;
  });

  it('is nobody whom one could answer', async () => {
    const ports: number[] = [];
    const listener = await listenUdp(LOOPBACK, (_octets, { port }) => ports.push(port));
    for (const port of [0, 1]) {
      const remote: RemoteInfo = { address: '127.0.0.2', family: 'IPv4', port, size: 4 };
      socket.emit('message', Buffer.from(HELLO), remote);
    }
    expect(ports).to.deep.equal([1]);
    listener.close();
  });
});
