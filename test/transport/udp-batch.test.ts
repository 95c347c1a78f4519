import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import { type Libc, loadLibc } from '../../src/transport/libc.ts';
import { steerByName } from '../../src/transport/steering.ts';
import { BatchListener, type DatagramPath } from '../../src/transport/udp-batch.ts';
import { message, octets, question } from '../world/messages.ts';
import { passOver } from '../world/needs.ts';
import { CLIENT_6, headerFor, withChecksum } from '../world/proxy-header.ts';

const libc = loadLibc();
const LOOPBACK = 0x7f000001;

function path(): DatagramPath {
  return {
    family: 4,
    address: new Uint32Array(4),
    port: 0,
    zoneId: '',
    local: new Uint32Array(4),
    localInterface: 0,
  };
}

/** Sends datagrams from a socket of node's and lets them arrive. */
async function sendAll(socket: Socket, datagrams: readonly Uint8Array[], to: string, port: number) {
  for (const datagram of datagrams) {
    await new Promise((resolve) => socket.send(datagram, port, to, resolve));
  }
}

describe('transport/udp-batch', () => {
  let listeners: BatchListener[] = [];
  let client: Socket;

  before(function () {
    if (typeof libc === 'string') passOver(this, libc);
  });
  beforeEach(async () => {
    client = createSocket('udp4');
    client.bind(0, '127.0.0.1');
    await once(client, 'listening');
  });
  afterEach(() => {
    for (const listener of listeners) listener.close();
    listeners = [];
    client?.close();
  });

  function listen(words: number[], port = 0, family: 4 | 6 = 4): BatchListener {
    const address = { family, words: Uint32Array.from(words), port };
    const listener = new BatchListener(libc as Libc, address);
    listeners.push(listener);
    return listener;
  }

  /** Receives and answers each datagram with itself, in place. */
  function echo(listener: BatchListener, seen: string[] = []): number {
    const from = path();
    const count = listener.receive(from, (octets, length) => {
      seen.push(Buffer.from(octets.subarray(0, length)).toString());
      listener.send(from, from, octets, length);
    });
    listener.flush();
    return count;
  }

  it('takes many datagrams at once and answers each where it came from', async () => {
    const listener = listen([LOOPBACK, 0, 0, 0]);
    const texts = Array.from({ length: 40 }, (_, i) => `datagram ${i}`);
    const answers: string[] = [];
    const all = new Promise<void>((resolve) => {
      client.on('message', (octets, { port }) => {
        expect(port).to.equal(listener.port);
        if (answers.push(octets.toString()) === texts.length) resolve();
      });
    });
    await sendAll(
      client,
      texts.map((text) => Buffer.from(text)),
      '127.0.0.1',
      listener.port,
    );
    const seen: string[] = [];
    expect(echo(listener, seen)).to.equal(texts.length);
    await all;
    expect(seen).to.deep.equal(texts);
    expect(answers).to.deep.equal(texts);
  });

  it('tells who sent a datagram', async () => {
    const listener = listen([LOOPBACK, 0, 0, 0]);
    await sendAll(client, [Buffer.from('who')], '127.0.0.1', listener.port);
    const from = path();
    listener.receive(from, () => {});
    expect([...from.address]).to.deep.equal([LOOPBACK, 0, 0, 0]);
    expect(from.port).to.equal(client.address().port);
  });

  it('answers from the address that was asked when it listens on all', async () => {
    const listener = listen([0, 0, 0, 0]);
    const answer = once(client, 'message');
    await sendAll(client, [Buffer.from('hello')], '127.0.0.77', listener.port);
    echo(listener);
    const [, remote] = await answer;
    expect(remote).to.include({ address: '127.0.0.77', port: listener.port });
  });

  it('answers one client from each of the addresses that it asked', async () => {
    const listener = listen([0, 0, 0, 0]);
    const answers = new Map<string, string[]>();
    const all = new Promise<void>((resolve) => {
      let count = 0;
      client.on('message', (octets, { address }) => {
        answers.set(address, [...(answers.get(address) ?? []), octets.toString()]);
        if (++count === 6) resolve();
      });
    });
    for (const text of ['one', 'two', 'six']) {
      for (const to of ['127.0.0.77', '127.0.0.78']) {
        await sendAll(client, [Buffer.from(text)], to, listener.port);
      }
    }
    echo(listener);
    await all;
    expect([...answers]).to.deep.equal([
      ['127.0.0.77', ['one', 'two', 'six']],
      ['127.0.0.78', ['one', 'two', 'six']],
    ]);
  });

  it('passes over a datagram that is longer than any query', async () => {
    const listener = listen([LOOPBACK, 0, 0, 0]);
    await sendAll(client, [Buffer.alloc(5000), Buffer.from('short')], '127.0.0.1', listener.port);
    const seen: string[] = [];
    expect(echo(listener, seen)).to.equal(2);
    expect(seen).to.deep.equal(['short']);
  });

  it('says that there is nothing to receive', () => {
    expect(echo(listen([LOOPBACK, 0, 0, 0]))).to.equal(-1);
  });

  it('names the error when an address is taken', () => {
    const taken = createSocket('udp4');
    return new Promise<void>((resolve) => {
      taken.bind(0, '127.0.0.1', () => {
        const { port } = taken.address();
        expect(() => listen([LOOPBACK, 0, 0, 0], port)).to.throw('EADDRINUSE');
        taken.close(() => resolve());
      });
    });
  });

  it('serves IPv6', async () => {
    const listener = listen([0, 0, 0, 1], 0, 6);
    const six = createSocket('udp6');
    const answer = once(six, 'message');
    await sendAll(six, [Buffer.from('six')], '::1', listener.port);
    const from = path();
    listener.receive(from, (octets, length) => listener.send(from, from, octets, length));
    listener.flush();
    const [octets] = await answer;
    six.close();
    expect(octets.toString()).to.equal('six');
    expect(from.family).to.equal(6);
    expect([...from.address]).to.deep.equal([0, 0, 0, 1]);
  });

  it('gives the same question always to the same of several sockets, by a proxy or not', async () => {
    const first = listen([LOOPBACK, 0, 0, 0]);
    const { port } = first;
    const group = [first, ...Array.from({ length: 3 }, () => listen([LOOPBACK, 0, 0, 0], port))];
    steerByName(libc as Libc, first.fd, group.length);
    const names = Array.from({ length: 24 }, (_, i) => `host${i}.example.com`);
    const takers = new Map<string, Set<number>>();
    const headers = [
      ...[[], [], [], []],
      ...[headerFor('192.0.2.1', 1), headerFor('192.0.2.2', 2), withChecksum(CLIENT_6, 0x21)],
    ];
    for (const [round, header] of headers.entries()) {
      for (const [id, name] of names.entries()) {
        const shown = round % 2 === 0 ? name : name.toUpperCase();
        const query = message({ id: id * 8 + round, questions: [question(shown, 1)] });
        await sendAll(client, [octets(header, query)], '127.0.0.1', port);
        const index = group.findIndex((listener) => listener.receive(path(), () => {}) > 0);
        takers.set(name, (takers.get(name) ?? new Set()).add(index));
      }
    }
    expect([...takers.values()].every((indices) => indices.size === 1)).to.equal(true);
    expect(new Set([...takers.values()].flatMap((indices) => [...indices])).size).to.equal(4);
  });
});
