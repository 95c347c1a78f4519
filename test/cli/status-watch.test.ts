import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { expect } from 'chai';
import { UsageError } from '../../src/cli/command.ts';
import { type Look, watchStatus } from '../../src/cli/status-watch.ts';

/** The counters after so many seconds with ten queries in each, of which three are refused. */
function lookAfter(seconds: number, startedAt = '2026-11-20T23:00:00.000Z'): Look {
  const counters = {
    ...{ startedAt, uptimeSeconds: seconds, inFlight: 1, feeds: [] },
    queries: { udp: 10 * seconds },
    rcodes: { NOERROR: 7 * seconds, REFUSED: 3 * seconds },
    layers: { upstream: 7 * seconds, acl: 3 * seconds },
    refused: { acl: 2 * seconds, policy: seconds },
    ignored: {},
    sinks: [],
    cache: { entries: 5, hits: 4 * seconds, misses: 3 * seconds, evictions: 0 },
    reloads: { ok: 0, failed: 0 },
  };
  return { counters, state: ['node       ns1', 'policy     \u001b[2Jx'], body: { node: 'ns1' } };
}

const AWAY = new UsageError('nobody answers');

/** What is printed in a watch that sees these, one after the other, and is ended by SIGINT then. */
async function watch(
  looks: readonly (Look | Error)[],
  { json = false, ...terminal }: { json?: boolean; isTTY?: true; columns?: number; rows?: number },
) {
  const printed = { stdout: '', stderr: '' };
  const keep = (name: keyof typeof printed) =>
    new Writable({
      write(chunk, _encoding, done) {
        printed[name] += String(chunk);
        done();
      },
    });
  const stop = new AbortController();
  const left = [...looks];
  await watchStatus(
    {
      json,
      look: async () => {
        const next = left.shift()!;
        if (next instanceof Error) throw next;
        return next;
      },
      pause: async () => {
        if (left.length === 0) stop.abort();
      },
    },
    { stdout: Object.assign(keep('stdout'), terminal), stderr: keep('stderr') },
    stop.signal,
  );
  return printed;
}

describe('status --watch', () => {
  it('prints a line with rates for each interval where there is no terminal', async () => {
    const { stdout } = await watch(
      [1, 3, 4].map((at) => lookAfter(at)),
      {},
    );
    const [head, ...lines] = stdout.trimEnd().split('\n');
    expect(head).to.match(/^TIME +QUERIES\/S +NOERROR\/S +NXDOMAIN\/S +REFUSED\/S .* REFUSED BY$/);
    expect(lines).to.have.length(2);
    for (const line of lines) {
      const [time, ...cells] = line.split(/ {2,}/);
      expect(time).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      const rates = ['10.0', '7.0', '0.0', '3.0', '0.0', '4.0', '3.0'];
      expect(cells).to.deep.equal([...rates, '5', '1', 'acl 2.0, policy 1.0']);
    }
    const page = readFileSync('docs/operations.md', 'utf8');
    expect(page).to.include(`\n${head}\n`).and.to.include(lines[0]!.slice(20));
  });

  it('paints a terminal over, and escapes what would act on it', async () => {
    const { stdout } = await watch([lookAfter(1), lookAfter(2)], { isTTY: true, rows: 40 });
    const [nothing, first, second, ...more] = stdout.split('\u001b[H');
    expect([nothing, ...more]).to.deep.equal(['\u001b[2J']);
    expect(first).to.include('queries    10: udp 10\u001b[K\n');
    expect(first!.endsWith('\u001b[J')).to.equal(true);
    expect(second).to.include('queries    20 (10.0/s): udp 20 (10.0/s)\u001b[K\n');
    expect(second).to.include('policy     \\u001b[2Jx\u001b[K\n');
  });

  it('keeps within the lines and columns of the terminal', async () => {
    const size = { rows: 6, columns: 80 };
    const { stdout } = await watch([lookAfter(1)], { isTTY: true, ...size });
    const lines = stdout.split('\u001b[H')[1]!.split('\u001b[K\n').slice(0, -1);
    expect(lines).to.have.length(5);
    for (const line of lines) expect(line.length).to.be.at.most(80);
    expect(lines.at(-1)).to.equal('… 7 more lines');
  });

  it('prints an object for each look with --json, with rates from the second on', async () => {
    const { stdout } = await watch([lookAfter(1), lookAfter(2)], { json: true });
    const [first, second] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(first).to.deep.equal({ node: 'ns1' });
    expect(second).to.deep.include({ node: 'ns1' });
    expect(second.rates.queries).to.deep.equal({ udp: 10 });
  });

  it('goes on when the server is away and comes back, and has no rates over that', async () => {
    const again = '2026-11-20T23:05:00.000Z';
    const looks = [lookAfter(9), AWAY, lookAfter(1, again), lookAfter(2, again)];
    const { stdout, stderr } = await watch(looks, {});
    expect(stderr).to.equal(`nobody answers\nthe server was started again at ${again}\n`);
    expect(stdout.trimEnd().split('\n')).to.have.length(2);
    const painted = await watch(looks, { isTTY: true, rows: 40 });
    expect(painted.stdout).to.include('\u001b[Hnobody answers\u001b[K\n\u001b[K\nuptime     9s');
  });

  it('fails when the server does not answer at first', async () => {
    const failure = await watch([AWAY], {}).catch((error) => error);
    expect(failure).to.equal(AWAY);
  });
});
