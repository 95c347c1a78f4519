import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { expect } from 'chai';
import { ECONNREFUSED, type Libc, loadLibc, POLLIN, POLLOUT } from '../../src/transport/libc.ts';
import { ReceiveBatch } from '../../src/transport/receive-batch.ts';
import { BatchStream } from '../../src/transport/tcp-batch-channel.ts';
import { BATCH } from '../../src/transport/udp-batch.ts';
import { BatchChannel } from '../../src/transport/udp-batch-channel.ts';
import { BUFFER_LENGTH } from '../../src/wire/header.ts';
import { passOver } from '../world/needs.ts';

const libc = loadLibc();

function loopback(port: number) {
  return { family: 4 as const, words: Uint32Array.of(0x7f000001, 0, 0, 0), port };
}

describe('transport/udp-batch-channel', () => {
  before(function () {
    if (typeof libc === 'string') passOver(this, libc);
  });

  let upstream: Socket;
  let channel: BatchChannel;

  beforeEach(async () => {
    upstream = createSocket('udp4');
    upstream.bind(0, '127.0.0.1');
    await once(upstream, 'listening');
    const shape = { count: BATCH, size: BUFFER_LENGTH, nameLength: 0, controlLength: 0 };
    const incoming = new ReceiveBatch(libc as Libc, shape);
    const socket = { number: 7, openedAt: 0, closed: () => {} };
    channel = new BatchChannel(libc as Libc, socket, loopback(upstream.address().port), incoming);
  });
  afterEach(() => channel?.close());

  function received(): string[] {
    const seen: string[] = [];
    channel.receive(1, (octets, length) => {
      seen.push(Buffer.from(octets.subarray(0, length)).toString());
    });
    return seen;
  }

  it('sends what was put on its way, also what is longer than usual', async () => {
    const texts = ['one', 'two', 'x'.repeat(600)];
    const seen: string[] = [];
    const all = new Promise<void>((resolve) => {
      upstream.on('message', (octets) => {
        if (seen.push(octets.toString()) === texts.length) resolve();
      });
    });
    for (const text of texts) channel.send(Buffer.from(text), text.length);
    channel.flush();
    await all;
    expect(seen.sort()).to.deep.equal(texts.sort());
    upstream.close();
  });

  it('hears its upstream and nobody else', async () => {
    const stranger = createSocket('udp4');
    channel.send(Buffer.from('?'), 1);
    channel.flush();
    const [, { port }] = await once(upstream, 'message');
    const sent = (socket: Socket, text: string) =>
      new Promise((resolve) => socket.send(text, port, '127.0.0.1', resolve));
    await sent(stranger, 'a lie');
    await sent(upstream, 'the truth');
    expect(received()).to.deep.equal(['the truth']);
    stranger.close();
    upstream.close();
  });

  it('names the error when nobody listens there', async () => {
    upstream.close();
    await once(upstream, 'close');
    channel.send(Buffer.from('?'), 1);
    channel.flush();
    expect(channel.receive(1, () => {})).to.equal(-ECONNREFUSED);
  });
});

describe('transport/tcp-batch-channel', () => {
  before(function () {
    if (typeof libc === 'string') passOver(this, libc);
  });

  let upstream: Server;

  beforeEach(async () => {
    upstream = createServer();
    upstream.listen(0, '127.0.0.1');
    await once(upstream, 'listening');
  });
  afterEach(() => upstream?.close());

  function connect(): BatchStream {
    const { port } = upstream.address() as { port: number };
    return new BatchStream(libc as Libc, { number: -1, closed: () => {} }, loopback(port));
  }

  it('sends framed messages and puts answers together that come in pieces', async () => {
    const stream = connect();
    stream.send(Buffer.from('ask'), 3);
    expect(stream.events).to.equal(POLLIN | POLLOUT);
    const [socket] = await once(upstream, 'connection');
    const asked = once(socket, 'data');
    expect(stream.handle(POLLOUT, () => {})).to.equal('open');
    expect(stream.events).to.equal(POLLIN);
    expect([...(await asked)[0]]).to.deep.equal([0, 3, 0x61, 0x73, 0x6b]);
    const answers: string[] = [];
    for (const piece of [[0, 2, 0x6f], [0x6b, 0, 1], [0x21]]) {
      await new Promise((resolve) => socket.write(Buffer.from(piece), resolve));
      expect(stream.handle(POLLIN, (octets) => answers.push(octets.toString()))).to.equal('open');
    }
    expect(answers).to.deep.equal(['ok', '!']);
    socket.destroy();
    stream.close();
  });

  it('tells when the upstream has closed', async () => {
    const stream = connect();
    const [socket] = await once(upstream, 'connection');
    socket.end();
    await once(socket, 'finish');
    expect(stream.handle(POLLIN, () => {})).to.equal('closed');
    socket.destroy();
    stream.close();
  });
});
