import { once } from 'node:events';
import type { Http2SecureServer, ServerHttp2Stream } from 'node:http2';
import { type ClientHttp2Session, connect as connectHttp2, createSecureServer } from 'node:http2';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { makeIdentity } from '../world/certificates.ts';
import { framed } from '../world/client.ts';
import { Flag, message, question, record, TO_QUESTION, TYPE } from '../world/messages.ts';
import { outline } from '../world/reply-check.ts';
import { answers, type SecureScript, SecureUpstream } from '../world/secure-upstream.ts';
import { answerTo } from '../world/upstream.ts';
import { type Encrypted, LISTEN, serveEncrypted } from './encrypted.ts';
import { cleanUp, describeWith } from './processes.ts';
import { Site, sumOf } from './rcode5.ts';
import { frameReader } from './sockets.ts';

const RCODES = { NOERROR: 0, SERVFAIL: 2, REFUSED: 5 } as const;
const NAME = 'upstream.example';
const TYPE_DNS = 'application/dns-message';
const ANSWERED = [192, 0, 2, 1];
const LIE = [203, 0, 113, 66];
/** Queries of one test by each transport, all at a time. */
const MANY = 4;
const COMMON = 'timeout: 500ms, attempts: 1, probe: 0';

const lie = () => record(TO_QUESTION, TYPE.A, LIE);
const withLie = (asked: Buffer, parts = {}) => answerTo(asked, { answers: [lie()], ...parts });

/** Answers that are none, and the rcode that a client has when there is no other upstream. */
const WRONG: readonly { what: string; answer: (asked: Buffer) => Uint8Array; alone: number }[] = [
  {
    what: 'answers another question',
    answer: (asked) => withLie(asked, { questions: [question('example.org')] }),
    alone: RCODES.SERVFAIL,
  },
  {
    what: 'answers with half a message',
    answer: (asked) => withLie(asked).subarray(0, -7),
    alone: RCODES.SERVFAIL,
  },
  {
    what: 'answers with a query',
    answer: (asked) => withLie(asked, { flags: Flag.RD }),
    alone: RCODES.SERVFAIL,
  },
  { what: 'answers with nothing', answer: () => Buffer.alloc(0), alone: RCODES.SERVFAIL },
  {
    what: 'fails',
    answer: (asked) => answerTo(asked, { rcode: RCODES.SERVFAIL }),
    alone: RCODES.SERVFAIL,
  },
  {
    what: 'refuses everything',
    answer: (asked) => answerTo(asked, { rcode: RCODES.REFUSED }),
    alone: RCODES.REFUSED,
  },
];

/** Troubles of a server by TLS, and of one by HTTPS, which may have those above too. */
const DOT: readonly { what: string; script: SecureScript }[] = [
  { what: 'is silent', script: () => {} },
  { what: 'closes each connection', script: (_, socket) => socket.destroy() },
  {
    what: 'answers with another ID',
    script: (asked, socket) => socket.write(framed(withLie(asked, { id: 1 + asked[0]! }))),
  },
  {
    what: 'breaks off in the middle of an answer',
    script: (asked, socket) => socket.end(framed(withLie(asked)).subarray(0, -7)),
  },
];
type HttpScript = (asked: Buffer, stream: ServerHttp2Stream) => void;
const respond = (stream: ServerHttp2Stream, status: number, type: string, body: Uint8Array) => {
  stream.respond({ ':status': status, 'content-type': type });
  stream.end(body);
};
const DOH: readonly { what: string; script: HttpScript }[] = [
  { what: 'is silent', script: () => {} },
  { what: 'resets each request', script: (_, stream) => stream.close(2) },
  { what: 'goes away', script: (_, stream) => stream.session!.destroy() },
  {
    what: 'answers with status 500',
    script: (asked, stream) => respond(stream, 500, TYPE_DNS, withLie(asked)),
  },
  {
    what: 'answers with a page',
    script: (asked, stream) => respond(stream, 200, 'text/html', withLie(asked)),
  },
];

interface Trouble {
  readonly what: string;
  /** In a name and in the configuration. */
  readonly label: string;
  readonly server: string;
  readonly alone: number;
}

describeWith(
  ['openssl'],
  'e2e: an upstream by TLS or HTTPS in trouble, and clients by both',
  () => {
    const closing: (() => void)[] = [];
    const troubles: Trouble[] = [];
    let world: Encrypted;
    let dot: TLSSocket;
    let doh: ClientHttp2Session;
    const waiting = new Map<number, (answer: Buffer) => void>();
    let count = 0;

    before(async () => {
      const { certificate, key } = makeIdentity(NAME, { names: [NAME] });
      const startDot = async (script: SecureScript) => {
        const upstream = await SecureUpstream.start({ cert: certificate, key });
        upstream.script = script;
        closing.push(() => upstream.close());
        return `tls://127.0.0.1:${upstream.port}#${NAME}`;
      };
      const startDoh = async (script: HttpScript) => {
        const server = await listenHttps({ cert: certificate, key }, script);
        closing.push(() => server.close());
        return `https://${NAME}:${(server.address() as { port: number }).port}/dns-query`;
      };
      const add = (by: string, what: string, server: string, alone: number) =>
        troubles.push({ what: `by ${by} ${what}`, label: `n${troubles.length}`, server, alone });
      for (const { what, script } of DOT) add('TLS', what, await startDot(script), RCODES.SERVFAIL);
      for (const { what, script } of DOH)
        add('HTTPS', what, await startDoh(script), RCODES.SERVFAIL);
      for (const { what, answer, alone } of WRONG) {
        const byTls: SecureScript = (asked, socket) => socket.write(framed(answer(asked)));
        const byHttps: HttpScript = (asked, stream) =>
          respond(stream, 200, TYPE_DNS, answer(asked));
        add('TLS', what, await startDot(byTls), alone);
        add('HTTPS', what, await startDoh(byHttps), alone);
      }
      const well = await startDot(answers);
      const groups = troubles.flatMap(({ label, server }) => {
        const at = server.startsWith('https:') ? `addresses: { ${NAME}: [127.0.0.1] }, ` : '';
        const trust = `ca: upstream.pem, ${at}${COMMON}`;
        return [
          `  pair${label}: { servers: ["${server}", "${well}"], ${trust} }\n`,
          `  lone${label}: { servers: ["${server}"], ${trust} }\n`,
        ];
      });
      const routes = troubles.flatMap(({ label }) =>
        ['pair', 'lone'].map((kind) => `${kind}${label}.example: ${kind}${label}`),
      );
      const site = new Site(`${LISTEN}upstreams:\n${groups.join('')}routes: { ${routes.join(', ')} }
decisionLog: { to: decisions.log, record: all }
`);
      site.write('upstream.pem', certificate);
      world = await serveEncrypted(site);
      const anybody = { host: '127.0.0.1', rejectUnauthorized: false };
      dot = connectTls({ port: world.dot, ...anybody });
      dot.on(
        'data',
        frameReader((answer) => waiting.get(answer.readUInt16BE(0))?.(answer)),
      );
      doh = connectHttp2(`https://127.0.0.1:${world.doh}`, anybody);
      await Promise.all([once(dot, 'secureConnect'), once(doh, 'connect')]);
    });
    after(() => {
      dot?.destroy();
      doh?.destroy();
      for (const close of closing) close();
      return cleanUp();
    });

    const queryFor = (domain: string, id: number) =>
      message({ id, flags: Flag.RD, questions: [question(`n${id}.${domain}.example`)] });

    const askDot = (domain: string) => {
      const id = ++count;
      dot.write(framed(queryFor(domain, id)));
      return new Promise<Buffer>((resolve) => waiting.set(id, resolve));
    };

    const askDoh = (domain: string) => {
      const type = { 'content-type': TYPE_DNS };
      const stream = doh.request({ ':method': 'POST', ':path': '/dns-query', ...type });
      stream.end(queryFor(domain, ++count));
      return bodyOf(stream);
    };

    const askAll = (domain: string, many: number) => {
      const asked = Array.from({ length: many }, () => [askDot(domain), askDoh(domain)]);
      return Promise.all(asked.flat());
    };

    it('is no trouble while there is another, and told as it is when there is none', async () => {
      const suffer = async ({ what, label, alone }: Trouble) => {
        for (const answer of await askAll(`pair${label}`, MANY)) {
          expect(outline(answer).rcode, what).to.equal(RCODES.NOERROR);
          expect([...answer.subarray(-4)], what).to.deep.equal(ANSWERED);
        }
        for (const answer of await askAll(`lone${label}`, 1)) {
          expect(outline(answer).rcode, what).to.equal(alone);
        }
      };
      await Promise.all(troubles.map(suffer));
    });

    it('leaves a record for each REFUSED, and has nobody refused who has another', async () => {
      const records = world.server.site.records();
      const refused = records.filter(({ event }) => event === 'refused');
      expect(await sumOf(world.server, 'rcode5_refused_total')).to.equal(refused.length);
      const refusing = troubles.filter(({ alone }) => alone === RCODES.REFUSED);
      const transports = refused.map(({ transport }) => transport).sort();
      expect(transports).to.deep.equal(refusing.flatMap(() => ['doh', 'dot']).sort());
      const pairs = records.filter(({ qname }) => /\.pair/.test(qname ?? ''));
      expect(pairs).to.have.lengthOf(troubles.length * MANY * 2);
      expect(new Set(pairs.map(({ rcode }) => rcode))).to.deep.equal(new Set(['NOERROR']));
    });
  },
);

async function listenHttps(
  identity: { cert: string; key: string },
  script: HttpScript,
): Promise<Http2SecureServer> {
  const server = createSecureServer(identity);
  server.on('sessionError', () => {});
  server.on('stream', async (stream) => {
    stream.on('error', () => {});
    script(await bodyOf(stream), stream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function bodyOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}
