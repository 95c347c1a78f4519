import { once } from 'node:events';
import { expect } from 'chai';
import {
  listenTcp,
  TCP_LIMITS,
  type TcpLimits,
  type TcpListener,
} from '../../src/transport/tcp.ts';
import { Stream } from '../client.ts';
import { message } from '../messages.ts';

const LOOPBACK = { address: '127.0.0.1', port: 0 };

interface Received {
  readonly id: number;
  readonly connection: number;
}

/** A query or an answer: all that counts here is its ID. */
function one(id: number): Uint8Array {
  return message({ id });
}

function idOf(octets: Uint8Array): number {
  return octets[0]! * 256 + octets[1]!;
}

describe('transport/tcp', () => {
  let listener: TcpListener;
  let streams: Stream[];
  let received: Received[];
  /** What to do with a query; at first, nothing. */
  let onQuery: (query: Received) => void;
  let wake: () => void;

  beforeEach(() => {
    streams = [];
    received = [];
    onQuery = () => {};
    wake = () => {};
  });
  afterEach(() => {
    for (const stream of streams) stream.close();
    listener.close();
  });

  async function listen(limits: Partial<TcpLimits> = {}): Promise<void> {
    listener = await listenTcp(
      LOOPBACK,
      (octets, { number }) => {
        const query = { id: idOf(octets), connection: number };
        received.push(query);
        onQuery(query);
        wake();
      },
      { ...TCP_LIMITS, ...limits },
    );
  }

  async function open(from?: string): Promise<Stream> {
    const { address, port } = listener;
    const stream = await Stream.open({ address, port, ...(from !== undefined && { from }) });
    streams.push(stream);
    return stream;
  }

  /** Waits until so many queries have come. */
  async function queries(count: number): Promise<Received[]> {
    while (received.length < count) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return received;
  }

  function reply({ id, connection }: Received): void {
    listener.reply(connection, one(id), 12);
  }

  /** The IDs of the next messages. */
  async function ids(stream: Stream, count: number): Promise<number[]> {
    const list: number[] = [];
    while (list.length < count) list.push(idOf(await stream.next()));
    return list;
  }

  /** Something else is asked and answered, so that all that was under way before has arrived. */
  async function somethingElse(): Promise<void> {
    const before = onQuery;
    onQuery = reply;
    const stream = await open('127.0.0.9');
    for (let id = 900; id < 905; id++) {
      stream.ask(one(id));
      await stream.next();
    }
    onQuery = before;
    received = received.filter(({ id }) => id < 900);
  }

  describe('transport/tcp queries', () => {
    it('are taken one behind the other on one connection, and tell who asks', async () => {
      onQuery = reply;
      await listen();
      const stream = await open();
      stream.ask(one(1), one(2), one(3));
      expect(await ids(stream, 3)).to.deep.equal([1, 2, 3]);
      stream.ask(one(4));
      expect(await ids(stream, 1)).to.deep.equal([4]);
      expect(new Set(received.map(({ connection }) => connection)).size).to.equal(1);
    });

    it('are told with the address and port of the client', async () => {
      const clients: object[] = [];
      listener = await listenTcp(LOOPBACK, (_octets, { address, port }) => {
        clients.push({ address, port });
        wake();
      });
      const stream = await open('127.0.0.7');
      const { localPort } = stream.socket;
      stream.ask(one(1));
      while (clients.length === 0) await once(stream.socket, 'data').catch(() => {});
      expect(clients).to.deep.equal([{ address: '127.0.0.7', port: localPort }]);
    });

    it('are answered in any order', async () => {
      await listen();
      const stream = await open();
      stream.ask(one(1), one(2), one(3));
      for (const query of (await queries(3)).toReversed()) reply(query);
      expect(await ids(stream, 3)).to.deep.equal([3, 2, 1]);
    });

    it('are told apart by their connections', async () => {
      await listen();
      const [first, second] = [await open(), await open()];
      first.ask(one(1));
      second.ask(one(2));
      for (const query of await queries(2)) reply(query);
      expect(await ids(second, 1)).to.deep.equal([2]);
      expect(await ids(first, 1)).to.deep.equal([1]);
    });

    it('may come in pieces', async () => {
      onQuery = reply;
      await listen();
      const stream = await open();
      for (const octet of [0, 12, ...one(5)]) stream.socket.write(Uint8Array.of(octet));
      expect(await ids(stream, 1)).to.deep.equal([5]);
    });

    it('are all answered to a client that has closed its side', async () => {
      await listen();
      const stream = await open();
      stream.ask(one(1), one(2));
      stream.socket.end();
      const list = await queries(2);
      await somethingElse();
      reply(list[0]!);
      reply(list[1]!);
      expect(await ids(stream, 2)).to.deep.equal([1, 2]);
      await stream.ended;
    });

    it('may be dropped, and the connection goes on', async () => {
      onQuery = (query) => (query.id === 1 ? listener.drop(query.connection) : reply(query));
      await listen();
      const stream = await open();
      stream.ask(one(1), one(2));
      expect(await ids(stream, 1)).to.deep.equal([2]);
    });

    it('may be dropped after the client has closed its side, and that ends the connection', async () => {
      await listen();
      const stream = await open();
      stream.ask(one(1));
      stream.socket.end();
      const [query] = await queries(1);
      await somethingElse();
      listener.drop(query!.connection);
      await stream.ended;
    });

    it('may be answered by several messages', async () => {
      await listen();
      const stream = await open();
      stream.ask(one(1));
      stream.socket.end();
      const [query] = await queries(1);
      for (const id of [1, 2, 3]) listener.more(query!.connection, one(id), 12);
      listener.drop(query!.connection);
      expect(await ids(stream, 3)).to.deep.equal([1, 2, 3]);
      await stream.ended;
    });

    it('are forgotten when the client has gone', async () => {
      await listen({ perClient: 1 });
      const stream = await open();
      stream.ask(one(1));
      const [query] = await queries(1);
      stream.socket.resetAndDestroy();
      await somethingElse();
      reply(query!);
      listener.more(query!.connection, one(1), 12);
      listener.drop(query!.connection);
      onQuery = reply;
      const next = await open();
      next.ask(one(2));
      expect(await ids(next, 1)).to.deep.equal([2]);
    });
  });

  describe('transport/tcp close', () => {
    it('ends the connections that wait for nothing', async () => {
      await listen();
      const stream = await open();
      await somethingElse();
      listener.close();
      await stream.ended;
    });

    it('answers what was asked before, and takes nothing more', async () => {
      await listen();
      const stream = await open();
      stream.ask(one(1), one(2));
      const list = await queries(2);
      listener.close();
      stream.ask(one(3));
      for (const query of list) reply(query);
      expect(await ids(stream, 2)).to.deep.equal([1, 2]);
      await stream.ended;
      expect(received).to.have.lengthOf(2);
    });

    it('lets go of the address', async () => {
      await listen();
      const { address, port } = listener;
      listener.close();
      const stream = await Stream.open({ address, port });
      await stream.ended;
      expect(stream.socket.remoteAddress).to.equal(undefined);
      listener = await listenTcp({ address, port }, () => {});
    });
  });

  it('rejects when the address is in use', async () => {
    await listen();
    const { address, port } = listener;
    const error = await listenTcp({ address, port }, () => {}).catch((reason) => reason);
    expect(error).to.include({ code: 'EADDRINUSE' });
  });

  describe('transport/tcp limits', () => {
    it('leave a client no more than its connections, and count those turned away', async () => {
      onQuery = reply;
      await listen({ perClient: 2 });
      const own = [await open(), await open()];
      await (await open()).ended;
      await (await open()).ended;
      expect(listener.rejected).to.equal(2);
      const other = await open('127.0.0.2');
      for (const stream of [...own, other]) {
        stream.ask(one(1));
        expect(await ids(stream, 1)).to.deep.equal([1]);
      }
      expect(listener.rejected).to.equal(2);
    });

    it('leave all clients together no more than all connections', async () => {
      await listen({ connections: 2 });
      await open();
      await open('127.0.0.2');
      await (await open('127.0.0.3')).ended;
      expect(listener.rejected).to.equal(1);
    });

    it('give a place to the next client when one has gone', async () => {
      onQuery = reply;
      await listen({ connections: 1, perClient: 1 });
      const first = await open();
      first.socket.end();
      await first.ended;
      const second = await open();
      second.ask(one(2));
      expect(await ids(second, 1)).to.deep.equal([2]);
      expect(listener.rejected).to.equal(0);
    });

    it('close a connection without a query', async () => {
      await listen({ idle: 20 });
      await (await open()).ended;
    });

    it('close a connection some time after its last answer', async () => {
      onQuery = reply;
      await listen({ idle: 20 });
      const stream = await open();
      stream.ask(one(1));
      await ids(stream, 1);
      await stream.ended;
    });

    it('leave a connection alone whose query takes its time', async () => {
      onQuery = (query) => setTimeout(() => reply(query), 60);
      await listen({ idle: 15 });
      const stream = await open();
      stream.ask(one(1));
      expect(await ids(stream, 1)).to.deep.equal([1]);
    });

    it('cut off a query that comes drop by drop', async () => {
      await listen({ idle: 40 });
      const stream = await open();
      stream.socket.write(Uint8Array.of(0xff, 0xff));
      const dripping = setInterval(() => stream.socket.write(Uint8Array.of(0)), 5);
      await stream.ended;
      clearInterval(dripping);
      expect(received).to.deep.equal([]);
    });

    it('let go of a client that has been answered and does not go', async () => {
      onQuery = reply;
      await listen({ idle: 20 });
      const stream = await open();
      stream.ask(one(1));
      await ids(stream, 1);
      await stream.ended;
      // Whoever writes to a connection that is gone is told so.
      const closed = once(stream.socket, 'close');
      const writing = setInterval(() => stream.socket.write(Uint8Array.of(0)), 5);
      await closed;
      clearInterval(writing);
    });

    it('end a busy connection when its time is up', async () => {
      onQuery = reply;
      await listen({ total: 40 });
      const stream = await open();
      let isOver = false;
      stream.ended.then(() => {
        isOver = true;
      });
      let answers = 0;
      while (!isOver) {
        stream.ask(one(1));
        await stream.next().then(
          () => answers++,
          () => {},
        );
      }
      expect(answers).to.be.above(1);
    });

    it('let a connection whose time is up have its last answers', async () => {
      onQuery = (query) => setTimeout(() => reply(query), 50);
      await listen({ total: 20 });
      const stream = await open();
      stream.ask(one(1), one(2));
      expect(await ids(stream, 2)).to.deep.equal([1, 2]);
      await stream.ended;
    });

    it('take no more queries of a connection than may wait at a time', async () => {
      await listen({ pipelined: 2 });
      const stream = await open();
      stream.ask(one(1), one(2));
      const [first] = await queries(2);
      stream.ask(one(3));
      await somethingElse();
      expect(received).to.have.lengthOf(2);
      reply(first!);
      expect((await queries(3))[2]!.id).to.equal(3);
    });

    it('let go of a client that leaves its answers unread', async () => {
      const answer = new Uint8Array(0xffff);
      onQuery = ({ connection }) => listener.reply(connection, answer, answer.length);
      await listen({ unread: 1 << 17 });
      const stream = await open();
      stream.socket.pause();
      const gone = new Promise((resolve) => stream.socket.on('close', resolve));
      const asking = setInterval(() => {
        stream.ask(...Array.from({ length: 50 }, () => one(1)));
      }, 1);
      await gone;
      clearInterval(asking);
    });
  });
});
