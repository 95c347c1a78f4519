import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { renameSync } from 'node:fs';
import { expect } from 'chai';
import { Random } from '../fuzz/random.ts';
import { few } from '../world/control.ts';
import { answerTo, Upstream } from '../world/upstream.ts';
import { cleanUp } from './processes.ts';
import { type Rcode5, Site, serve, sumOf } from './rcode5.ts';
import { ask } from './sockets.ts';

const NOERROR = 0;
const NXDOMAIN = 3;
const REFUSED = 5;

describe('e2e: a storm of SIGHUP', () => {
  /** Signals, and milliseconds between two of them: a reload takes longer. */
  const SIGNALS = 60;
  const PAUSE_MS = 10;
  const AT_A_TIME = 8;
  after(cleanUp);

  const configure = (action: string) => `threads: 2
policies: [{ name: house, rules: { "*.example.org": ${action} } }]
`;

  it('costs no answer, and the last configuration is in force', async () => {
    const server = await serve(new Site(configure('refuse')));
    const { program, site } = server;
    const next = new Site(configure('refuse'));
    /** At once: half a configuration would be none. */
    const replaceConfig = (action: string) => {
      next.configure(configure(action));
      renameSync(next.config, site.config);
    };
    let isOver = false;
    const rcodes = new Set<number | undefined>();
    let count = 0;
    const client = async (transport: 'udp' | 'tcp') => {
      while (!isOver) rcodes.add(await ask(server.port, `q${++count}.example.org`, { transport }));
    };
    const clients = Array.from({ length: AT_A_TIME }, (_, i) =>
      client(i % 2 === 0 ? 'udp' : 'tcp'),
    );
    for (let i = 1; i <= SIGNALS; i++) {
      replaceConfig(i % 2 === 0 ? 'refuse' : 'nxdomain');
      program.signal('SIGHUP');
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    replaceConfig('nodata');
    program.signal('SIGHUP');
    await program.until('the last configuration', async () => {
      return (await ask(server.port, 'www.example.org')) === NOERROR ? true : undefined;
    });
    isOver = true;
    await Promise.all(clients);
    expect([NOERROR, NXDOMAIN, REFUSED]).to.include.members([...rcodes] as number[]);
    expect(await sumOf(server, 'rcode5_thread_restarts_total')).to.equal(0);
    expect(/.*(reload failed|"level":(50|60)).*/.exec(program.stderr)?.[0]).to.equal(undefined);
    const refused = site.records().filter(({ event }) => event === 'refused');
    expect(await sumOf(server, 'rcode5_refused_total')).to.equal(refused.length);
  });
});

/** A link that loses datagrams and takes its time, as network emulation makes it. */
class BadLink {
  lost = 0;
  /** In percent, each way. */
  loss = 0;
  readonly #delayMs: number;
  readonly #random: Random = new Random(1);
  readonly #front: Socket = createSocket('udp4');
  readonly #back: Map<number, Socket> = new Map();
  readonly #to: number;

  constructor(to: number, delayMs: number) {
    this.#to = to;
    this.#delayMs = delayMs;
  }

  async open(): Promise<number> {
    this.#front.bind(0, '127.0.0.1');
    await once(this.#front, 'listening');
    this.#front.on('message', (octets, { port }) => {
      this.#pass(() => this.#backFor(port).send(octets, this.#to, '127.0.0.1'));
    });
    return this.#front.address().port;
  }

  #backFor(port: number): Socket {
    const known = this.#back.get(port);
    if (known !== undefined) return known;
    const socket = createSocket('udp4');
    socket.on('message', (octets) => {
      this.#pass(() => this.#front.send(octets, port, '127.0.0.1'));
    });
    this.#back.set(port, socket);
    return socket;
  }

  #pass(send: () => void): void {
    if (this.#random.below(100) < this.loss) this.lost++;
    else setTimeout(send, this.#delayMs).unref();
  }

  close(): void {
    for (const socket of [this.#front, ...this.#back.values()]) socket.close();
  }
}

describe('e2e: links to upstreams that lose and delay', () => {
  const MANY = 300;
  const AT_A_TIME = 30;
  /** Percent each way, and milliseconds each way. */
  const BAD = { loss: 5, delayMs: 25 };
  let upstreams: Upstream[];
  let links: BadLink[];
  let server: Rcode5;

  before(async () => {
    upstreams = [await Upstream.start(), await Upstream.start()];
    links = upstreams.map(({ port }) => new BadLink(port, BAD.delayMs));
    for (const upstream of upstreams) upstream.script = ({ octets }) => answerTo(octets);
    const ports = await Promise.all(links.map((link) => link.open()));
    server = await serve(
      new Site(`threads: 1
upstreams: { default: { servers: [${ports.map((port) => `"127.0.0.1:${port}"`)}], timeout: 2s, attempts: 2 } }
decisionLog: { to: decisions.log, record: all }
`),
    );
  });
  after(() => {
    for (const one of [...(upstreams ?? []), ...(links ?? [])]) one.close();
    return cleanUp();
  });

  /** The records say how long each query took. */
  async function askMany(kind: string): Promise<number[]> {
    const before = server.site.records().length;
    let left = MANY;
    const client = async () => {
      while (left-- > 0)
        expect(await ask(server.port, `q${left}.${kind}.example`)).to.equal(NOERROR);
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, client));
    return server.site
      .records()
      .slice(before)
      .map(({ elapsedMs }) => elapsedMs);
  }

  it('cost no answer, and few of them much time', async () => {
    const control = await askMany('good');
    for (const link of links) link.loss = BAD.loss;
    const times = await askMany('bad');
    expect(links.reduce((sum, { lost }) => sum + lost, 0)).to.be.above(MANY / 50);
    expect(times).to.have.lengthOf(MANY);
    expect(Math.min(...times)).to.be.at.least(2 * BAD.delayMs - 2);
    const most = few(1000, Math.max(...control) - 2 * BAD.delayMs);
    const slow = times.filter((time) => time > most);
    expect(slow.length, String(slow)).to.be.at.most(MANY / 50);
  });
});
