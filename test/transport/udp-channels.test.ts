import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import type { Channels, Remote } from '../../src/transport/channels.ts';
import { openUdpChannels } from '../../src/transport/udp-channels.ts';
import { ChannelLog } from './channel-log.ts';

const SERVER = 5;
const ASKED = Uint8Array.of(1, 2, 3, 0xee);

async function bound(address = '127.0.0.1'): Promise<Socket> {
  const socket = createSocket('udp4').bind(0, address);
  await once(socket, 'listening');
  return socket;
}

function remoteOf(socket: Socket): Remote {
  const { address, port } = socket.address();
  return { address, port };
}

describe('transport/udp-channels', () => {
  let upstream: Socket;
  let remote: Remote;
  let channels: Channels;
  let log: ChannelLog;

  beforeEach(async () => {
    upstream = await bound();
    remote = remoteOf(upstream);
    log = new ChannelLog();
    channels = openUdpChannels(log);
  });
  afterEach(() => {
    channels?.close();
    upstream?.close();
  });

  function send(to = remote): number {
    return channels.send(SERVER, to, ASKED, 3);
  }

  /** The next query at the upstream. */
  async function query(): Promise<{ octets: number[]; from: RemoteInfo }> {
    const [octets, from] = await once(upstream, 'message');
    return { octets: [...octets], from };
  }

  /** An address where nobody listens. */
  async function nobody(): Promise<Remote> {
    const socket = await bound();
    const left = remoteOf(socket);
    socket.close();
    return left;
  }

  it('sends as many octets as it is told, as they were', async () => {
    const buffer = Uint8Array.from(ASKED);
    channels.send(SERVER, remote, buffer, 3);
    buffer.fill(0);
    expect((await query()).octets).to.deep.equal([1, 2, 3]);
  });

  it('tells answers with their upstream and channel', async () => {
    const channel = send();
    const { from } = await query();
    upstream.send(Uint8Array.of(9, 8), from.port, from.address);
    upstream.send(Uint8Array.of(7), from.port, from.address);
    expect(await log.happened(2)).to.deep.equal([
      { upstream: SERVER, channel, octets: [9, 8] },
      { upstream: SERVER, channel, octets: [7] },
    ]);
  });

  it('hears nobody but the upstream', async () => {
    const channel = send();
    const { from } = await query();
    const strangers = [await bound(), await bound('127.0.0.2')];
    for (const stranger of strangers) {
      await new Promise((resolve) => {
        stranger.send(Uint8Array.of(6), from.port, from.address, resolve);
      });
    }
    upstream.send(Uint8Array.of(9), from.port, from.address);
    expect(await log.happened(1)).to.deep.equal([{ upstream: SERVER, channel, octets: [9] }]);
    for (const stranger of strangers) stranger.close();
  });

  it('says so when nobody listens there', async () => {
    const channel = send(await nobody());
    expect(await log.happened(1)).to.deep.equal([
      { upstream: SERVER, channel, kind: 'failed', reason: 'ECONNREFUSED' },
    ]);
  });

  it('says so for each query that is refused, and reaches who listens there later', async () => {
    const left = await nobody();
    for (let i = 0; i < 20; i++) {
      const channel = send(left);
      const events = await log.happened(i + 1);
      expect(events[i]).to.deep.equal({
        upstream: SERVER,
        channel,
        kind: 'failed',
        reason: 'ECONNREFUSED',
      });
    }
    const late = createSocket('udp4').bind(left.port, left.address);
    await once(late, 'listening');
    send(left);
    await once(late, 'message');
    late.close();
  });

  it('says so when there is no way there, each time anew', async () => {
    // Nobody may connect to the broadcast address without asking for it.
    const broadcast = { address: '255.255.255.255', port: 53 };
    const numbers = Array.from({ length: 20 }, () => send(broadcast));
    const distinct = new Set(numbers).size;
    const events = await log.happened(distinct);
    expect(events.map(({ reason }) => reason)).to.deep.equal(Array(distinct).fill('EACCES'));
    const channel = send(broadcast);
    expect(numbers).to.not.include(channel);
    expect((await log.happened(distinct + 1)).at(-1)).to.include({ channel, reason: 'EACCES' });
  });

  it('leaves by several ports', async () => {
    const ports = new Set<number>();
    for (let i = 0; i < 60; i++) {
      send();
      ports.add((await query()).from.port);
    }
    expect(ports.size).to.be.within(3, 16);
  });

  it('has ports of its own for each upstream', async () => {
    const numbers = [1, 2].map((upstream) => {
      const list = Array.from({ length: 50 }, () => channels.send(upstream, remote, ASKED, 3));
      return new Set(list);
    });
    expect([...numbers[0]!].filter((number) => numbers[1]!.has(number))).to.deep.equal([]);
  });

  it('still hears answers on a port that was replaced', async () => {
    const first = send();
    const { from } = await query();
    // Each replaces the socket at one of the positions, and some of those the first.
    for (let i = 0; i < 30; i++) channels.send(SERVER, remote, ASKED, 3, 'fresh');
    upstream.send(Uint8Array.of(9), from.port, from.address);
    const events = await log.happened(1);
    expect(events).to.deep.equal([{ upstream: SERVER, channel: first, octets: [9] }]);
  });

  it('reads the largest answer there can be', async () => {
    const channel = send();
    const { from } = await query();
    const octets = new Uint8Array(65_507).fill(7);
    upstream.send(octets, from.port, from.address);
    const [event] = await log.happened(1);
    expect(event).to.include({ upstream: SERVER, channel });
    expect(Buffer.from(event!.octets!).equals(octets)).to.equal(true);
  });

  it('tells nothing more when it is closed', async () => {
    send(await nobody());
    send();
    send({ address: '255.255.255.255', port: 53 });
    channels.close();
    for (let i = 0; i < 10; i++) await new Promise(setImmediate);
    expect(log.events).to.deep.equal([]);
  });
});
