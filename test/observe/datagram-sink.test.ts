import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import {
  type DatagramSocket,
  LocalDatagramSink,
  UdpSink,
} from '../../src/observe/datagram-sink.ts';

type Result = ReturnType<DatagramSocket['send']>;

describe('observe/datagram-sink by UDP', () => {
  it('sends a datagram for each frame', async () => {
    const receiver = createSocket('udp4');
    receiver.bind(0, '127.0.0.1');
    await once(receiver, 'listening');
    const { address, port } = receiver.address();
    const sink = new UdpSink({ address, port }, { up: () => {}, down: () => {} });
    const received = once(receiver, 'message');
    sink.send([Buffer.from('one')]);
    expect(String((await received)[0])).to.equal('one');
    sink.send([Buffer.alloc(70_000)]);
    while (sink.dropped === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(sink).to.include({ sent: 1, dropped: 1, isReady: true });
    await sink.close();
    receiver.close();
  });
});

describe('observe/datagram-sink by a socket of the system', () => {
  let results: Result[];
  let sentFrames: string[];
  let said: string[];
  let isThere: boolean;

  function create(): LocalDatagramSink {
    const open = () => {
      if (!isThere) throw new Error('connect: ENOENT');
      return {
        send: (frame: Buffer): Result => {
          const result = results.shift() ?? 'sent';
          if (result === 'sent') sentFrames.push(String(frame));
          return result;
        },
        close: () => said.push('closed'),
      };
    };
    return new LocalDatagramSink(open, {
      up: () => said.push('up'),
      down: (why) => said.push(why),
    });
  }

  beforeEach(() => {
    results = [];
    sentFrames = [];
    said = [];
    isThere = true;
  });

  const frames = ['a', 'b', 'c'].map((text) => Buffer.from(text));

  it('keeps what there is no room for, in its order', () => {
    const sink = create();
    expect(sink.isReady).to.equal(true);
    results = ['sent', 'later', 'later'];
    sink.send(frames);
    expect(sentFrames).to.deep.equal(['a']);
    expect(sink.isReady).to.equal(false);
    expect(sink.isReady).to.equal(true);
    expect(sentFrames).to.deep.equal(['a', 'b', 'c']);
    expect(sink).to.include({ sent: 3, dropped: 0 });
  });

  it('drops what can never be sent', () => {
    const sink = create();
    expect(sink.isReady).to.equal(true);
    results = ['sent', 'never', 'sent'];
    sink.send(frames);
    expect(sink).to.include({ sent: 2, dropped: 1 });
  });

  it('says once that there is no socket', () => {
    isThere = false;
    const sink = create();
    expect([sink.isReady, sink.isReady]).to.deep.equal([false, false]);
    expect(said).to.deep.equal(['connect: ENOENT']);
  });

  it('counts at the end what it could not send', async () => {
    const sink = create();
    expect(sink.isReady).to.equal(true);
    results = ['sent', 'gone'];
    sink.send(frames);
    expect(said).to.deep.equal(['up', 'closed', 'nobody reads the socket']);
    await sink.close();
    expect(sink).to.include({ sent: 1, dropped: 2 });
  });
});
