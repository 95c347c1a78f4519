import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { expect } from 'chai';
import { passOver } from '../world/needs.ts';
import { cleanUp, run } from './processes.ts';
import { type Rcode5, Site, serve, sumOf } from './rcode5.ts';
import { ask } from './sockets.ts';

const { O_NONBLOCK, O_RDONLY, O_RDWR } = constants;
const REFUSED = 5;
/** Queries of one kind, more than a pipe or a small disk has room for. */
const MANY = 400;
const AT_A_TIME = 20;

const configure = (to: string) => `acl: { query: { 127.0.1.0/24: refuse } }
threads: 1
decisionLog: { to: ${to} }
`;

/** What a log tells of. */
interface Account {
  readonly records: number;
  readonly lost: number;
  readonly torn: number;
}

function account(text: string): Account {
  const counts = { records: 0, lost: 0, torn: 0 };
  for (const line of text.split('\n').filter((one) => one !== '')) {
    try {
      const { event, records } = JSON.parse(line);
      if (event === 'lost') counts.lost += records;
      else counts.records++;
    } catch {
      counts.torn++;
    }
  }
  return counts;
}

/** The reading end of a pipe, which reads when it is told to. */
class Reader {
  text = '';
  readonly #descriptor: number;
  readonly #buffer: Buffer = Buffer.alloc(65_536);

  constructor(path: string, flags: number) {
    this.#descriptor = openSync(path, flags | O_NONBLOCK);
  }

  /** Reads all that is there. */
  read(): void {
    for (;;) {
      try {
        const length = readSync(this.#descriptor, this.#buffer);
        if (length === 0) return;
        this.text += this.#buffer.toString('utf8', 0, length);
      } catch {
        return;
      }
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** Asks by UDP and TCP; all must be refused. */
async function askMany({ port }: Rcode5): Promise<void> {
  let asked = 0;
  const askSome = async () => {
    while (asked < MANY) {
      const transport = ++asked % 4 === 0 ? 'tcp' : 'udp';
      const rcode = await ask(port, `q${asked}.example.org`, { source: '127.0.1.1', transport });
      expect(rcode).to.equal(REFUSED);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, askSome));
}

async function readWarnings({ admin }: Rcode5): Promise<readonly string[]> {
  const reply = await fetch(`${admin}/readyz`);
  expect(reply.status).to.equal(200);
  return ((await reply.json()) as { warnings?: string[] }).warnings ?? [];
}

/** What is lost is told, by number, and is what has been refused without a record. */
async function expectLoss(server: Rcode5, code: string): Promise<void> {
  const lost = await server.program.until('the loss in numbers', async () => {
    const errors = await sumOf(server, 'rcode5_decision_log_errors_total');
    const records = await sumOf(server, 'rcode5_decision_log_records_total');
    const refused = await sumOf(server, 'rcode5_refused_total');
    return errors + records === refused && refused % MANY === 0 ? errors : undefined;
  });
  expect(lost).to.be.greaterThan(0);
  const [warning] = await readWarnings(server);
  const told = /^the decision log cannot be written \((.*)\): (\d+) records are lost so far$/;
  const [, reason, count] = told.exec(warning ?? '') ?? [];
  expect(reason).to.equal(code);
  // There may have been room for the line that tells of the first of them.
  expect(Number(count)).to.be.within(1, lost);
  await server.program.says(new RegExp(`the decision log cannot be written \\(${code}\\)`));
}

async function expectRecovery(server: Rcode5, look: () => void): Promise<void> {
  await server.program.until('recovery', async () => {
    look();
    return (await readWarnings(server)).length === 0 || undefined;
  });
  await server.program.says(/the decision log is written again/);
}

describe('e2e: a decision log that cannot be written', () => {
  let site: Site;
  afterEach(cleanUp);

  async function makePipe(to: string): Promise<string> {
    site = new Site(configure(to));
    const path = site.path('pipe');
    await run('mkfifo', [path]);
    return path;
  }

  for (const to of ['stdout', 'pipe']) {
    it(`goes on when the reader of a pipe stalls (to: ${to})`, async () => {
      const path = await makePipe(to);
      const reader = new Reader(path, O_RDWR);
      const server = await serve(site, [], `exec "$@" >${path}`);
      await askMany(server);
      await expectLoss(server, 'EAGAIN');
      await expectRecovery(server, () => reader.read());
      await server.program.stop();
      reader.read();
      reader.close();
      const { records, lost, torn } = account(reader.text);
      expect(records + lost).to.equal(MANY);
      expect(torn, 'the record at which the pipe was full').to.be.at.most(1);
    });
  }

  it('goes on when the reader of a pipe has gone, and with the next one', async () => {
    const path = await makePipe('pipe');
    const gone = new Reader(path, O_RDONLY);
    const server = await serve(site);
    gone.close();
    await askMany(server);
    await expectLoss(server, 'EPIPE');
    const next = new Reader(path, O_RDONLY);
    await expectRecovery(server, () => next.read());
    const reading = setInterval(() => next.read(), 1);
    await askMany(server);
    clearInterval(reading);
    await server.program.stop();
    next.read();
    next.close();
    expect(account(next.text)).to.deep.equal({ records: MANY, lost: MANY, torn: 0 });
  });

  it('starts before there is a reader of its pipe', async () => {
    const path = await makePipe('pipe');
    const server = await serve(site);
    await askMany(server);
    await expectLoss(server, 'ENXIO');
    const reader = new Reader(path, O_RDONLY);
    await expectRecovery(server, () => reader.read());
    await server.program.stop();
    reader.read();
    reader.close();
    expect(account(reader.text)).to.deep.equal({ records: 0, lost: MANY, torn: 0 });
  });

  it('goes on beyond the size that a file may have', async () => {
    site = new Site(configure('decisions.log'));
    // Blocks of 512 octets.
    const server = await serve(site, [], 'ulimit -f 64; exec "$@"');
    await askMany(server);
    await expectLoss(server, 'EFBIG');
    const old = `${site.log}.1`;
    renameSync(site.log, old);
    server.program.signal('SIGHUP');
    await expectRecovery(server, () => {});
    await server.program.stop();
    const { records, lost } = account(
      `${readFileSync(old, 'utf8')}\n${readFileSync(site.log, 'utf8')}`,
    );
    expect(records + lost).to.equal(MANY);
  });

  it('goes on when a disk is full, and tells of it when there is room', async function () {
    site = new Site(configure('disk/decisions.log'));
    const disk = site.path('disk');
    mkdirSync(disk);
    const fill = `mount -t tmpfs -o size=128k tmpfs ${disk} && head -c 65536 /dev/zero >${disk}/other`;
    const { code } = await run('unshare', ['-rm', 'sh', '-c', fill]).catch(() => ({ code: 1 }));
    if (code !== 0) return passOver(this, 'unshare and mount do not work here');
    const server = await serve(site, [], `exec unshare -rm sh -c '${fill} && exec "$@"' sh "$@"`);
    // The disk as the server sees it.
    const seen = `/proc/${server.program.pid}/root${disk}`;
    await askMany(server);
    await expectLoss(server, 'ENOSPC');
    rmSync(`${seen}/other`);
    await expectRecovery(server, () => {});
    // Each thread tells of its own losses with the next that it writes.
    await server.program.until('all in numbers', () => {
      const { records, lost } = account(readFileSync(`${seen}/decisions.log`, 'utf8'));
      return records + lost === MANY || undefined;
    });
  });
});
