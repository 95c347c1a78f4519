import { expect } from 'chai';
import type { TcpLimits } from '../../src/transport/tcp-limits.ts';
import { ids, Listening, one } from './listening.ts';

/** Queries whose answers are more than the kernel has room for. */
const MANY = 600;
/** Milliseconds that a test lets pass. */
const IDLE = 1000;
const TOTAL = 4000;

describe('transport/tcp limits', () => {
  let tcp: Listening;
  afterEach(() => tcp?.close());

  async function listen(limits: Partial<TcpLimits>): Promise<void> {
    tcp = await Listening.start(limits);
  }

  it('leave a client no more than its connections, and count those turned away', async () => {
    await listen({ perClient: 2 });
    tcp.onQuery = tcp.reply;
    const own = [await tcp.open(), await tcp.open()];
    await (await tcp.open()).ended;
    await (await tcp.open()).ended;
    expect(tcp.listener.rejected).to.equal(2);
    const other = await tcp.open('127.0.0.2');
    for (const stream of [...own, other]) {
      stream.ask(one(1));
      expect(await ids(stream, 1)).to.deep.equal([1]);
    }
    expect(tcp.listener.rejected).to.equal(2);
  });

  it('leave a proxy that others ask through as many as there are', async () => {
    tcp = await Listening.start({ perClient: 1 }, undefined, {
      isProxy: (address) => address === '127.0.0.1',
    });
    tcp.onQuery = tcp.reply;
    for (const stream of [await tcp.open(), await tcp.open(), await tcp.open('127.0.0.2')]) {
      stream.ask(one(1));
      expect(await ids(stream, 1)).to.deep.equal([1]);
    }
    await (await tcp.open('127.0.0.2')).ended;
    expect(tcp.listener.rejected).to.equal(1);
  });

  it('leave all clients together no more than all connections', async () => {
    await listen({ connections: 2 });
    await tcp.open('127.0.0.2');
    await tcp.open('127.0.0.3');
    await (await tcp.open('127.0.0.2')).ended;
    expect(tcp.listener.rejected).to.equal(1);
  });

  it('make room for a new client at the cost of who has most, by its quietest connection', async () => {
    await listen({ connections: 4 });
    tcp.onQuery = tcp.reply;
    const single = await tcp.open('127.0.0.2');
    const [first, second, third] = [await tcp.open(), await tcp.open(), await tcp.open()];
    for (const stream of [second, first, third]) {
      stream.ask(one(1));
      await ids(stream, 1);
    }
    const late = await tcp.open('127.0.0.3');
    await second.ended;
    for (const stream of [single, first, third, late]) {
      stream.ask(one(2));
      expect(await ids(stream, 1)).to.deep.equal([2]);
    }
    expect(tcp.listener.rejected).to.equal(1);
  });

  it('make room at the cost of who waits for no answer', async () => {
    await listen({ connections: 2 });
    const busy = await tcp.open();
    busy.ask(one(1));
    const [query] = await tcp.queries(1);
    const quiet = await tcp.open();
    await tcp.open('127.0.0.2');
    await quiet.ended;
    tcp.reply(query!);
    expect(await ids(busy, 1)).to.deep.equal([1]);
  });

  it('give a place to the next client when one has gone', async () => {
    await listen({ connections: 1, perClient: 1 });
    tcp.onQuery = tcp.reply;
    const first = await tcp.open();
    first.socket.end();
    await first.ended;
    const second = await tcp.open();
    second.ask(one(2));
    expect(await ids(second, 1)).to.deep.equal([2]);
    expect(tcp.listener.rejected).to.equal(0);
  });

  it('close a connection without a query', async () => {
    await listen({ idle: IDLE });
    const stream = await tcp.openTimed();
    tcp.timers.pass(IDLE);
    await stream.ended;
  });

  it('close a connection some time after its last answer', async () => {
    await listen({ idle: IDLE });
    tcp.onQuery = tcp.reply;
    const stream = await tcp.openTimed();
    for (const id of [1, 2]) {
      tcp.timers.pass(IDLE - 1);
      stream.ask(one(id));
      expect(await ids(stream, 1)).to.deep.equal([id]);
      await tcp.others();
    }
    tcp.timers.pass(IDLE);
    await stream.ended;
  });

  it('leave a connection alone whose query takes its time', async () => {
    await listen({ idle: IDLE });
    const stream = await tcp.open();
    stream.ask(one(1));
    const [query] = await tcp.queries(1);
    tcp.timers.pass(4 * IDLE);
    tcp.reply(query!);
    expect(await ids(stream, 1)).to.deep.equal([1]);
  });

  it('leave a connection alone that keeps asking, even when its queries are dropped', async () => {
    await listen({ idle: IDLE });
    tcp.onQuery = (query) => (query.id < 5 ? tcp.drop(query) : tcp.reply(query));
    const stream = await tcp.openTimed();
    for (const id of [1, 2, 3, 4, 5]) {
      tcp.timers.pass(IDLE - 1);
      stream.ask(one(id));
      await tcp.queries(id);
    }
    expect(await ids(stream, 1)).to.deep.equal([5]);
  });

  it('cut off a query that comes drop by drop', async () => {
    await listen({ idle: IDLE });
    const stream = await tcp.openTimed();
    stream.socket.write(Uint8Array.of(0xff, 0xff));
    for (let drops = 0; drops < 4; drops++) {
      stream.socket.write(Uint8Array.of(0));
      await tcp.others();
      tcp.timers.pass(IDLE / 4);
    }
    await stream.ended;
    expect(tcp.received).to.deep.equal([]);
  });

  it('let go of a client that was answered, has been told so, and stays', async () => {
    await listen({ idle: IDLE, connections: 1 });
    tcp.onQuery = tcp.reply;
    const stream = await tcp.open();
    stream.ask(one(1));
    await ids(stream, 1);
    tcp.listener.close();
    await stream.ended;
    tcp.timers.pass(IDLE);
    const gone = new Promise((resolve) => stream.socket.on('close', resolve));
    // A client notices that nobody is there when it writes.
    const writing = setInterval(() => stream.socket.write(Uint8Array.of(0)), 5);
    await gone;
    clearInterval(writing);
  });

  it('end a busy connection when its time is up', async () => {
    await listen({ total: TOTAL });
    tcp.onQuery = tcp.reply;
    const stream = await tcp.openTimed();
    for (const id of [1, 2, 3]) {
      stream.ask(one(id));
      expect(await ids(stream, 1)).to.deep.equal([id]);
      tcp.timers.pass(TOTAL / 4);
    }
    tcp.timers.pass(TOTAL / 4);
    await stream.ended;
  });

  it('let a connection whose time is up have its last answers', async () => {
    await listen({ total: TOTAL });
    const stream = await tcp.open();
    stream.ask(one(1), one(2));
    const queries = await tcp.queries(2);
    tcp.timers.pass(TOTAL);
    for (const query of queries) tcp.reply(query);
    expect(await ids(stream, 2)).to.deep.equal([1, 2]);
    await stream.ended;
  });

  it('take no more queries of a connection than may wait at a time', async () => {
    await listen({ pipelined: 2 });
    const stream = await tcp.open();
    stream.ask(one(1), one(2));
    const [first] = await tcp.queries(2);
    stream.ask(one(3));
    await tcp.others();
    expect(tcp.received).to.have.lengthOf(2);
    tcp.reply(first!);
    expect((await tcp.queries(3))[2]!.id).to.equal(3);
  });

  it('read no more of a client that does not take its answers', async () => {
    await listen({ unread: 1 << 26 });
    const answer = new Uint8Array(0xffff);
    tcp.onQuery = (query) => tcp.reply(query, answer);
    const stream = await tcp.open();
    stream.socket.pause();
    stream.ask(...Array.from({ length: MANY }, () => one(1)));
    for (let before = -1; before < tcp.received.length; ) {
      before = tcp.received.length;
      await tcp.others();
    }
    const taken = tcp.received.length;
    expect(taken).to.be.below(MANY);
    stream.socket.resume();
    await tcp.queries(taken + 1);
  });

  it('let go of a client that takes no answer for too long', async () => {
    await listen({ idle: IDLE, unread: 1 << 26 });
    const answer = new Uint8Array(0xffff);
    // More than the kernel has room for; the query itself is never settled.
    tcp.onQuery = (query) => tcp.more(query, ...new Array(200).fill(answer));
    const stream = await tcp.open();
    stream.socket.pause();
    const gone = new Promise((resolve) => stream.socket.on('close', resolve));
    stream.ask(one(1));
    await tcp.queries(1);
    tcp.timers.pass(IDLE);
    // A client notices that nobody is there when it writes.
    const writing = setInterval(() => stream.socket.write(Uint8Array.of(0)), 5);
    await gone;
    clearInterval(writing);
  });

  it('let go of a client that leaves too much of a transfer unread', async () => {
    await listen({ unreadTransfer: 1 << 20 });
    const answer = new Uint8Array(0xffff);
    const stream = await tcp.open();
    stream.socket.pause();
    const gone = new Promise((resolve) => stream.socket.on('close', resolve));
    stream.ask(one(1));
    const [query] = await tcp.queries(1);
    tcp.more(query!, ...new Array(200).fill(answer));
    const writing = setInterval(() => stream.socket.write(Uint8Array.of(0)), 5);
    await gone;
    clearInterval(writing);
  });

  it('answer all that came at once, a few at a time', async () => {
    await listen({ pipelined: 3 });
    let waiting = 0;
    let most = 0;
    tcp.onQuery = (query) => {
      most = Math.max(most, ++waiting);
      setImmediate(() => {
        waiting--;
        tcp.reply(query);
      });
    };
    const stream = await tcp.open();
    const sent = Array.from({ length: 50 }, (_, i) => i + 1);
    stream.ask(...sent.map(one));
    stream.socket.end();
    expect(await ids(stream, 50)).to.deep.equal(sent);
    expect(most).to.equal(3);
    await stream.ended;
  });

  it('let go of a client that leaves its answers unread', async () => {
    await listen({ unread: 1 << 17 });
    const answer = new Uint8Array(0xffff);
    const stream = await tcp.open();
    stream.socket.pause();
    const gone = new Promise((resolve) => stream.socket.on('close', resolve));
    stream.ask(...Array.from({ length: 200 }, (_, i) => one(i)));
    for (const query of await tcp.queries(200)) tcp.reply(query, answer);
    // A client notices that nobody is there when it writes.
    const writing = setInterval(() => stream.socket.write(Uint8Array.of(0)), 5);
    await gone;
    clearInterval(writing);
  });
});
