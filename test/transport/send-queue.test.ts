import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import { openSocket } from '../../src/transport/batch-socket.ts';
import {
  allocate,
  EAGAIN,
  EIO,
  EMSGSIZE,
  EPERM,
  type Libc,
  loadLibc,
} from '../../src/transport/libc.ts';
import { SendQueue } from '../../src/transport/send-queue.ts';
import {
  addressLength,
  SOCKADDR_LENGTH,
  writeSocketAddress,
} from '../../src/transport/socket-address.ts';
import { passOver } from '../world/needs.ts';

const LOOPBACK = Uint32Array.of(0x7f000001, 0, 0, 0);

describe('transport/send-queue', () => {
  let libc: Libc;
  let clients: Client[] = [];
  let fds: number[] = [];

  before(function () {
    const loaded = loadLibc();
    if (typeof loaded === 'string') passOver(this, loaded);
    libc = loaded;
  });
  beforeEach(async () => {
    clients = [await Client.open(), await Client.open()];
  });
  afterEach(() => {
    for (const client of clients) client.socket.close();
    for (const fd of fds) libc?.close(fd);
    fds = [];
  });

  /** A queue whose `sendmmsg` is asked of a kernel that fails as told. */
  function open(kernel: Partial<Kernel> = {}) {
    const calls = new Calls(libc, kernel);
    const fd = openSocket(libc, 4);
    fds.push(fd);
    const shape = { count: 128, size: 2048, nameLength: addressLength(4), controlLength: 0 };
    const queue = new SendQueue(calls.libc, fd, shape);
    const push = (text: string, client = 0) => {
      const to = { family: 4 as const, address: LOOPBACK, port: clients[client]!.port, zoneId: '' };
      writeSocketAddress(queue.names, queue.length * SOCKADDR_LENGTH, 4, to);
      queue.push(Buffer.from(text), text.length);
    };
    return { queue, calls, push };
  }

  const texts = (count: number, length: number) =>
    Array.from({ length: count }, (_, i) => `${i}`.padStart(length, '.'));

  it('sends datagrams of one length for one client as one message', async () => {
    const { queue, calls, push } = open();
    for (const text of texts(10, 30)) push(text);
    expect(queue.flush()).to.equal(0);
    expect(await clients[0]!.next(10)).to.deep.equal(texts(10, 30));
    expect(calls.sent).to.deep.equal([1]);
  });

  it('sends each client its own, of whatever length, in their order', async () => {
    const { queue, calls, push } = open();
    for (let i = 0; i < 8; i++) {
      push(`to the first ${i}`, 0);
      push(`to the second, longer ${i}`, 1);
      push(`${i}`, 1);
    }
    expect(queue.flush()).to.equal(0);
    const numbers = [...'01234567'];
    expect(await clients[0]!.next(8)).to.deep.equal(numbers.map((i) => `to the first ${i}`));
    expect(new Set(await clients[1]!.next(16))).to.deep.equal(
      new Set(numbers.flatMap((i) => [`to the second, longer ${i}`, i])),
    );
    expect(calls.sent).to.deep.equal([3]);
  });

  it('keeps as many groups apart as datagrams wait', async () => {
    const { queue, calls, push } = open();
    const lengths = Array.from({ length: 64 }, (_, i) => i + 1);
    for (const client of [0, 1]) for (const length of lengths) push('.'.repeat(length), client);
    expect(queue.flush()).to.equal(0);
    for (const client of clients) {
      expect((await client.next(64)).map((text) => text.length)).to.deep.equal(lengths);
    }
    expect(calls.sent).to.deep.equal([128]);
  });

  it('begins anew after each flush', async () => {
    const { queue, push } = open();
    for (const text of ['one', 'two', 'six']) {
      push(text);
      expect(queue.flush()).to.equal(0);
    }
    expect(queue.flush()).to.equal(0);
    expect(await clients[0]!.next(3)).to.deep.equal(['one', 'two', 'six']);
  });

  for (const { what, count, length, messages } of [
    { what: '64 segments', count: 100, length: 20, messages: 2 },
    { what: '65,280 octets', count: 100, length: 1232, messages: 2 },
  ]) {
    it(`puts no more than ${what} into a message`, async () => {
      const { queue, calls, push } = open();
      for (const text of texts(count, length)) push(text);
      expect(queue.flush()).to.equal(0);
      expect(await clients[0]!.next(count)).to.deep.equal(texts(count, length));
      expect(calls.sent).to.deep.equal([messages]);
    });
  }

  it('sends each datagram as a message where the kernel knows no segments', async () => {
    const { queue, calls, push } = open({ hasSegments: false });
    for (const text of texts(5, 9)) push(text);
    expect(queue.flush()).to.equal(0);
    expect(await clients[0]!.next(5)).to.deep.equal(texts(5, 9));
    expect(calls.sent).to.deep.equal([5]);
  });

  it('sends datagram by datagram what does not go as segments', async () => {
    const { queue, calls, push } = open({ segments: EMSGSIZE });
    for (let round = 0; round < 2; round++) {
      for (const text of texts(3, 9)) push(text, 0);
      push('alone', 1);
      expect(queue.flush()).to.equal(0);
    }
    expect(await clients[0]!.next(6)).to.deep.equal([...texts(3, 9), ...texts(3, 9)]);
    expect(await clients[1]!.next(2)).to.deep.equal(['alone', 'alone']);
    expect(calls.failed).to.equal(2);
  });

  it('tries segments no more on an interface that cannot have them', async () => {
    const { queue, calls, push } = open({ segments: EIO });
    for (let round = 0; round < 3; round++) {
      for (const text of texts(3, 9)) push(text);
      expect(queue.flush()).to.equal(0);
    }
    expect(await clients[0]!.next(9)).to.have.length(9);
    expect(calls.failed).to.equal(1);
  });

  it('counts each datagram that the kernel refuses', () => {
    const { queue, push } = open({ segments: EPERM, datagrams: EPERM });
    for (const text of texts(4, 9)) push(text, 0);
    push('alone', 1);
    expect(queue.flush()).to.equal(5);
  });

  it('counts each datagram that a full buffer does not take', () => {
    const { queue, push } = open({ segments: EAGAIN, datagrams: EAGAIN });
    for (const text of texts(4, 9)) push(text, 0);
    push('alone', 1);
    expect(queue.flush()).to.equal(5);
  });
});

interface Kernel {
  /** Whether it knows UDP_SEGMENT. */
  readonly hasSegments: boolean;
  /** With which errno messages with segments fail, and others; 0 for none. */
  readonly segments: number;
  readonly datagrams: number;
}

/** Octets of `struct mmsghdr` and where it has the number of its vectors. */
const HEADER_LENGTH = 64;
const VECTOR_COUNT = 24;

/** System calls to a kernel that is as told: how many messages each `sendmmsg` has sent. */
class Calls {
  readonly libc: Libc;
  readonly sent: number[] = [];
  failed = 0;
  #errno = 0;

  constructor(libc: Libc, { hasSegments = true, segments = 0, datagrams = 0 }: Partial<Kernel>) {
    this.libc = {
      ...libc,
      setsockopt: (...args) => (hasSegments ? libc.setsockopt(...args) : -1),
      sendmmsg: (fd, messages, count, flags) => {
        this.#errno = 0;
        let passing = 0;
        for (; passing < count && this.#errno === 0; passing++) {
          const vectors = messages.readUInt32LE(passing * HEADER_LENGTH + VECTOR_COUNT);
          this.#errno = vectors > 1 ? segments : datagrams;
          if (this.#errno !== 0) break;
        }
        if (passing === 0) {
          this.failed++;
          return -1;
        }
        this.sent.push(passing);
        const copy = allocate(messages.length);
        messages.copy(copy);
        return libc.sendmmsg(fd, copy, passing, flags);
      },
      errno: () => this.#errno,
    };
  }
}

class Client {
  readonly socket: Socket = createSocket('udp4');
  readonly #received: string[] = [];
  #wake: () => void = () => {};

  static async open(): Promise<Client> {
    const client = new Client();
    client.socket.on('message', (octets) => {
      client.#received.push(octets.toString());
      client.#wake();
    });
    client.socket.bind(0, '127.0.0.1');
    await once(client.socket, 'listening');
    return client;
  }

  get port(): number {
    return this.socket.address().port;
  }

  /** The next datagrams, as text. */
  async next(count: number): Promise<string[]> {
    while (this.#received.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#received.splice(0, count);
  }
}
