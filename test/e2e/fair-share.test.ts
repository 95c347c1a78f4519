import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import { Flag, message, question } from '../world/messages.ts';
import { answerTo, Upstream } from '../world/upstream.ts';
import { cleanUp } from './processes.ts';
import { type Rcode5, Site, serve, sumOf } from './rcode5.ts';
import { ask } from './sockets.ts';

const NOERROR = 0;
const SERVFAIL = 2;
/** The queries that may wait in a thread. */
const CAPACITY = 8192;
const FLOODER = '127.0.0.66';
const PER_SECOND = 2000;
const STEP_MS = 10;

/** A client that asks for names which nobody answers, and counts what it gets. */
class Flooder {
  asked = 0;
  readonly rcodes: Map<number, number> = new Map();
  readonly #socket: Socket = createSocket('udp4');
  #timer: NodeJS.Timeout | undefined;

  async start(port: number): Promise<void> {
    this.#socket.bind(0, FLOODER);
    await once(this.#socket, 'listening');
    this.#socket.on('message', (answer) => {
      const rcode = answer[3]! & 0x0f;
      this.rcodes.set(rcode, (this.rcodes.get(rcode) ?? 0) + 1);
    });
    const startedAt = Date.now();
    this.#timer = setInterval(() => {
      // As many as are due, however late the timer is.
      const due = ((Date.now() - startedAt) * PER_SECOND) / 1000;
      while (this.asked < due) this.#ask(port);
    }, STEP_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#socket.close();
  }

  #ask(port: number): void {
    const name = `n${++this.asked}.silent.example`;
    const query = message({ id: this.asked & 0xffff, flags: Flag.RD, questions: [question(name)] });
    this.#socket.send(query, port, '127.0.0.1');
  }
}

describe('e2e: a client that asks for what nobody answers', () => {
  const MISSES = 100;
  const TRIES = 6;
  let upstream: Upstream;
  let silent: Upstream;
  let server: Rcode5;

  before(async () => {
    upstream = await Upstream.start(({ octets }) => answerTo(octets));
    // A server of its own: on a busy machine what it does not read in time is lost.
    silent = await Upstream.start(() => undefined);
    const site = new Site(`threads: 1
upstreams:
  default: { servers: ["${upstream.server}"], timeout: 10s, attempts: 2 }
  silent: { servers: ["${silent.server}"], timeout: 10s, attempts: 2 }
routes: { silent.example: silent }
decisionLog: { to: decisions.log, record: policy }
`);
    server = await serve(site);
  });
  after(async () => {
    upstream?.close();
    silent?.close();
    await cleanUp();
  });

  /** How many of another client's cache misses are answered. */
  async function answered(prefix: string): Promise<number> {
    let count = 0;
    for (let i = 0; i < MISSES; i++) {
      // Beside a flood the kernel drops datagrams when the machine is busy; a stub asks again.
      let rcode: number | undefined;
      for (let tries = 0; rcode === undefined && tries < TRIES; tries++) {
        rcode = await ask(server.port, `${prefix}${i}.example`, { lostMs: 5000 });
      }
      if (rcode === NOERROR) count++;
    }
    return count;
  }

  it('takes the room of nobody else, and is told so', async () => {
    const quiet = await answered('quiet');
    const flooder = new Flooder();
    await flooder.start(server.port);
    try {
      await server.program.until('as many queries as may wait', async () => {
        return (await sumOf(server, 'rcode5_inflight_queries')) >= CAPACITY ? true : undefined;
      });
      expect(await answered('beside')).to.equal(quiet);
      await server.program.until('the first that had to go', async () => {
        return (flooder.rcodes.get(SERVFAIL) ?? 0) > 0 ? true : undefined;
      });
    } finally {
      flooder.stop();
    }
    expect([...flooder.rcodes.keys()]).to.deep.equal([SERVFAIL]);
    const records = server.site.records();
    const overloaded = records.filter(({ layer }) => layer === 'overload');
    expect(overloaded.length).to.be.above(0);
    for (const { client, ede, event } of overloaded) {
      expect({ client, ede, event }).to.deep.equal({ client: FLOODER, ede: [32], event: 'failed' });
    }
  });
});
