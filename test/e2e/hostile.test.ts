import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { DECISION_FIELDS } from '../../src/decision/fields.ts';
import { mutate } from '../fuzz/mutate.ts';
import { Random } from '../fuzz/random.ts';
import { answerTo, type Question, Upstream } from '../world/upstream.ts';
import { rounds } from '../world/whole.ts';
import { Hostile } from './hostile.ts';
import { cleanUp } from './processes.ts';
import { type Rcode5, Site, serve, sumOf } from './rcode5.ts';
import { ask } from './sockets.ts';

/** Messages in all; `npm run hostile` sends a hundred thousand. */
const MESSAGES = Number(process.env['RCODE5_HOSTILE'] ?? rounds(4000, 2000));
const SEED = Number(process.env['RCODE5_HOSTILE_SEED'] ?? 1);
/** They come in rounds; after some of them caches and buffers are as full as they get. */
const ROUNDS = 5;
const WARM = 3;
const A_ROUND: number = MESSAGES / ROUNDS;
/** Of those by datagrams, and messages of one connection. */
const BY_UDP = 0.7;
const OF_CONNECTION = 20;
/** Datagrams between two good queries, and connections at a time. */
const BATCH = 50;
const CONNECTIONS = 8;
const LINGERING = 40;
/** Megabytes of each heap: with more to spare, what is garbage may lie there for long. */
const HEAP = 128;
/** Bytes that more rounds may take. */
const ROOM = 96 << 20;
const NOERROR = 0;
const FIELDS: ReadonlySet<string> = new Set(DECISION_FIELDS.map(({ name }) => name));

describe(`e2e: ${MESSAGES} hostile messages`, function () {
  this.timeout(60_000 + MESSAGES * 10);
  const random = new Random(SEED);
  let upstream: Upstream;
  let server: Rcode5;
  let hostile: Hostile;
  let good = 0;
  /** Bytes, after each round. */
  const memory: number[] = [];

  /** Answers good queries, and others as it likes. */
  function script({ octets, name }: Question): Uint8Array | undefined {
    const answer = answerTo(octets);
    if (name.endsWith('.good.')) return answer;
    const kind = random.below(8);
    if (kind === 0) return undefined;
    if (kind === 1) return answerTo(octets, { rcode: 5 });
    return kind < 5 ? answer : mutate(answer, random, { other: octets });
  }

  before(async () => {
    upstream = await Upstream.start(script);
    server = await serve(
      new Site(`threads: 2
acl: { query: { 127.0.0.0/8: allow, 127.0.0.3: refuse, 127.0.0.4: truncate } }
upstreams:
  default: { servers: ["${upstream.server}"], timeout: 1s, attempts: 2 }
  # As long as a busy machine may take to run the upstream.
  patient: { servers: ["${upstream.server}"], timeout: 20s, attempts: 2 }
routes: { good: patient }
policies: [{ name: house, rules: { "*.refused.example": refuse } }]
decisionLog: { to: decisions.log, record: all }
cache: { entries: 1000 }
`),
      [],
      `NODE_OPTIONS=--max-old-space-size=${HEAP} exec "$@"`,
    );
    hostile = new Hostile(server.port, random);
    for (const host of [1, 2, 3, 4, 5, 6]) await hostile.open(`127.0.0.${host}`);
  });
  after(() => {
    hostile?.close();
    upstream?.close();
    return cleanUp();
  });

  /** A query that nothing is wrong with, by UDP and TCP in turn. */
  async function askWell(): Promise<void> {
    const transport = ++good % 2 === 0 ? 'udp' : 'tcp';
    const rcode = await ask(server.port, `q${good}.good`, { transport });
    expect(rcode, `a good query by ${transport}`).to.equal(NOERROR);
  }

  async function sendDatagrams(): Promise<void> {
    for (let left = A_ROUND * BY_UDP; left > 0; left -= BATCH) {
      await hostile.datagrams(BATCH);
      await askWell();
    }
  }

  async function sendStreams(): Promise<void> {
    let left = A_ROUND * (1 - BY_UDP);
    const client = async () => {
      for (; left > 0; left -= OF_CONNECTION) await hostile.connection(OF_CONNECTION);
    };
    const clients = Promise.all(Array.from({ length: CONNECTIONS }, client));
    while (left > 0) await askWell();
    await clients;
  }

  for (let round = 1; round <= ROUNDS; round++) {
    it(`are answered as they should be, and so are good queries (${round} of ${ROUNDS})`, async () => {
      hostile.linger(LINGERING);
      await sendDatagrams();
      await sendStreams();
      expect(hostile.faults).to.deep.equal([]);
      expect(server.program.stderr).to.not.match(/"level":(50|60)/);
      expect(await sumOf(server, 'rcode5_thread_restarts_total')).to.equal(0);
      expect(hostile.answers).to.be.above((A_ROUND * round) / 3);
      memory.push(bytesOf(server));
    });
  }

  it('take no more memory the longer they come', () => {
    expect(
      memory.at(-1)! - memory[WARM - 1]!,
      memory.map((bytes) => `${bytes >> 20} MiB`).join(),
    ).to.be.below(ROOM);
  });

  it('leave records with documented fields, and a program that ends well', async () => {
    await server.program.stop();
    expect(await server.program.ended).to.deep.equal({ code: 0, signal: null });
    const records = server.site.records();
    expect(records.length).to.be.at.least(hostile.answers);
    const unknown = records
      .flatMap((record) => Object.keys(record))
      .filter((one) => !FIELDS.has(one));
    expect([...new Set(unknown)]).to.deep.equal([]);
  });
});

/** Bytes of memory that the program has. */
function bytesOf({ program }: Rcode5): number {
  const status = readFileSync(`/proc/${program.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}
