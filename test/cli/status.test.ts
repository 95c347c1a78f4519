import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { isAsShown } from '../repo/console.ts';
import { blocksOf } from '../repo/markdown.ts';
import { askTcp, askUdp } from '../world/client.ts';
import { Flag, message, question } from '../world/messages.ts';
import { runProgram } from '../world/run-program.ts';
import { forwardTo, ServedSite } from '../world/served-site.ts';
import { Upstream } from '../world/upstream.ts';

describe('status', () => {
  let site: ServedSite;
  let upstream: Upstream;
  let admin: string;
  before(async () => {
    site = new ServedSite();
    upstream = await Upstream.start();
    await site.start(
      `${forwardTo(upstream.server)}policies: [{ name: house, rules: { bad.example: refuse } }]\n`,
    );
    const { address, port } = site.server.admin;
    admin = `http://${address}:${port}`;
    const ask = (name: string) => message({ flags: Flag.RD, questions: [question(name)] });
    await askUdp(site.target('127.0.0.2'), ask('www.example'));
    for (let i = 0; i < 3; i++) await askUdp(site.target(), ask('www.example'));
    await askTcp(site.target(), ask('bad.example'));
  });
  after(async () => {
    await site.close();
    upstream.close();
  });

  const status = (...args: readonly string[]) => runProgram(['status', '--admin', admin, ...args]);

  it('shows what was counted, behind what it showed without', async () => {
    const { stdout, code } = await status();
    expect(code).to.equal(0);
    expect(stdout).to.match(/^node .*\npolicy .*\nlistener .*\npolicy .*\nupstream /);
    const lines = stdout.slice(stdout.indexOf('uptime')).trimEnd().split('\n');
    expect(lines[0]).to.match(
      /^uptime {5}.*\ds, since \d{4}-\d\d-\d\dT[\d:.]{12}(?:Z|[+-]\d\d:\d\d)$/,
    );
    expect(lines[1]).to.equal('queries    5: udp 4, tcp 1');
    expect(lines[2]).to.match(/^rcodes {5}5: NOERROR 3, REFUSED 2$/);
    expect(lines[4]).to.match(/^refused {4}2: (?=.*acl 1)(?=.*policy 1)/);
    expect(lines.slice(6)).to.deep.equal(['in flight  0', 'reloads    0 succeeded, 0 failed']);
  });

  it('shows what docs/operations.md shows', async () => {
    const { stdout } = await status();
    const shown = shownIn('docs/operations.md', '$ rcode5 status\n');
    if (!isAsShown(shown, stdout)) expect(stdout).to.equal(shown);
  });

  it('agrees with the metrics', async () => {
    const { counters } = JSON.parse((await status('--json')).stdout);
    const { body } = await site.http('/metrics');
    const sumOf = (name: string, labels: string) =>
      [...body.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\d+)$`, 'gm'))]
        .filter(([, given = '']) => given.includes(labels))
        .reduce((sum, [, , value]) => sum + Number(value), 0);
    for (const [name, label, counts] of [
      ['rcode5_queries_total', 'transport', counters.queries],
      ['rcode5_responses_total', 'rcode', counters.rcodes],
      ['rcode5_responses_total', 'layer', counters.layers],
      ['rcode5_refused_total', 'layer', counters.refused],
    ]) {
      expect(counts, label).to.not.deep.equal({});
      expect(sumOf(name, '')).to.equal(sumAll(counts));
      for (const [key, count] of Object.entries(counts)) {
        expect(sumOf(name, `${label}="${key}"`), `${name} ${key}`).to.equal(count);
      }
    }
    const { entries, hits, misses, evictions } = counters.cache;
    expect(sumOf('rcode5_cache_entries', '')).to.equal(entries);
    expect(sumOf('rcode5_cache_hits_total', '')).to.equal(hits);
    expect(sumOf('rcode5_cache_misses_total', '')).to.equal(misses);
    expect(sumOf('rcode5_cache_evictions_total', '')).to.equal(evictions);
    expect(hits + misses).to.be.at.least(3);
  });

  it('counts reloads, and has when the last one was', async () => {
    await site.server.reload();
    const { stdout } = await status();
    expect(stdout).to.match(/^reload {5}the last one succeeded$/m);
    expect(stdout).to.match(
      /^reloads {4}1 succeeded, 0 failed, the last at \d{4}-.*(?:Z|[+-]\d\d:\d\d)$/m,
    );
  });

  it('watches until SIGINT, and exits with 0', async () => {
    const before = process.listenerCount('SIGINT');
    const watching = status('--watch', '--json', '--interval', '100ms');
    const stdout = process.stdout;
    // Its stdout stands in the place of ours meanwhile.
    const write = stdout.write.bind(stdout) as (...args: unknown[]) => boolean;
    let seen = 0;
    Object.assign(stdout, {
      write: (...args: unknown[]) => {
        seen++;
        if (seen === 2) process.emit('SIGINT');
        return write(...args);
      },
    });
    const { code, stdout: printed } = await watching;
    expect(code).to.equal(0);
    const looks = printed
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(looks).to.have.length(2);
    expect(looks[0]).to.have.nested.property('counters.queries.udp', 4);
    expect(looks[1]).to.have.nested.property('rates.queries.udp', 0);
    expect(process.listenerCount('SIGINT')).to.equal(before);
  });

  for (const { args, says } of [
    {
      args: ['--watch', '--interval', '1ms'],
      says: /--interval 1ms: expect a duration from 100ms/,
    },
    { args: ['--watch', '--interval', 'soon'], says: /--interval soon: expect a duration/ },
    { args: ['--interval', '1s'], says: /expect --interval with --watch only/ },
    { args: ['--watch', '127.0.0.1'], says: /expect either HOSTs, over DNS, or --watch/ },
    { args: ['--watch', '--admin', 'http://127.0.0.1:1'], says: /nobody answers at/ },
  ]) {
    it(`${args.join(' ')} says what it expects`, async () => {
      const { code, stderr } = await runProgram(['status', ...args]);
      expect(code).to.equal(2);
      expect(stderr).to.match(says);
    });
  }

  for (const { what, code, body, args, says } of [
    {
      what: 'an older server, to --watch',
      ...{ code: 200, body: { version: '0.0.1', listeners: [], policies: [], upstreams: [] } },
      args: ['--watch'],
      says: /^rcode5 0\.0\.1 there counts nothing/,
    },
    {
      what: 'a wrong token, to --watch',
      ...{ code: 401, body: { error: 'this is no token' } },
      args: ['--watch'],
      says: /^this is no token/,
    },
    {
      what: 'a wrong token',
      ...{ code: 401, body: { error: 'this is no token' } },
      args: [],
      says: /^this is no token/,
    },
  ]) {
    it(`says that there is ${what}`, async () => {
      const server = createServer((_request, response) => {
        response.writeHead(code, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const printed = await runProgram(['status', ...args, '--admin', `http://127.0.0.1:${port}`]);
      server.close();
      server.closeAllConnections();
      expect(printed.code).to.equal(2);
      expect(printed.stderr).to.match(says);
    });
  }
});

function shownIn(file: string, command: string): string {
  const blocks = blocksOf(file, readFileSync(file, 'utf8'));
  const block = blocks.find(({ text }) => text.startsWith(command))!;
  return block.text.slice(command.length).trimEnd();
}

function sumAll(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
