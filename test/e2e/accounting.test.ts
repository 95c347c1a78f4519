import { expect } from 'chai';
import type { WrittenRecord } from '../world/written-record.ts';
import { startNsd } from './peers.ts';
import { cleanUp, describeWith, run } from './processes.ts';
import { type Rcode5, Site, scrape, serve, sumOf } from './rcode5.ts';

const ZONE = `$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 192.0.2.53
*.www A 192.0.2.80
`;

const siteText = (nsdPort: number) => `acl:
  query: { 127.0.0.0/24: allow, 127.0.1.0/24: refuse }
  recursion: { 127.0.0.0/25: allow }
upstreams: { nsd: { servers: ["127.0.0.1:${nsdPort}"] } }
routes: { example: nsd }
policies:
  - name: house
    rules:
      "*.refused.example": refuse
      "*.blocked.example": nxdomain
      "*.answered.example": { answer: [192.0.2.1] }
`;

/** What is asked in turn; each with many names. */
const QUESTIONS = [
  'www.zone.example A',
  'nsd-refuses.example A',
  'refused.example AAAA',
  'blocked.example A',
  'answered.example A',
  'no-route.org MX',
];
const LINES = 1000;

/** Runs of dnsperf through all lines, at the same time: 50 times in all. */
const RUNS = [
  { source: '127.0.0.1', mode: 'udp', times: 16 },
  { source: '127.0.0.1', mode: 'tcp', times: 12 },
  { source: '127.0.0.129', mode: 'udp', times: 4 },
  { source: '127.0.1.1', mode: 'udp', times: 8 },
  { source: '127.0.1.1', mode: 'tcp', times: 6 },
  { source: '127.0.9.1', mode: 'udp', times: 4 },
] as const;

/** What dnsperf says of one run. */
interface Count {
  readonly sent: number;
  readonly completed: number;
  readonly refused: number;
}

async function dnsperf(port: number, queries: string, one: (typeof RUNS)[number]): Promise<Count> {
  const { stdout } = await run('dnsperf', [
    ...['-s', '127.0.0.1', '-p', String(port), '-a', one.source, '-m', one.mode],
    // Few at a time: what a full buffer loses is nobody's refusal.
    ...['-d', queries, '-n', String(one.times), '-c', '2', '-q', '20', '-S', '1'],
  ]);
  const read = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1] ?? 0);
  return {
    sent: read(/Queries sent:\s+(\d+)/),
    completed: read(/Queries completed:\s+(\d+)/),
    refused: read(/REFUSED (\d+)/),
  };
}

/** How many there are of each, in the order of the names. */
function countBy<T>(items: readonly T[], name: (item: T) => string, count: (item: T) => number) {
  const sums = new Map<string, number>();
  for (const item of items) sums.set(name(item), (sums.get(name(item)) ?? 0) + count(item));
  return Object.fromEntries([...sums].sort());
}

describeWith(['nsd', 'dnsperf'], 'e2e: 50,000 queries of dnsperf', () => {
  let server: Rcode5;
  let counts: Count[];
  let refusals: WrittenRecord[];
  const sum = (key: keyof Count) => counts.reduce((total, count) => total + count[key], 0);

  before(async () => {
    const nsd = await startNsd('zone.example', ZONE);
    const names = Array.from({ length: LINES }, (_, i) => {
      return `n${i}.${QUESTIONS[i % QUESTIONS.length]}\n`;
    });
    const site = new Site(siteText(nsd.port), { queries: names.join('') });
    server = await serve(site);
    counts = await Promise.all(RUNS.map((one) => dnsperf(server.port, site.path('queries'), one)));
    refusals = site.records().filter(({ event }) => event === 'refused');
  });
  after(cleanUp);

  it('are answered, all of them', async () => {
    expect([sum('sent'), sum('completed')]).to.deep.equal([50_000, 50_000]);
    expect(await sumOf(server, 'rcode5_queries_total')).to.equal(50_000);
    expect(await sumOf(server, 'rcode5_responses_total')).to.equal(50_000);
  });

  it('have as many records as dnsperf has seen REFUSED', () => {
    expect(refusals.length).to.be.greaterThan(25_000);
    expect(refusals.length).to.equal(sum('refused'));
  });

  it('are counted as they are recorded', async () => {
    expect(await sumOf(server, 'rcode5_refused_total')).to.equal(refusals.length);
    const samples = await scrape(server, 'rcode5_refused_total');
    const label = (labels: string, name: string) => new RegExp(`${name}="(.*?)"`).exec(labels)?.[1];
    const counted = countBy(
      samples,
      ({ labels }) => `${label(labels, 'layer')} ${label(labels, 'origin')}`,
      ({ value }) => value,
    );
    const recorded = countBy(
      refusals,
      ({ layer, origin }) => `${layer} ${origin}`,
      () => 1,
    );
    expect(counted).to.deep.equal(recorded);
    expect(Object.keys(recorded)).to.deep.equal([
      'acl local',
      'policy local',
      'recursion local',
      'route local',
      'upstream cache',
      'upstream upstream',
    ]);
  });

  it('leave no record unwritten', async () => {
    const { length } = server.site.records();
    // A thread tells of its log once a second at least.
    await server.program.until(`${length} records`, async () => {
      const written = await sumOf(server, 'rcode5_decision_log_records_total');
      return written >= length ? true : undefined;
    });
    expect(await sumOf(server, 'rcode5_decision_log_records_total')).to.equal(length);
    expect(await sumOf(server, 'rcode5_decision_log_errors_total')).to.equal(0);
  });
});
