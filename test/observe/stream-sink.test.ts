import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { Control, formatControl } from '../../src/observe/frame-stream.ts';
import { FRAME_STREAM, StreamSink, SYSLOG_STREAM } from '../../src/observe/stream-sink.ts';
import { PlayedTimers } from '../world/played-timers.ts';

/** It tries once a second, and has no patience with a receiver that does not answer. */
const RETRY_MS = 1000;
const PATIENCE_MS = 5000;

const READY = formatControl(Control.READY);
const START = formatControl(Control.START);

describe('observe/stream-sink', () => {
  let server: Server;
  let port: number;
  let sockets: Socket[];
  let received: Buffer;
  let said: string[];
  let sink: StreamSink;
  let timers: PlayedTimers;

  beforeEach(async () => {
    sockets = [];
    received = Buffer.alloc(0);
    said = [];
    timers = new PlayedTimers();
    server = createServer((socket) => {
      sockets.push(socket);
      socket.on('data', (chunk) => {
        received = Buffer.concat([received, chunk]);
      });
      socket.on('error', () => {});
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterEach(async () => {
    await sink?.close();
    for (const socket of sockets) socket.destroy();
    server?.close();
  });

  function open(protocol = FRAME_STREAM): void {
    const events = { up: () => said.push('up'), down: (why: string) => said.push(why) };
    sink = new StreamSink({ host: '127.0.0.1', port }, protocol, events, timers.start);
  }

  async function until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
  }

  async function greeted(): Promise<void> {
    await until(() => received.length === READY.length);
    expect(received).to.deep.equal(READY);
    expect(sink.isReady).to.equal(false);
    received = Buffer.alloc(0);
    sockets[0]!.write(formatControl(Control.ACCEPT));
    await until(() => sink.isReady);
  }

  it('shakes hands, sends frames, and says goodbye', async () => {
    open();
    await greeted();
    sink.send([Buffer.from('one'), Buffer.from('two')]);
    await until(() => sink.sent === 2);
    sockets[0]!.on('data', () => sockets[0]!.end(formatControl(Control.FINISH)));
    await sink.close();
    const frames = Buffer.from('\0\0\0\u0003one\0\0\0\u0003two');
    expect(received).to.deep.equal(Buffer.concat([START, frames, formatControl(Control.STOP)]));
    expect(said).to.deep.equal(['up']);
    expect(sink.dropped).to.equal(0);
  });

  it('sends syslog messages without a handshake', async () => {
    open(SYSLOG_STREAM);
    await until(() => sink.isReady);
    sink.send([Buffer.from('<28>1 x')]);
    await until(() => received.length > 0);
    expect(String(received)).to.equal('7 <28>1 x');
  });

  it('takes no more when the receiver does not read, and counts what was on its way', async () => {
    open();
    await greeted();
    sockets[0]!.pause();
    const frame = Buffer.alloc(100_000);
    let given = 0;
    for (; sink.isReady && given < 1000; given++) {
      sink.send([frame]);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(given).to.be.within(1, 999);
    sockets[0]!.destroy();
    await until(() => sink.sent + sink.dropped === given);
    expect(sink.dropped).to.be.greaterThan(0);
  });

  it('says why the receiver is not the right one', async () => {
    open();
    await until(() => sockets.length === 1);
    sockets[0]!.write('220 mail.example ESMTP\r\n');
    await until(() => said.length === 1);
    expect(said).to.deep.equal(['the receiver does not speak Frame Streams']);
  });

  it('gives up a receiver that says nothing', async () => {
    open();
    await until(() => received.length === READY.length);
    timers.pass(PATIENCE_MS);
    await until(() => said.length === 1);
    expect(said).to.deep.equal(['it does not answer']);
  });

  it('does not wait for long until a receiver has said goodbye', async () => {
    open();
    await greeted();
    sockets[0]!.pause();
    const closed = sink.close();
    timers.pass(PATIENCE_MS);
    await closed;
  });

  it('comes back when the receiver does', async () => {
    open();
    await greeted();
    sockets[0]!.destroy();
    await until(() => said.length === 2);
    expect(sink.isReady).to.equal(false);
    received = Buffer.alloc(0);
    timers.pass(RETRY_MS - 1);
    expect(timers.count).to.equal(1);
    timers.pass(1);
    await until(() => received.length === READY.length);
    sockets[1]!.write(formatControl(Control.ACCEPT));
    await until(() => sink.isReady);
    expect(said[0]).to.equal('up');
    expect(said[2]).to.equal('up');
  });
});
