import { execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { Clickhouse, hasClickhouse } from '../world/clickhouse.ts';
import { askUdp } from '../world/client.ts';
import { Flag, message, question } from '../world/messages.ts';
import { passOver } from '../world/needs.ts';
import { runProgram } from '../world/run-program.ts';
import { COMMON, ServedSite } from '../world/served-site.ts';

const STRANGER = '127.0.0.2';

describe('server with ClickHouse', () => {
  let clickhouse: Clickhouse;
  let site: ServedSite;
  before(async function () {
    if (!hasClickhouse()) passOver(this, 'clickhouse-server is not installed');
    clickhouse = await Clickhouse.start();
  });
  afterEach(() => site?.close());
  after(() => clickhouse?.close());

  it('sends each record of its log, the last of them as it stops', async () => {
    site = new ServedSite();
    const { url, password } = clickhouse.to;
    const to = `{ url: "${url}", database: dns, user: rcode5, password: "${password}" }`;
    site.configure(
      'upstreams: { default: { servers: ["127.0.0.1:1"] } }',
      COMMON.replace('record: all', `record: all, clickhouse: ${to}`),
    );
    await site.start();
    for (let id = 1; id <= 5; id++) {
      const octets = message({ id, flags: Flag.RD, questions: [question('www.example.com')] });
      await askUdp(site.target(STRANGER), octets);
    }
    const written = site.records();
    await site.stop();
    expect(written).to.have.length(5);
    const { stdout } = await runProgram(['log', '--json', '--from', clickhouse.from]);
    const sent = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const byRef = (one: { readonly ref?: string }, other: { readonly ref?: string }) =>
      one.ref! < other.ref! ? -1 : 1;
    expect(sent.sort(byRef)).to.deep.equal([...written].sort(byRef));
  });

  it('sends what waits in memory where the log is a pipe, and counts it', async () => {
    site = new ServedSite();
    execFileSync('mkfifo', [site.path('pipe')]);
    const reader = createReadStream(site.path('pipe')).resume();
    const { url, password } = clickhouse.to;
    await clickhouse.ask('TRUNCATE TABLE decisions');
    site.configure(
      'upstreams: { default: { servers: ["127.0.0.1:1"] } }',
      COMMON.replace(
        /decisionLog: .*/,
        `decisionLog: { to: pipe, clickhouse: { url: "${url}", database: dns, user: rcode5, password: "${password}" } }`,
      ),
    );
    await site.start();
    const octets = message({ id: 1, flags: Flag.RD, questions: [question('www.example.com')] });
    await askUdp(site.target(STRANGER), octets);
    // A server that stops waits for two seconds, which a busy machine may need for itself.
    const query = 'SELECT client, rcode FROM decisions';
    while ((await clickhouse.ask(query)) === '') await pause(50);
    await site.stop();
    reader.destroy();
    expect(await clickhouse.ask(query)).to.equal(`${STRANGER}\tSERVFAIL\n`);
  });
});
