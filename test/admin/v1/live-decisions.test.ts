import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { askUdp } from '../../world/client.ts';
import { Flag, message, question } from '../../world/messages.ts';
import { forwardTo, ServedSite } from '../../world/served-site.ts';

const STREAM = '/api/v1/decisions/stream';

interface Event {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: string;
}

/** A reader of server-sent events, as a browser is one. */
class Reader {
  lastId = '';
  readonly #stop: AbortController = new AbortController();
  #text = '';
  #reader: ReadableStreamDefaultReader<string> | undefined;

  async open(site: ServedSite, query = '', lastId = ''): Promise<this> {
    const { address, port } = site.server.admin;
    const response = await fetch(`http://${address}:${port}${STREAM}${query}`, {
      signal: this.#stop.signal,
      headers: lastId === '' ? {} : { 'last-event-id': lastId },
    });
    expect(response.headers.get('content-type')).to.equal('text/event-stream');
    this.lastId = lastId;
    this.#reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    return this;
  }

  /** The next event that has something in it. */
  async next(): Promise<Event> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end < 0) {
        const { value, done } = await this.#reader!.read();
        if (done) throw new Error('the stream has ended');
        this.#text += value;
        continue;
      }
      const lines = this.#text.slice(0, end).split('\n');
      this.#text = this.#text.slice(end + 2);
      const field = (name: string) =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      this.lastId = field('id') ?? this.lastId;
      const data = field('data');
      if (data !== undefined) return { event: field('event') ?? 'message', id: field('id'), data };
    }
  }

  async names(count: number): Promise<string[]> {
    const names: string[] = [];
    while (names.length < count) names.push(JSON.parse((await this.next()).data).qname);
    return names;
  }

  close(): void {
    this.#stop.abort();
  }
}

describe('admin/v1 decisions/stream', () => {
  let site: ServedSite;
  const readers: Reader[] = [];
  beforeEach(async () => {
    site = new ServedSite();
    await site.start(forwardTo('127.0.0.1:9', '192.0.2.1: allow'));
  });
  afterEach(async () => {
    for (const reader of readers.splice(0)) reader.close();
    await site.close();
  });

  async function ask(...names: readonly string[]): Promise<void> {
    for (const name of names) {
      const octets = message({ flags: Flag.RD, questions: [question(name)] });
      await askUdp(site.target(), octets);
    }
  }

  function open(query?: string, lastId?: string): Promise<Reader> {
    const reader = new Reader();
    readers.push(reader);
    return reader.open(site, query, lastId);
  }

  it('gives decisions as they are made, those that are asked for', async () => {
    const [all, some] = await Promise.all([open(), open('?name=b.example')]);
    await ask('a.example', 'b.example', 'c.example');
    expect(await all.names(3)).to.deep.equal(['a.example.', 'b.example.', 'c.example.']);
    const { data } = await some.next();
    expect(JSON.parse(data)).to.deep.equal(site.records()[1]);
  });

  it('goes on behind the last event that a reader has got', async () => {
    const first = await open();
    await ask('a.example');
    await first.names(1);
    const { lastId } = first;
    first.close();
    await ask('b.example', 'c.example');
    const second = await open('', lastId);
    expect(await second.names(2)).to.deep.equal(['b.example.', 'c.example.']);
    await ask('d.example');
    expect(await second.names(1)).to.deep.equal(['d.example.']);
  });

  it('says what a reader has missed that was away for too long', async () => {
    const first = await open();
    await ask('a.example');
    await first.names(1);
    const { lastId } = first;
    first.close();
    const names = Array.from({ length: 250 }, (_, i) => `host${i}.example`);
    for (const name of names) await ask(name);
    const second = await open('', lastId);
    const { event, data } = await second.next();
    expect(event).to.equal('missed');
    const missed = JSON.parse(data);
    expect(missed).to.include({ why: 'overrun', count: 50 });
    expect(Date.parse(missed.since)).to.be.at.most(Date.now());
    expect(await second.names(200)).to.deep.equal(names.slice(50).map((name) => `${name}.`));
  });

  it('says that the server was started again, and since when', async () => {
    const first = await open();
    await ask('a.example');
    await first.names(1);
    const { lastId } = first;
    await site.stop();
    await site.start();
    const second = await open('', lastId);
    const { event, data } = await second.next();
    expect(event).to.equal('missed');
    expect(JSON.parse(data).why).to.equal('restart');
    const page = await site.json(`/api/v1/decisions?since=${JSON.parse(data).since}`);
    expect(page.decisions.length).to.be.at.most(1);
    await ask('b.example');
    expect(await second.names(1)).to.deep.equal(['b.example.']);
  });

  for (const lastId of ['x', '0'.repeat(12), `${'0'.repeat(12)}.1.x`, '-1', '🙂'.repeat(3)]) {
    it(`takes ${JSON.stringify(lastId)} for no position`, async () => {
      const reader = await open('', encodeURI(lastId));
      await ask('a.example');
      expect(await reader.names(1)).to.deep.equal(['a.example.']);
    });
  }

  it('leaves a reader that never reads', async () => {
    const { address, port } = site.server.admin;
    const socket: Socket = connect(port, address);
    socket.pause();
    socket.write(`GET ${STREAM} HTTP/1.1\r\nHost: ${address}\r\n\r\n`);
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    socket.on('error', () => {});
    const long = `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(50)}`;
    let isClosed = false;
    void closed.then(() => {
      isClosed = true;
    });
    // Some megabytes stay in the buffers of the kernel; to be told of the end one has to read.
    for (let i = 0; i < 6000; i++) await ask(long);
    socket.resume();
    socket.setTimeout(2000, () => socket.destroy());
    await closed;
    expect(isClosed).to.equal(true);
    expect((await site.http('/healthz')).status).to.equal(200);
  });
});
