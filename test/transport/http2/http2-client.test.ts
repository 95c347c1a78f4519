import { once } from 'node:events';
import {
  createServer,
  type Http2Server,
  type ServerHttp2Stream,
  type ServerOptions,
} from 'node:http2';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import { DohDialect } from '../../../src/transport/http2/http2-client.ts';
import { message, octets, question, uint16 } from '../../world/messages.ts';

const SERVER = { name: 'dns.example', path: '/dns-query' };
const DNS = 'application/dns-message';

/** What a server does with a request that has come whole. */
type Answerer = (body: Buffer, stream: ServerHttp2Stream, headers: Headers) => void;
type Headers = Readonly<Record<string, unknown>>;

const query = (id: number, name = 'a.example') => message({ id, questions: [question(name)] });

/** The answer is the query, and as much behind it as is wanted. */
const echo: Answerer = (body, stream) => {
  stream.respond({ ':status': 200, 'content-type': DNS });
  stream.end(body);
};

describe('transport/http2/http2-client', () => {
  let server: Http2Server;
  let socket: Socket;
  let dialect: DohDialect;
  let requests: Headers[];
  let answerer: Answerer;
  let answers: Buffer[];
  let failures: string[];

  async function start(options: ServerOptions = {}, port?: number): Promise<void> {
    requests = [];
    answers = [];
    failures = [];
    answerer = echo;
    server = createServer(options);
    server.on('sessionError', () => {});
    server.on('stream', (stream, headers) => {
      requests.push(headers);
      const parts: Buffer[] = [];
      stream.on('error', () => {});
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => answerer(Buffer.concat(parts), stream, headers));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    dialect = new DohDialect(SERVER, port ?? 443);
    socket = connect((server.address() as { port: number }).port, '127.0.0.1');
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      dialect.push(chunk, {
        answered: (answer) => answers.push(Buffer.from(answer)),
        failed: (id, reason) => failures.push(`${id} ${reason}`),
      });
      flush();
    });
    await once(socket, 'connect');
  }

  beforeEach(() => start());
  afterEach(() => {
    socket?.destroy();
    server?.close();
  });

  function flush(): void {
    for (let next = dialect.take(); next !== undefined; next = dialect.take()) socket.write(next);
  }

  function ask(...queries: Uint8Array[]): void {
    for (const one of queries) dialect.ask(one, one.length);
    flush();
  }

  async function until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise(setImmediate);
  }

  const settled = (count: number) => until(() => answers.length + failures.length >= count);
  const ids = () => answers.map((answer) => answer.readUInt16BE(0));

  it('asks as RFC 8484 has it, and for nothing else', async () => {
    ask(query(7));
    await settled(1);
    expect(ids()).to.deep.equal([7]);
    expect(requests[0]).to.deep.include({
      ':method': 'POST',
      ':scheme': 'https',
      ':authority': 'dns.example',
      ':path': '/dns-query',
      accept: DNS,
      'content-type': DNS,
      'content-length': '27',
    });
    expect(Object.keys(requests[0]!)).to.have.lengthOf(7);
  });

  it('names the port where it is not the usual one, and long paths', async () => {
    socket.destroy();
    server.close();
    await start({}, 8443);
    const path = `/${'p'.repeat(300)}`;
    dialect = new DohDialect({ name: '2001:db8::1', path }, 8443);
    ask(query(7));
    await settled(1);
    expect(requests[0]).to.include({ ':authority': '[2001:db8::1]:8443', ':path': path });
  });

  it('takes answers in any order', async () => {
    const held: (() => void)[] = [];
    answerer = (body, stream, headers) => {
      held.push(() => echo(body, stream, headers));
      if (held.length === 3) for (const release of held.toReversed()) release();
    };
    ask(query(1), query(2), query(3));
    await settled(3);
    expect(ids()).to.have.members([1, 2, 3]);
  });

  const accepted = [
    { what: 'with parameters and in upper case', type: 'Application/DNS-Message; charset=x' },
    { what: 'behind informational ones', type: DNS, isEarly: true },
    { what: 'with trailers', type: DNS, hasTrailers: true },
  ];
  for (const { what, type, isEarly = false, hasTrailers = false } of accepted) {
    it(`takes a response ${what}`, async () => {
      answerer = (body, stream) => {
        if (isEarly) stream.additionalHeaders({ ':status': 103, link: '<a>' });
        stream.respond({ ':status': 200, 'content-type': type }, { waitForTrailers: hasTrailers });
        stream.on('wantTrailers', () => stream.sendTrailers({ 'x-more': 'y' }));
        stream.end(body);
      };
      ask(query(9));
      await settled(1);
      expect(ids()).to.deep.equal([9]);
    });
  }

  const failing: { what: string; answerer: Answerer; reason: string }[] = [
    ...[301, 400, 404, 429, 503].map((status) => ({
      what: `status ${status}`,
      answerer: ((body, stream) => {
        stream.respond({ ':status': status, 'content-type': DNS });
        stream.end(body);
      }) as Answerer,
      reason: `HTTP status ${status}`,
    })),
    {
      what: 'a page',
      answerer: (_, stream) => {
        stream.respond({ ':status': 200, 'content-type': 'text/html; x' });
        stream.end('<html>');
      },
      reason: 'an HTTP body of the media type text/html',
    },
    {
      what: 'nothing',
      answerer: (_, stream) =>
        stream.respond({ ':status': 200, 'content-type': DNS }, { endStream: true }),
      reason: 'an HTTP body that is no answer',
    },
    {
      what: 'the answer to another question',
      answerer: (_, stream) => {
        stream.respond({ ':status': 200, 'content-type': DNS });
        stream.end(query(99));
      },
      reason: 'an HTTP body that is no answer',
    },
    {
      what: 'more than a message can be',
      answerer: (body, stream) => {
        stream.respond({ ':status': 200, 'content-type': DNS });
        stream.end(Buffer.concat([body, Buffer.alloc(70_000)]));
      },
      reason: 'an HTTP body of more than 65535 octets',
    },
    {
      what: 'a reset',
      answerer: (_, stream) => stream.close(7),
      reason: 'HTTP/2 stream reset, code 7',
    },
  ];
  for (const { what, answerer: failingAnswerer, reason } of failing) {
    it(`fails the question that gets ${what}, and no other`, async () => {
      answerer = (body, stream, headers) =>
        (body.readUInt16BE(0) === 1 ? failingAnswerer : echo)(body, stream, headers);
      ask(query(1), query(2));
      await settled(2);
      ask(query(3));
      await settled(3);
      expect(failures).to.deep.equal([`1 ${reason}`]);
      expect(ids().toSorted()).to.deep.equal([2, 3]);
    });
  }

  it('asks no more at a time than the server takes', async () => {
    socket.destroy();
    server.close();
    await start({ settings: { maxConcurrentStreams: 2 } });
    let open = 0;
    let most = 0;
    answerer = (body, stream, headers) => {
      most = Math.max(most, ++open);
      setImmediate(() => {
        open--;
        echo(body, stream, headers);
      });
    };
    // Before its settings have come, nobody can know.
    ask(query(0));
    await settled(1);
    ask(...Array.from({ length: 9 }, (_, i) => query(1 + i)));
    await settled(10);
    expect(failures).to.deep.equal([]);
    expect(most).to.be.at.most(2);
  });

  it('is full when the server is leaving, and over when that has answered', async () => {
    let release = () => {};
    answerer = (body, stream, headers) => {
      release = () => echo(body, stream, headers);
      stream.session!.goaway(0);
    };
    ask(query(1));
    await until(() => dialect.isFull);
    expect(dialect.isOver).to.equal(false);
    release();
    await settled(1);
    expect(dialect.isOver).to.equal(true);
  });

  it('is over when the server speaks something else', () => {
    dialect.push(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), {
      answered: () => {},
      failed: () => {},
    });
    expect(dialect.isOver).to.equal(true);
  });

  it('gets every answer whole, however long and however it was cut', async () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 40_000 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(lengths, fc.integer({ min: 16, max: 3000 }), async (more, cut) => {
        answers = [];
        failures = [];
        answerer = (body, stream) => {
          stream.respond({ ':status': 200, 'content-type': DNS });
          const whole = Buffer.concat([body, Buffer.alloc(more[body.readUInt16BE(0)]!, 1)]);
          for (let at = 0; at < whole.length; at += cut) stream.write(whole.subarray(at, at + cut));
          stream.end();
        };
        ask(...more.map((length, id) => octets(uint16(id), Buffer.alloc(30 + (length % 500)))));
        await settled(more.length);
        expect(failures).to.deep.equal([]);
        for (const answer of answers) {
          const length = more[answer.readUInt16BE(0)]!;
          expect(answer.length).to.equal(32 + (length % 500) + length);
        }
      }),
      { numRuns: 20 },
    );
  });
});
