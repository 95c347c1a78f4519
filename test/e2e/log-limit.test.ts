import { expect } from 'chai';
import { Clients } from './clients.ts';
import { cleanUp } from './processes.ts';
import { type Rcode5, Site, serve, sumOf } from './rcode5.ts';

const PER_SECOND = 50;
const ANSWERS = 20_000;
/** Two data threads and the main one count each for itself. */
const WRITERS = 3;
const SOURCES = ['127.0.1.1', '127.0.1.2', '127.0.3.1'];

describe('e2e: a decision log with a limit', () => {
  after(cleanUp);

  it('has records and summaries of each REFUSED, and not many', async () => {
    const site = new Site(`threads: 2
acl: { query: { 127.0.1.0/24: refuse } }
decisionLog: { to: decisions.log, limit: { perSecond: ${PER_SECOND} } }
`);
    const server = await serve(site);
    const received = await flood(server);
    const refused = await sumOf(server, 'rcode5_refused_total');
    server.program.signal('SIGTERM');
    expect((await server.program.ended).code).to.equal(0);
    const records = site.records();
    const whole = records.filter(({ event }) => event === 'refused').length;
    const counted = records.reduce((sum, { count = 0 }) => sum + count, 0);
    expect(whole + counted).to.equal(refused);
    expect(refused).to.be.at.least(received);
    const seconds = new Set(records.map(({ time }) => time.slice(0, 19))).size;
    expect(records.length).to.be.at.most(seconds * WRITERS * SOURCES.length * (PER_SECOND + 1));
    expect(counted).to.be.greaterThan(0);
  });
});

/** Asks by UDP and TCP until there are enough answers, and takes all that come. */
async function flood({ port, program }: Rcode5): Promise<number> {
  const clients = new Clients(() => {
    if (clients.refused.length === ANSWERS) clients.stop();
  });
  await Promise.all([
    ...SOURCES.map((source) => clients.udp(source, port)),
    ...SOURCES.map((source) => clients.tcp(source, port)),
  ]);
  clients.start();
  await program.until('all answers', () => {
    return clients.refused.length >= clients.asked || undefined;
  });
  return clients.refused.length;
}
