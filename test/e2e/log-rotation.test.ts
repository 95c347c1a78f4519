import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { rounds } from '../world/whole.ts';
import { Clients } from './clients.ts';
import { cleanUp } from './processes.ts';
import { Site, serve } from './rcode5.ts';

/** Data threads, and the main one. */
const THREADS = rounds(2, 1);
const WRITERS = THREADS + 1;
/** Small files, of which none is removed: what clients were answered is in one of them. */
const CONFIG = `acl: { query: { 127.0.1.0/24: refuse } }
threads: ${THREADS}
decisionLog: { to: decisions.log, rotate: { size: 64KiB, keep: 1000 } }
`;
/** Servers, one after the other, in the same folder; all are killed. */
const ROUNDS = 3;
/** Answers to get before the kill, and old files that there must be by then. */
const ANSWERS = rounds(5000, 2000);
const ROTATIONS = 3;
const UDP_SOURCES = ['127.0.1.1', '127.0.1.2', '127.0.3.1'];
const TCP_SOURCES = ['127.0.1.3', '127.0.3.2'];

/** The names of all that belongs to the log. */
function logFiles(site: Site): string[] {
  return readdirSync(site.folder).filter((name) => name.startsWith('decisions.log'));
}

function countOld(site: Site): number {
  return logFiles(site).filter((name) => /\.\d+(\.gz)?$/.test(name)).length;
}

/** Answers that clients of a server got until there were enough, and old files of `log`. */
async function playRound(site: Site, log: Site, end: NodeJS.Signals): Promise<readonly string[]> {
  const { program, port } = await serve(site);
  const wanted = countOld(log) + ROTATIONS;
  let isEnding = false;
  const clients = new Clients(() => {
    const count = clients.refused.length;
    if (isEnding || count < ANSWERS || count % 100 !== 0 || countOld(log) < wanted) return;
    isEnding = true;
    program.signal(end);
  });
  await Promise.all([
    ...UDP_SOURCES.map((source) => clients.udp(source, port)),
    ...TCP_SOURCES.map((source) => clients.tcp(source, port)),
  ]);
  clients.start();
  await program.ended;
  await clients.finish();
  return clients.refused;
}

/** What is in each file of a log. */
function readLog(site: Site): string[] {
  const whole = logFiles(site).filter((name) => !name.endsWith('.part'));
  return whole.map((name) => {
    const octets = readFileSync(site.path(name));
    return (name.endsWith('.gz') ? gunzipSync(octets) : octets).toString('utf8');
  });
}

/** Undefined for a line that is not whole. */
function readAnswered(line: string): string | undefined {
  try {
    const { transport, port, id, qname } = JSON.parse(line);
    return `${transport} ${port} ${id} ${qname}`;
  } catch {
    return undefined;
  }
}

describe('e2e: the decision log of a server that rotates it and is killed', () => {
  let site: Site;
  const refused: string[] = [];
  const lines: string[] = [];
  let files = 0;

  before(async () => {
    site = new Site(CONFIG);
    for (let round = 0; round < ROUNDS; round++) {
      refused.push(...(await playRound(site, site, 'SIGKILL')));
    }
    const texts = readLog(site);
    lines.push(...texts.flatMap((text) => text.split('\n')));
    files = texts.length;
  });
  after(cleanUp);

  it('has compressed old files', () => {
    expect(logFiles(site).filter((name) => name.endsWith('.gz'))).to.not.deep.equal([]);
    expect(files).to.be.at.least(ROUNDS * ROTATIONS);
  });

  it('has in its files a record of each REFUSED that was received', () => {
    const recorded = new Set(lines.map(readAnswered));
    expect(refused.filter((answer) => !recorded.has(answer))).to.deep.equal([]);
    expect(refused.length).to.be.at.least(ROUNDS * ANSWERS);
  });

  it('has whole lines, but for one of each thread that was killed', () => {
    const torn = lines.filter((line) => line !== '' && readAnswered(line) === undefined);
    expect(torn.length).to.be.at.most(ROUNDS * WRITERS);
  });
});

describe('e2e: a decision log that two servers write to and rotate', () => {
  after(cleanUp);

  it('has a whole record of each REFUSED that was received', async () => {
    const site = new Site(CONFIG);
    const other = new Site(CONFIG.replace('decisions.log', site.log));
    const received = await Promise.all([site, other].map((one) => playRound(one, site, 'SIGTERM')));
    const lines = readLog(site).flatMap((text) => text.split('\n').slice(0, -1));
    const recorded = new Map(lines.map((line) => [readAnswered(line), line]));
    expect(received.flat().filter((answer) => !recorded.has(answer))).to.deep.equal([]);
    expect([...recorded.keys()]).to.not.include(undefined);
  });
});
