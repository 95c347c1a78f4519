import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import { countUdpSockets } from '../../src/transport/udp-sockets.ts';

const words = (...values: number[]) => Uint32Array.of(...values, 0, 0, 0, 0).subarray(0, 4);

describe('transport/udp-sockets', () => {
  let sockets: Socket[] = [];

  before(function () {
    if (process.platform !== 'linux') this.skip();
  });
  afterEach(() => {
    for (const socket of sockets) socket.close();
    sockets = [];
  });

  async function open(address: string, port = 0): Promise<number> {
    const type = address.includes(':') ? 'udp6' : 'udp4';
    const socket = createSocket({ type, reusePort: true });
    sockets.push(socket);
    socket.bind(port, address);
    await once(socket, 'listening');
    return socket.address().port;
  }

  it('counts the sockets of an address', async () => {
    const port = await open('127.1.2.3');
    const there = { family: 4, words: words(0x7f010203), port } as const;
    expect(countUdpSockets(there)).to.equal(1);
    await open('127.1.2.3', port);
    expect(countUdpSockets(there)).to.equal(2);
  });

  it('tells addresses, ports and families apart', async () => {
    const port = await open('127.1.2.3');
    const counts = [
      countUdpSockets({ family: 4, words: words(0x7f010204), port }),
      countUdpSockets({ family: 4, words: words(0), port }),
      countUdpSockets({ family: 4, words: words(0x7f010203), port: port ^ 1 }),
      countUdpSockets({ family: 6, words: words(0, 0, 0xffff, 0x7f010203), port }),
    ];
    expect(counts).to.deep.equal([0, 0, 0, 0]);
  });

  it('counts those of IPv6', async function () {
    const port = await open('::1').catch(() => this.skip());
    expect(countUdpSockets({ family: 6, words: words(0, 0, 0, 1), port })).to.equal(1);
  });
});
