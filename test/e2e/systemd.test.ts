import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { cleanUp, findProgram, makeFolder, run } from './processes.ts';

const TSC = 'node_modules/typescript/bin/tsc';
/** Seconds after which systemd has not come up, or not gone. */
const PATIENCE_S = 60;

const CONFIG = `listen: ["127.0.0.77:53"]
admin: { listen: "127.0.0.1:8053" }
threads: 2
upstreams: { default: { servers: ["127.0.0.1:1"] } }
policies: [{ name: house, rules: { "*.refused.example": refuse } }]
decisionLog: { to: /var/log/rcode5/decisions.ndjson }
`;

describe('e2e: the systemd unit, where RCODE5_SYSTEMD=boot starts a systemd', function () {
  this.timeout(PATIENCE_S * 1000 + 30_000);
  let said: ReadonlyMap<string, string>;

  before(async function () {
    // Not everywhere may one start another system, and not on every machine would one want it.
    if (process.env['RCODE5_SYSTEMD'] !== 'boot') this.skip();
    const needed = ['unshare', 'timeout', 'curl', 'dig', 'systemctl'];
    const isHere = needed.every((name) => findProgram(name) !== undefined);
    const isRoot = process.getuid?.() === 0;
    const hasSystemd = existsSync('/lib/systemd/systemd');
    expect(isHere && isRoot && hasSystemd, `root, systemd, ${needed.join(', ')}`).to.equal(true);
    said = await boot();
    expect(said.get('booted'), 'systemd has come up').to.equal('yes');
  });
  after(cleanUp);

  /** Boots, and returns what the steps have said. */
  async function boot(): Promise<ReadonlyMap<string, string>> {
    const folder = makeFolder();
    const dist = join(folder, 'dist');
    writeFileSync(join(folder, 'rcode5.yaml'), CONFIG);
    const built = await run(process.execPath, [TSC, '-p', 'tsconfig.json', '--outDir', dist]);
    expect(built.code, built.stdout).to.equal(0);
    await run(findProgram('timeout')!, [
      ...['--kill-after=5', String(PATIENCE_S), 'bash', 'test/e2e/systemd/enter.sh'],
      'test/e2e/systemd/boot.sh',
      ...[folder, dist, process.execPath],
    ]);
    const file = join(folder, 'said');
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    return new Map(lines.map((line) => [line.split(':', 1)[0]!, line.replace(/^[^:]*:\s*/, '')]));
  }

  it('serves port 53 as a user with one capability, within its sandbox', () => {
    expect(said.get('started')).to.equal('status: REFUSED');
    expect(said.get('Uid')).to.match(/^([1-9]\d*)\s\1\s\1\s\1$/);
    expect(said.get('CapEff')).to.equal('0000000000000400');
    expect(said.get('CapBnd')).to.equal('0000000000000400');
    expect(said.get('NoNewPrivs')).to.equal('1');
    expect(said.get('Seccomp')).to.equal('2');
    expect(said.get('writes to /etc')).to.match(/Read-only file system/);
  });

  it('is started when it is ready, and tells its policy', () => {
    expect(said.get('status')).to.match(/^policy=[0-9a-f]{8}$/);
  });

  it('is started again when it hangs', () => {
    expect(said.get('watched')).to.equal('status: REFUSED');
    expect(said.get('restarts')).to.equal('1');
  });

  it('goes on through a reload and the turns of an upgrade', () => {
    for (const step of ['reloaded', 'next', 'restarted', 'alone']) {
      expect(said.get(step), step).to.equal('status: REFUSED');
    }
    expect(said.has('not ready')).to.equal(false);
    expect(said.get('queries')).to.equal('1');
  });

  it('ends both processes well, and has every record in the log', () => {
    expect(said.get('rcode5')).to.equal('success');
    expect(said.get('rcode5-next')).to.equal('success');
    expect(said.get('records')).to.equal('5');
    expect(said.get('log')).to.equal('rcode5 640');
    expect(said.get('done')).to.equal('yes');
  });
});
