import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { expect } from 'chai';
import { Flag, message, question } from '../messages.ts';
import { cleanUp } from './processes.ts';
import { type Rcode5, Site, serve } from './rcode5.ts';
import { ask, frame, frameReader } from './sockets.ts';

/** Refuses some by a rule and the others by default. */
const CONFIG = 'acl: { query: { 127.0.1.0/24: refuse } }';
const ROUNDS = 20;
/** Who writes: the main thread alone, it and one that serves datagrams, or several. */
const THREADS = ['0', '1', '0', 'auto'];
const AT_A_TIME = 2;
const REFUSED = 5;
/** Queries that each socket keeps in flight. */
const WINDOW = 40;
/** Answers to get before the kill, at most. */
const MOST_ANSWERS = 1500;
/** Octets that the kernel writes at a time. */
const PAGE = 4096;
/** Sources, three for each transport. */
const UDP_SOURCES = ['127.0.1.1', '127.0.1.2', '127.0.3.1'];
const TCP_SOURCES = ['127.0.1.3', '127.0.1.4', '127.0.3.2'];

/** What came of one server that was killed while it was refusing. */
interface Round {
  readonly asked: number;
  /** Each REFUSED that was received, as `transport port id name`. */
  readonly refused: readonly string[];
  /** The lines of its log; the last has no line end, and is empty if all is well. */
  readonly lines: readonly string[];
}

/** Clients that ask without end and keep what they are answered. */
class Clients {
  asked = 0;
  readonly refused: string[] = [];
  readonly #done: Promise<unknown>[] = [];
  readonly #onAnswer: () => void;
  readonly #udp: Socket[] = [];

  constructor(onAnswer: () => void) {
    this.#onAnswer = onAnswer;
  }

  async udp(source: string, port: number): Promise<void> {
    const socket = createSocket('udp4');
    socket.bind(0, source);
    await once(socket, 'listening');
    socket.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const own = socket.address().port;
    const ask = () => socket.send(this.#next(), () => {});
    socket.on('message', (answer) => {
      this.#take('udp', own, answer);
      ask();
    });
    // ICMP says that the server is gone.
    socket.on('error', () => {});
    this.#udp.push(socket);
    for (let i = 0; i < WINDOW; i++) ask();
  }

  async tcp(source: string, port: number): Promise<void> {
    const socket = connect({ port, host: '127.0.0.1', localAddress: source });
    await once(socket, 'connect');
    const own = socket.localPort!;
    const ask = () => socket.write(frame(this.#next()));
    const onAnswer = (answer: Buffer) => {
      this.#take('tcp', own, answer);
      if (socket.writable) ask();
    };
    socket.on('data', frameReader(onAnswer));
    socket.on('error', () => {});
    this.#done.push(new Promise((resolve) => socket.on('close', resolve)));
    for (let i = 0; i < WINDOW; i++) ask();
  }

  /** Reads what had arrived when the server was gone. */
  async finish(): Promise<void> {
    await Promise.all(this.#done);
    for (let before = -1; before < this.refused.length; ) {
      before = this.refused.length;
      // Two turns of the event loop: between them it has looked at the sockets.
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    }
    for (const socket of this.#udp) socket.close();
  }

  #next(): Uint8Array {
    this.asked++;
    const name = `q${this.asked}.example.org`;
    return message({ id: this.asked & 0xffff, flags: Flag.RD, questions: [question(name)] });
  }

  #take(transport: string, port: number, answer: Buffer): void {
    if ((answer[3]! & 0x0f) !== REFUSED) throw new Error(`rcode ${answer[3]! & 0x0f}`);
    this.refused.push(`${transport} ${port} ${answer.readUInt16BE(0)} ${readName(answer)}`);
    this.#onAnswer();
  }
}

/** The name in the question: labels one after the other, behind the header. */
function readName(answer: Buffer): string {
  let name = '';
  for (let at = 12; answer[at]! > 0; at += 1 + answer[at]!) {
    name += `${answer.toString('latin1', at + 1, at + 1 + answer[at]!)}.`;
  }
  return name;
}

/** Numbers from 0 to 1 that are the same in each run (a linear congruential generator). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

async function playRound(answers: number, threads: string): Promise<Round> {
  const server: Rcode5 = await serve(new Site(`${CONFIG}\nthreads: ${threads}`));
  const { program, port, site } = server;
  const clients = new Clients(() => {
    if (clients.refused.length === answers) program.signal('SIGKILL');
  });
  await Promise.all([
    ...UDP_SOURCES.map((source) => clients.udp(source, port)),
    ...TCP_SOURCES.map((source) => clients.tcp(source, port)),
  ]);
  await program.ended;
  await clients.finish();
  const lines = readFileSync(site.log, 'utf8').split('\n');
  return { asked: clients.asked, refused: clients.refused, lines };
}

function isRefusal(line: string): boolean {
  const { event, rcode, layer } = JSON.parse(line);
  return event === 'refused' && rcode === 'REFUSED' && layer === 'acl';
}

function readAnswered(line: string): string {
  const { transport, port, id, qname } = JSON.parse(line);
  return `${transport} ${port} ${id} ${qname}`;
}

describe('e2e: the decision log of a server that is killed', function () {
  this.timeout(60_000);
  const rounds: Round[] = [];

  before(async () => {
    const random = randomNumbers(5);
    let left = ROUNDS;
    const play = async () => {
      while (left-- > 0) {
        const answers = 1 + Math.floor(random() * MOST_ANSWERS);
        rounds.push(await playRound(answers, THREADS[left % THREADS.length]!));
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, play));
  });
  after(cleanUp);

  it('is killed while queries are in flight', () => {
    expect(rounds).to.have.length(ROUNDS);
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
    for (const { lines } of rounds) {
      expect(lines.slice(0, -1).filter((line) => !isRefusal(line))).to.deep.equal([]);
      if (lines.at(-1) !== '') {
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
