import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { rounds } from '../world/whole.ts';
import { Clients } from './clients.ts';
import { cleanUp, Program, run } from './processes.ts';
import { Site, serve } from './rcode5.ts';
import { ask } from './sockets.ts';

/** Refuses some by a rule and the others by default. */
const CONFIG = 'acl: { query: { 127.0.1.0/24: refuse } }';
/** Who writes: the main thread alone, it and one that serves datagrams, or several. */
const MANNERS: readonly Manner[] = [
  { threads: '0', to: 'decisions.log' },
  { threads: '1', to: 'decisions.log' },
  { threads: '0', to: 'decisions.log' },
  { threads: '2', to: 'decisions.log' },
];
const ROUNDS = rounds(20, 6);
/** Rounds that write to a pipe, in which a large write is not one piece (pipe(7)). */
const PIPED: Manner = { threads: '2', to: 'pipe' };
const PIPED_ROUNDS = rounds(3, 1);
const AT_A_TIME = 2;
const REFUSED = 5;
/** Answers to get before the kill, at most. */
const MOST_ANSWERS = 1500;
/** Octets that the kernel writes at a time. */
const PAGE = 4096;
/** Sources, three for each transport. */
const UDP_SOURCES = ['127.0.1.1', '127.0.1.2', '127.0.3.1'];
const TCP_SOURCES = ['127.0.1.3', '127.0.1.4', '127.0.3.2'];

interface Manner {
  readonly threads: string;
  readonly to: string;
}

/** What came of one server that was killed while it was refusing. */
interface Round {
  readonly isPiped: boolean;
  readonly asked: number;
  /** Each REFUSED that was received, as `transport port id name`. */
  readonly refused: readonly string[];
  /** The lines of its log; the last has no line end, and is empty if all is well. */
  readonly lines: readonly string[];
}

/** Numbers from 0 to 1 that are the same in each run (a linear congruential generator). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

async function playRound({ threads, to }: Manner, answers: number): Promise<Round> {
  const site = new Site(`${CONFIG}\nthreads: ${threads}\ndecisionLog: { to: ${to} }\n`);
  const isPiped = to === PIPED.to;
  const log = isPiped ? await openPipe(site.path(to)) : undefined;
  const { program, port } = await serve(site);
  const clients = new Clients(() => {
    if (clients.refused.length === answers) program.signal('SIGKILL');
  });
  await Promise.all([
    ...UDP_SOURCES.map((source) => clients.udp(source, port)),
    ...TCP_SOURCES.map((source) => clients.tcp(source, port)),
  ]);
  clients.start();
  await program.ended;
  await clients.finish();
  await log?.ended;
  const lines = (log?.stdout ?? readFileSync(site.log, 'utf8')).split('\n');
  return { isPiped, asked: clients.asked, refused: clients.refused, lines };
}

/** What is written to a pipe is what the returned program says. */
async function openPipe(path: string): Promise<Program> {
  await run('mkfifo', [path]);
  return new Program('cat', [path]);
}

function isRefusal(line: string): boolean {
  const { event, rcode, layer } = JSON.parse(line);
  return event === 'refused' && rcode === 'REFUSED' && layer === 'acl';
}

function readAnswered(line: string): string {
  const { transport, port, id, qname } = JSON.parse(line);
  return `${transport} ${port} ${id} ${qname}`;
}

describe('e2e: the decision log of a server that is killed', () => {
  const rounds: Round[] = [];

  before(async () => {
    const random = randomNumbers(5);
    const manners = [
      ...Array.from({ length: ROUNDS }, (_, i) => MANNERS[i % MANNERS.length]!),
      ...Array.from({ length: PIPED_ROUNDS }, () => PIPED),
    ];
    const play = async () => {
      for (let manner = manners.pop(); manner !== undefined; manner = manners.pop()) {
        rounds.push(await playRound(manner, 1 + Math.floor(random() * MOST_ANSWERS)));
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, play));
  });
  after(cleanUp);

  it('is killed while queries are in flight', () => {
    expect(rounds).to.have.length(ROUNDS + PIPED_ROUNDS);
    for (const { asked, refused } of rounds) expect(asked).to.be.greaterThan(refused.length);
  });

  it('has a whole record of each REFUSED that a client has received', () => {
    for (const { lines, refused } of rounds) {
      const recorded = new Set(lines.slice(0, -1).map(readAnswered));
      expect(refused.filter((answer) => !recorded.has(answer))).to.deep.equal([]);
    }
  });

  // Linux ends a write early for a signal that kills, but between two pages only: what is
  // torn is the end of a batch that nobody has been answered for.
  it('has whole lines, but for a last one that ends with a page of the file', () => {
    for (const { lines, isPiped } of rounds) {
      expect(lines.slice(0, -1).filter((line) => !isRefusal(line))).to.deep.equal([]);
      if (lines.at(-1) !== '' && !isPiped) {
        expect(Buffer.byteLength(lines.join('\n')) % PAGE, 'octets beyond a page').to.equal(0);
      }
    }
  });

  it('goes on with a line of its own after one that is not whole', async () => {
    const site = new Site(CONFIG, { 'decisions.log': '{"level":40,"time":"2026-1' });
    const { program, port } = await serve(site);
    expect(await ask(port, 'www.example.org', { source: '127.0.1.1' })).to.equal(REFUSED);
    program.kill();
    await program.ended;
    const [torn, record, end] = readFileSync(site.log, 'utf8').split('\n');
    expect(torn).to.equal('{"level":40,"time":"2026-1');
    expect(JSON.parse(record!)).to.include({ event: 'refused', qname: 'www.example.org.' });
    expect(end).to.equal('');
  });
});
