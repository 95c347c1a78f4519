import { expect } from 'chai';
import { listenTcp } from '../../src/transport/tcp.ts';
import { Stream } from '../world/client.ts';
import { ids, Listening, one } from './listening.ts';

const DEAF = { message: () => {}, touched: () => {} };

describe('transport/tcp', () => {
  let tcp: Listening;
  beforeEach(async () => {
    tcp = await Listening.start();
  });
  afterEach(() => tcp?.close());

  it('takes queries one behind the other on one connection', async () => {
    tcp.onQuery = tcp.reply;
    const stream = await tcp.open();
    stream.ask(one(1), one(2), one(3));
    expect(await ids(stream, 3)).to.deep.equal([1, 2, 3]);
    stream.ask(one(4));
    expect(await ids(stream, 1)).to.deep.equal([4]);
    expect(new Set(tcp.received.map(({ connection }) => connection)).size).to.equal(1);
  });

  it('tells who asks', async () => {
    const stream = await tcp.open('127.0.0.7');
    const { localPort } = stream.socket;
    stream.ask(one(1));
    const [query] = await tcp.queries(1);
    expect(query).to.include({ address: '127.0.0.7', port: localPort });
  });

  it('answers in any order', async () => {
    const stream = await tcp.open();
    stream.ask(one(1), one(2), one(3));
    for (const query of (await tcp.queries(3)).toReversed()) tcp.reply(query);
    expect(await ids(stream, 3)).to.deep.equal([3, 2, 1]);
  });

  it('sends nothing before the flush, then all with one write', async () => {
    const stream = await tcp.open();
    stream.ask(one(1), one(2), one(3));
    for (const { connection, id } of await tcp.queries(3)) {
      tcp.listener.reply(connection, one(id), 12);
    }
    const elsewhere = await Listening.start();
    await elsewhere.others();
    elsewhere.close();
    expect(stream.socket.bytesRead).to.equal(0);
    const chunks: Buffer[] = [];
    stream.socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    tcp.listener.flush();
    expect(await ids(stream, 3)).to.deep.equal([1, 2, 3]);
    expect(chunks).to.have.length(1);
  });

  it('answers each client on its own connection', async () => {
    const [first, second] = [await tcp.open(), await tcp.open()];
    first.ask(one(1));
    second.ask(one(2));
    for (const query of await tcp.queries(2)) tcp.reply(query);
    expect(await ids(second, 1)).to.deep.equal([2]);
    expect(await ids(first, 1)).to.deep.equal([1]);
  });

  it('takes a query that comes in pieces', async () => {
    tcp.onQuery = tcp.reply;
    const stream = await tcp.open();
    for (const octet of [0, 12, ...one(5)]) stream.socket.write(Uint8Array.of(octet));
    expect(await ids(stream, 1)).to.deep.equal([5]);
  });

  it('takes a message without octets', async () => {
    const stream = await tcp.open();
    stream.ask(new Uint8Array(0));
    await tcp.queries(1);
  });

  it('gives all answers to a client that has closed its side', async () => {
    const stream = await tcp.open();
    stream.ask(one(1), one(2));
    stream.socket.end();
    const list = await tcp.queries(2);
    await tcp.others();
    for (const query of list) tcp.reply(query);
    expect(await ids(stream, 2)).to.deep.equal([1, 2]);
    await stream.ended;
  });

  it('goes on with a connection when a query is dropped', async () => {
    tcp.onQuery = (query) => (query.id === 1 ? tcp.drop(query) : tcp.reply(query));
    const stream = await tcp.open();
    stream.ask(one(1), one(2));
    expect(await ids(stream, 1)).to.deep.equal([2]);
  });

  it('ends a half-closed connection when the last query is dropped', async () => {
    const stream = await tcp.open();
    stream.ask(one(1));
    stream.socket.end();
    const [query] = await tcp.queries(1);
    await tcp.others();
    tcp.drop(query!);
    await stream.ended;
  });

  it('answers a query with several messages, up to the drop', async () => {
    const stream = await tcp.open();
    stream.ask(one(1));
    stream.socket.end();
    const [query] = await tcp.queries(1);
    await tcp.others();
    tcp.more(query!, one(1), one(2), one(3));
    expect(await ids(stream, 3)).to.deep.equal([1, 2, 3]);
    tcp.drop(query!);
    await stream.ended;
  });

  it('passes over answers to a client that has gone', async () => {
    const stream = await tcp.open();
    stream.ask(one(1));
    const [query] = await tcp.queries(1);
    stream.socket.resetAndDestroy();
    await tcp.others();
    tcp.reply(query!);
    tcp.more(query!, one(1));
    tcp.drop(query!);
    await tcp.others();
  });

  it('rejects when the address is in use', async () => {
    const { address, port } = tcp.listener;
    const error = await listenTcp({ address, port }, DEAF).catch((reason) => reason);
    expect(error).to.include({ code: 'EADDRINUSE' });
  });
});

describe('transport/tcp close', () => {
  let tcp: Listening;
  beforeEach(async () => {
    tcp = await Listening.start();
  });
  afterEach(() => tcp?.close());

  it('ends the connections that wait for nothing', async () => {
    const stream = await tcp.open();
    await tcp.others();
    tcp.listener.close();
    await stream.ended;
  });

  it('answers what was asked before, and takes nothing more', async () => {
    const stream = await tcp.open();
    stream.ask(one(1), one(2));
    const list = await tcp.queries(2);
    tcp.listener.close();
    stream.ask(one(3));
    for (const query of list) tcp.reply(query);
    expect(await ids(stream, 2)).to.deep.equal([1, 2]);
    await stream.ended;
    expect(tcp.received).to.have.lengthOf(2);
  });

  it('lets go of the address', async () => {
    const { address, port } = tcp.listener;
    tcp.listener.close();
    const error = await Stream.open({ address, port }).catch((reason) => reason);
    expect(error).to.include({ code: 'ECONNREFUSED' });
    const other = await listenTcp({ address, port }, DEAF);
    other.close();
  });
});
