import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { request as requestHttps } from 'node:https';
import { expect } from 'chai';
import fc from 'fast-check';
import { DOH_PROTOCOLS, dohDialect } from '../../src/transport/doh-dialect.ts';
import { HttpFaults } from '../../src/transport/http-fault.ts';
import { listenTcp, type TcpListener } from '../../src/transport/tcp.ts';
import { TlsHandshakes } from '../../src/transport/tls-handshakes.ts';
import { describeWith } from '../e2e/processes.ts';
import { makeIdentity } from '../world/certificates.ts';
import { message } from '../world/messages.ts';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly type?: string;
  readonly body?: Buffer;
  readonly extra?: Readonly<Record<string, string>>;
}

const TYPE = 'application/dns-message';

/** A query that is answered by itself and so many octets. */
const query = (id: number, extra = 0) => Buffer.concat([message({ id }), Buffer.alloc(extra, id)]);

describeWith(['openssl'], 'transport/tcp with HTTPS', () => {
  let listener: TcpListener;
  let session: ClientHttp2Session;

  before(async () => {
    const handshakes = new TlsHandshakes(DOH_PROTOCOLS, [makeIdentity('dns.example')]);
    listener = await listenTcp(
      {
        address: '127.0.0.1',
        port: 0,
        security: { handshakes, failed: () => {} },
        createDialect: dohDialect('/dns-query', new HttpFaults()),
      },
      {
        // Later ones are answered before earlier ones of the same turn.
        message(memory, _client, number) {
          const octets = Buffer.from(memory);
          setImmediate(() => {
            if (octets[0] === 0xdd) listener.drop(number);
            else listener.reply(number, octets, octets.length, 60);
          });
        },
        touched: () => setImmediate(() => listener.flush()),
      },
    );
  });
  beforeEach(async () => {
    const authority = `https://127.0.0.1:${listener.port}`;
    session = connectHttp2(authority, { rejectUnauthorized: false });
    await once(session, 'connect');
  });
  afterEach(() => session.destroy());
  after(() => listener.close());

  async function ask({ method, path, type, body, extra }: Asked): Promise<Answer> {
    const headers = { ':method': method, ':path': path, ...(type && { 'content-type': type }) };
    const stream = session.request({ ...headers, ...extra });
    const parts: Buffer[] = [];
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.end(body);
    const [answered] = await once(stream, 'response');
    if (!stream.readableEnded) await once(stream, 'end');
    return { status: answered[':status'], headers: answered, body: Buffer.concat(parts) };
  }

  const post = (body: Buffer) => ask({ method: 'POST', path: '/dns-query', type: TYPE, body });
  const get = (body: Buffer) =>
    ask({ method: 'GET', path: `/dns-query?dns=${body.toString('base64url')}` });

  it('answers node:http2 by GET and POST', async () => {
    for (const answer of [await get(query(7)), await post(query(7))]) {
      expect(answer.status).to.equal(200);
      expect(answer.body).to.deep.equal(query(7));
      expect(answer.headers).to.include({
        'content-type': TYPE,
        'content-length': '12',
        'cache-control': 'max-age=60',
      });
      expect(Date.parse(String(answer.headers['date']))).to.be.closeTo(Date.now(), 60_000);
    }
  });

  it('takes and sends the largest message', async () => {
    const { status, body } = await post(query(9, 0xffff - 12));
    expect(status).to.equal(200);
    expect(body.equals(query(9, 0xffff - 12))).to.equal(true);
  });

  const statuses: readonly (Asked & { status: number })[] = [
    { method: 'GET', path: '/', status: 404 },
    { method: 'GET', path: '/dns-query', status: 400 },
    { method: 'PUT', path: '/dns-query', status: 405 },
    { method: 'POST', path: '/dns-query', type: 'text/plain', body: query(1), status: 415 },
    { method: 'POST', path: '/dns-query', type: TYPE, body: Buffer.alloc(1), status: 400 },
    { method: 'POST', path: '/dns-query', type: TYPE, body: Buffer.alloc(70_000), status: 413 },
  ];
  for (const { status, ...asked } of statuses) {
    it(`answers ${asked.method} ${asked.path} with ${status}, and goes on`, async () => {
      const answer = await ask(asked);
      expect(answer.status).to.equal(status);
      expect(answer.headers['allow']).to.equal(status === 405 ? 'GET, HEAD, POST' : undefined);
      expect((await get(query(3))).status).to.equal(200);
    });
  }

  const anyAsked = fc.record({
    id: fc.integer({ min: 1, max: 0xdcff }),
    extra: fc.oneof(fc.nat(300), fc.nat(40_000)),
    isPost: fc.boolean(),
    noise: fc.dictionary(
      fc.stringMatching(/^x-[a-z]{1,8}$/),
      fc.stringMatching(/^[a-zA-Z0-9 /]{0,30}$/),
      {
        maxKeys: 4,
      },
    ),
  });
  it('answers node:http2 whatever it asks at a time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyAsked, { minLength: 1, maxLength: 30 }), async (list) => {
        const answers = await Promise.all(
          list.map(({ id, extra, isPost, noise }) => {
            const body = query(id, isPost ? extra : extra % 4000);
            const asked = isPost
              ? { method: 'POST', path: '/dns-query', type: TYPE, body }
              : { method: 'GET', path: `/dns-query?dns=${body.toString('base64url')}` };
            return ask({ ...asked, extra: noise });
          }),
        );
        for (const [i, { id, extra, isPost }] of list.entries()) {
          expect(answers[i]!.status).to.equal(200);
          expect(answers[i]!.body.equals(query(id, isPost ? extra : extra % 4000))).to.equal(true);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('resets the stream of a query that gets no answer, and goes on', async () => {
    const octets = Buffer.concat([Buffer.from([0xdd]), query(1).subarray(1)]);
    const stream = session.request({ ':path': `/dns-query?dns=${octets.toString('base64url')}` });
    let isAnswered = false;
    stream.on('response', () => {
      isAnswered = true;
    });
    stream.end();
    await once(stream, 'close');
    expect(isAnswered).to.equal(false);
    expect(stream.rstCode).to.equal(8);
    expect((await get(query(3))).status).to.equal(200);
  });

  it('closes a connection that speaks HTTP/1.1 when it is over, and answers before', async () => {
    const answers = await Promise.all(
      [1, 2, 3].map(
        (id) =>
          new Promise<number>((resolve, reject) => {
            const options = { port: listener.port, host: '127.0.0.1', rejectUnauthorized: false };
            const path = `/dns-query?dns=${query(id).toString('base64url')}`;
            const asking = requestHttps({ ...options, path, headers: { connection: 'close' } });
            asking.on('response', (answer) => {
              answer.resume();
              answer.on('end', () => resolve(answer.statusCode ?? 0));
            });
            asking.on('error', reject);
            asking.end();
          }),
      ),
    );
    expect(answers).to.deep.equal([200, 200, 200]);
  });

  it('answers what was asked before it closes, and says that it takes no more', async () => {
    const goaway = once(session, 'goaway');
    const answer = get(query(5));
    await get(query(4));
    listener.close();
    expect((await answer).status).to.equal(200);
    await goaway;
  });
});
