import { expect } from 'chai';
import { runProgram } from '../world/run-program.ts';
import { rounds } from '../world/whole.ts';
import { findPort } from './peers.ts';
import { cleanUp, describeWith, findProgram, Program } from './processes.ts';
import { type Rcode5, Site, serve, sumOf } from './rcode5.ts';
import { ask } from './sockets.ts';

const NOERROR = 0;
const REFUSED = 5;
/** Queries a second, and for how many seconds at most: it is stopped when processes have changed. */
const RATE = rounds(3000, 1000);
const SECONDS = 60;

const config = (port: number) => `listen: ["127.0.0.1:${port}"]
threads: 2
policies:
  - name: house
    rules: { "*.refused.example": refuse, "*.local.example": { answer: [192.0.2.1] } }
`;

describe('e2e: a second process on the same address', () => {
  after(cleanUp);

  it('does not start beside one by mistake', async () => {
    const site = new Site(config(await findPort()));
    await serve(site);
    for (const args of [[], ['--share']]) {
      const { code, stderr } = await runProgram(['serve', '-c', site.config, ...args]);
      expect(code).to.equal(2);
      expect(stderr).to.match(/the address is in use/);
    }
  });

  it('takes the queries over by UDP and TCP, and the first can go', async () => {
    const site = new Site(config(await findPort()));
    const first = await serve(site, ['--share']);
    const second = await serve(site, ['--share']);
    const asked = async (transport: 'udp' | 'tcp') => [
      await ask(first.port, 'a.local.example', { transport }),
      await ask(first.port, 'a.refused.example', { transport }),
    ];
    expect(await asked('udp')).to.deep.equal([NOERROR, REFUSED]);
    await second.program.until('a count', () => counted(second, 2));
    expect(await sumOf(first, 'rcode5_queries_total')).to.equal(0);
    await first.program.stop();
    expect(await asked('udp')).to.deep.equal([NOERROR, REFUSED]);
    expect(await asked('tcp')).to.deep.equal([NOERROR, REFUSED]);
    expect(site.records().filter(({ rcode }) => rcode === 'REFUSED')).to.have.length(3);
  });
});

describeWith(['dnsperf'], 'e2e: an upgrade under load', () => {
  after(cleanUp);

  it('loses no query and no record', async () => {
    const site = new Site(config(await findPort()));
    const names = Array.from({ length: 2000 }, (_, i) => `n${i}.${KINDS[i % 2]}.example A\n`);
    site.write('queries', names.join(''));
    const old = await serve(site, ['--share']);
    const load = new Program(findProgram('dnsperf')!, [
      ...['-s', '127.0.0.1', '-p', String(old.port), '-d', site.path('queries')],
      ...['-Q', String(RATE), '-l', String(SECONDS), '-t', '4', '-c', '8'],
    ]);
    await old.program.until('queries', () => counted(old, RATE / 2));
    const next = await serve(site, ['--share']);
    await next.program.until('queries', () => counted(next, RATE / 10));
    await old.program.stop();
    // Back again, as the procedure has it.
    const again = await serve(site, ['--share']);
    await again.program.until('queries', () => counted(again, RATE / 10));
    await next.program.stop();
    load.signal('SIGINT');
    await load.ended;
    const of = (what: RegExp) => Number(what.exec(load.stdout)?.[1]);
    expect(of(/Queries lost: +(\d+)/), load.stdout).to.equal(0);
    expect(of(/Queries completed: +(\d+)/)).to.be.above(RATE);
    const refused = site.records().filter(({ rcode }) => rcode === 'REFUSED');
    const received = of(/REFUSED (\d+)/);
    // It stopped with some under way.
    const interrupted = of(/Queries sent: +(\d+)/) - of(/Queries completed: +(\d+)/);
    expect(refused.length).to.be.within(received, received + interrupted);
  });
});

const KINDS = ['local', 'refused'];

async function counted(server: Rcode5, least: number): Promise<true | undefined> {
  const count = await sumOf(server, 'rcode5_queries_total');
  return count >= least ? true : undefined;
}
