import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import { Flag, message, question } from '../world/messages.ts';
import { startNsd } from './peers.ts';
import { cleanUp, describeWith } from './processes.ts';
import { type Rcode5, Site, serve, sumOf } from './rcode5.ts';
import { ask } from './sockets.ts';

const ZONE = `$TTL 3600
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 192.0.2.53
*.www A 192.0.2.80
`;
/** Megabytes that a thread's heap may have: enough to start, and not for what is to come. */
const HEAP = 40;
/** Names of so many octets fill a cache soon. */
const LABEL = 'a'.repeat(60);
const AT_A_TIME = 100;
const PAUSE_MS = 10;
const NOERROR = 0;
const REFUSED = 5;
/** Times that the log is waited for: on a busy machine it takes a while. */
const TRIES = 4;
const MANY = 24;

describeWith(['nsd'], 'e2e: a data thread that ends by itself', () => {
  let server: Rcode5;
  let socket: Socket | undefined;
  let count = 0;

  before(async () => {
    const upstream = await startNsd('example.com', ZONE);
    const site = new Site(`threads: 1
upstreams: { default: { servers: ["127.0.0.1:${upstream.port}"] } }
# More than the heap has room for.
cache: { entries: 400000, size: 1GiB }
decisionLog: { to: decisions.log, record: refused }
policies: [{ name: house, rules: { "*.refused.example": refuse } }]
`);
    server = await serve(site, [], `NODE_OPTIONS=--max-old-space-size=${HEAP} exec "$@"`);
    socket = createSocket('udp4').on('error', () => {});
    socket.connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
  });
  after(() => {
    socket?.close();
    return cleanUp();
  });

  /** Asks for a name that nobody has asked for, and fills the cache by it. */
  function askAnother(): void {
    const name = `n${++count}.${LABEL}.${LABEL}.${LABEL}.www.example.com`;
    socket?.send(message({ id: count & 0xffff, flags: Flag.RD, questions: [question(name)] }));
  }

  it('is told, counted, and started again', async () => {
    const asking = setInterval(() => {
      for (let i = 0; i < AT_A_TIME; i++) askAnother();
    }, PAUSE_MS);
    let failure: string | undefined;
    try {
      for (let left = TRIES; left > 0 && failure === undefined; left--) {
        const told = server.program.says(/a data thread failed: .*memory/);
        failure = await told.catch(() => undefined);
      }
    } finally {
      clearInterval(asking);
    }
    expect(failure, 'why the thread has ended').to.be.a('string');
    await server.program.says(/a data thread has ended; it is started again/);
    await server.program.until('restart', async () => {
      return (await sumOf(server, 'rcode5_thread_restarts_total')) > 0 ? true : undefined;
    });
  });

  it('leaves no name without an answer', async () => {
    const asked = (name: string) => ask(server.port, name);
    await server.program.until('an answer', () => asked('first.refused.example'));
    for (let i = 1; i < MANY; i++) {
      expect(await asked(`x${i}.refused.example`)).to.equal(REFUSED);
      expect(await asked(`x${i}.www.example.com`)).to.equal(NOERROR);
    }
    expect(server.site.records().filter(({ event }) => event === 'refused')).to.have.lengthOf(MANY);
  });
});
