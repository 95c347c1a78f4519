import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import type { Channels, Remote } from '../../src/transport/channels.ts';
import { openTcpChannels } from '../../src/transport/tcp-channels.ts';
import { framed } from '../world/client.ts';
import { ChannelLog } from './channel-log.ts';

const SERVER = 5;
const FIRST = Uint8Array.of(1, 2, 3, 0xee);
const SECOND = Uint8Array.of(4, 5);

describe('transport/tcp-channels', () => {
  let upstream: Server;
  let remote: Remote;
  let connections: Socket[];
  let channels: Channels;
  let log: ChannelLog;

  beforeEach(async () => {
    connections = [];
    upstream = createServer((socket) => {
      socket.on('error', () => {});
      connections.push(socket);
    });
    upstream.listen({ host: '127.0.0.1', port: 0 });
    await once(upstream, 'listening');
    remote = { address: '127.0.0.1', port: (upstream.address() as Remote).port };
    log = new ChannelLog();
    channels = openTcpChannels(log);
  });
  afterEach(() => {
    channels?.close();
    for (const connection of connections) connection.destroy();
    upstream?.close();
  });

  function send(octets = FIRST, length = 3, of = SERVER): number {
    return channels.send(of, remote, octets, length);
  }

  /** Waits until the upstream has so many connections. */
  async function connected(count: number): Promise<Socket> {
    while (connections.length < count) await new Promise(setImmediate);
    return connections[count - 1]!;
  }

  /** So many octets of a connection, read from it. */
  async function read(connection: Socket, count: number): Promise<number[]> {
    const octets: number[] = [];
    while (octets.length < count) octets.push(...((await once(connection, 'data'))[0] as Buffer));
    return octets;
  }

  it('sends queries one behind the other on one connection', async () => {
    const buffer = Uint8Array.from(FIRST);
    const numbers = [send(buffer), send(SECOND, 2)];
    buffer.fill(0);
    const connection = await connected(1);
    expect(await read(connection, 9)).to.deep.equal([0, 3, 1, 2, 3, 0, 2, 4, 5]);
    numbers.push(send(SECOND, 1));
    expect(await read(connection, 3)).to.deep.equal([0, 1, 4]);
    expect(new Set(numbers).size).to.equal(1);
    expect(connections).to.have.lengthOf(1);
  });

  it('has numbers that no UDP channel has', () => {
    expect(send()).to.be.below(0);
  });

  it('tells answers with their upstream and channel, in the order in which they come', async () => {
    const channel = send();
    send(SECOND, 2);
    (await connected(1)).write(framed(SECOND, FIRST));
    expect(await log.happened(2)).to.deep.equal([
      { upstream: SERVER, channel, octets: [...SECOND] },
      { upstream: SERVER, channel, octets: [...FIRST] },
    ]);
  });

  it('puts answers together that come in pieces', async () => {
    const channel = send();
    send(SECOND, 2);
    const connection = await connected(1);
    connection.setNoDelay();
    for (const octet of framed(FIRST, SECOND)) {
      connection.write(Uint8Array.of(octet));
      await new Promise(setImmediate);
    }
    expect(await log.happened(2)).to.deep.equal([
      { upstream: SERVER, channel, octets: [...FIRST] },
      { upstream: SERVER, channel, octets: [...SECOND] },
    ]);
  });

  const strangers = [
    { when: 'a message comes that was never asked for', octets: SECOND },
    { when: 'an answer is not to what was asked', octets: FIRST, fits: false },
  ];
  for (const { when, octets, fits = true } of strangers) {
    it(`closes a connection when ${when}, and reads nothing behind it`, async () => {
      const channel = send();
      log.fits = () => fits;
      const connection = (await connected(1)).resume();
      connection.write(framed(octets, FIRST));
      expect(await log.happened(2)).to.deep.equal([
        { upstream: SERVER, channel, octets: [...octets] },
        { upstream: SERVER, channel, kind: 'garbled', reason: 'garbled' },
      ]);
      if (!connection.closed) await once(connection, 'close');
      expect(send()).to.not.equal(channel);
      expect(log.events).to.have.lengthOf(2);
    });
  }

  it('goes on with a connection that answers again, and late', async () => {
    const channel = send();
    (await connected(1)).write(framed(FIRST, FIRST));
    await log.happened(2);
    expect(send(SECOND, 2)).to.equal(channel);
  });

  it('has a connection of its own for each upstream', async () => {
    const numbers = [send(FIRST, 3, 1), send(FIRST, 3, 2)];
    await connected(2);
    expect(numbers[0]).to.not.equal(numbers[1]);
  });

  it('tells without a reason that the upstream has closed the connection', async () => {
    const channel = send();
    (await connected(1)).end();
    expect(await log.happened(1)).to.deep.equal([
      { upstream: SERVER, channel, kind: 'closed', reason: 'closed' },
    ]);
  });

  it('tells the last answers before that', async () => {
    const channel = send();
    (await connected(1)).end(framed(FIRST));
    expect(await log.happened(2)).to.deep.equal([
      { upstream: SERVER, channel, octets: [...FIRST] },
      { upstream: SERVER, channel, kind: 'closed', reason: 'closed' },
    ]);
  });

  it('tells the reason when the upstream has reset the connection', async () => {
    const channel = send();
    const connection = await connected(1);
    await once(connection, 'data');
    connection.resetAndDestroy();
    expect(await log.happened(1)).to.deep.equal([
      { upstream: SERVER, channel, kind: 'closed', reason: 'ECONNRESET' },
    ]);
  });

  it('tells the reason when nobody listens there', async () => {
    upstream.close();
    const channel = send();
    expect(await log.happened(1)).to.deep.equal([
      { upstream: SERVER, channel, kind: 'failed', reason: 'ECONNREFUSED' },
    ]);
  });

  it('connects anew for the next query, under another number', async () => {
    const first = send();
    (await connected(1)).end();
    await log.happened(1);
    const second = send(SECOND, 2);
    expect(second).to.not.equal(first);
    expect(await read(await connected(2), 4)).to.deep.equal([0, 2, 4, 5]);
  });

  it('connects anew as soon as the upstream has closed its side', async () => {
    const first = send();
    const connection = await connected(1);
    await once(connection, 'data');
    connection.end();
    let second = first;
    while (second === first) {
      await new Promise(setImmediate);
      second = send(SECOND, 2);
    }
    expect(await read(await connected(2), 4)).to.deep.equal([0, 2, 4, 5]);
    expect((await log.happened(1))[0]).to.include({ channel: first });
  });

  it('tells nothing more when it is closed', async () => {
    send();
    await connected(1);
    channels.close();
    await once(connections[0]!.resume(), 'close');
    expect(log.events).to.deep.equal([]);
  });
});
