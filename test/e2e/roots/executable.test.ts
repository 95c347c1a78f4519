import {
  chmodSync,
  chownSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { VERSION } from '../../../src/version.ts';
import { passOver } from '../../world/needs.ts';
import { cleanUp, findProgram, run } from '../processes.ts';
import { ask } from '../sockets.ts';
import { NOBODY, Root } from './root.ts';
import { configure, expectService, ready, records, SERVE } from './service.ts';

const BUILT = 'build/executable/rcode5';
const PROGRAM = '/rcode5';
const RECORD =
  '{"level":40,"time":"2026-11-20T23:00:00.123Z","event":"refused","client":"192.0.2.1","qname":"x.example.","qtype":"A","qclass":"IN","rcode":"REFUSED","layer":"acl","origin":"local","action":"refuse"}';
/** Milliseconds for building it, twice. */
const BUILD_MS = 240_000;

describe('e2e: the single executable, with npm run test:executable', function () {
  this.timeout(BUILD_MS);
  let root: Root;
  let libraries: readonly string[] = [];

  before(async function () {
    if (process.env['RCODE5_TEST_EXECUTABLE'] === undefined) this.skip();
    if (process.getuid?.() !== 0 || findProgram('ldd') === undefined) {
      passOver(this, 'a root of its own needs root, and ldd');
    }
    await build();
  });
  after(cleanUp);

  beforeEach(() => {
    root = new Root();
    libraries = root.copyLibraries(BUILT);
    root.copy(BUILT, PROGRAM);
    chmodSync(root.path(PROGRAM), 0o755);
    configure(root);
  });
  afterEach(cleanUp);

  async function build(): Promise<Buffer> {
    const { code, stderr } = await run(process.execPath, ['scripts/executable/build.ts']);
    expect(code, stderr).to.equal(0);
    return readFileSync(BUILT);
  }

  it('needs nothing but glibc, libstdc++ and libgcc', async () => {
    const others = libraries.filter(
      (name) => !/^(ld-linux-.*|lib(c|m|dl|pthread|stdc\+\+|gcc_s))\.so\.\d+$/.test(name),
    );
    expect(others).to.deep.equal([]);
    expect(await root.run([PROGRAM, '--version'])).to.deep.include({ stdout: `${VERSION}\n` });
  });

  it('serves, refuses with a record, reloads and stops', async () => {
    const service = await ready(root.start([PROGRAM, ...SERVE]));
    expect(service.said).to.match(/its library for system calls is \/run\/rcode5\/koffi-/);
    expect(service.said).not.to.match(/no data threads/);
    await expectService(root, service, [PROGRAM]);
  });

  it('has the configuration that it serves by without one', async () => {
    const { stdout, stderr } = await root.run([PROGRAM, 'check']);
    // There is no /etc/resolv.conf either.
    expect(stdout, stderr).to.match(/^ok policy=[0-9a-f]{8} rules=2\n/);
    const explained = await root.run([
      ...[PROGRAM, 'explain', '-c', 'executable:///config/default.yaml'],
      ...['--client', '192.0.2.1', '--name', 'www.example.com'],
    ]);
    expect(explained.stdout).to.match(/REFUSED by acl/);
  });

  for (const command of [
    ['explain', '-c', '/srv/site.yaml', '--client', '192.0.2.1', '--name', 'www.example.com'],
    ['check', '-c', '/srv/site.yaml'],
    ['diff', '/srv/site.yaml', '/srv/site.yaml'],
    ['init'],
    ['demo'],
    ['log', '/srv/decisions.log'],
    ['report', '/srv/decisions.log'],
  ]) {
    it(`runs ${command[0]}`, async () => {
      root.write('srv/decisions.log', `${RECORD}\n`);
      root.make('tmp', 0o1777);
      expect(await root.run([PROGRAM, ...command])).to.deep.include({ code: 0, stderr: '' });
    });
  }

  it('lays its library where this user alone can write, and removes that of an earlier version', async () => {
    const cache = root.make('cache', 0o700);
    chownSync(cache, NOBODY, NOBODY);
    const environment = { XDG_CACHE_HOME: '/cache' };
    const start = () => root.start([PROGRAM, ...SERVE], { user: NOBODY, environment });
    const first = await ready(start());
    await first.program.stop();
    const folder = join(cache, 'rcode5');
    const [name] = readdirSync(folder);
    expect(name).to.match(/^koffi-[0-9a-f]{16}\.node$/);
    for (const path of [folder, join(folder, name!)]) {
      expect(statSync(path)).to.deep.include({ uid: NOBODY });
      expect(statSync(path).mode & 0o777).to.equal(0o700);
    }
    writeFileSync(join(folder, 'koffi-0123456789abcdef.node'), 'of an earlier version');
    writeFileSync(join(folder, name!), 'changed since');
    const second = await ready(start());
    expect(readdirSync(folder)).to.deep.equal([name]);
    expect(second.said).not.to.match(/no data threads/);
    await second.program.stop();
  });

  it('says so where it cannot lay its library anywhere, and serves without data threads', async () => {
    // What another user made there.
    root.make('tmp', 0o1777);
    root.make(`tmp/rcode5-${NOBODY}`, 0o777);
    const environment = { HOME: '/home/nobody', XDG_CACHE_HOME: '/cache' };
    const service = await ready(root.start([PROGRAM, ...SERVE], { user: NOBODY, environment }));
    const warning = service.said.split('\n').find((line) => line.includes('no data threads'))!;
    expect(warning).to.include('its library cannot be laid into a folder: EACCES');
    expect(warning).to.include("mkdir '/cache/rcode5'");
    expect(warning).to.include("mkdir '/home/nobody/.cache/rcode5'");
    expect(warning).to.include(`/tmp/rcode5-${NOBODY} belongs to the user 0, not to ${NOBODY}`);
    expect(readdirSync(root.path(`tmp/rcode5-${NOBODY}`))).to.deep.equal([]);
    await expectService(root, service, [PROGRAM], { user: NOBODY });
  });

  it('leaves nothing but its records and the library in the folder that it names', async () => {
    const before = readdirSync(root.folder).sort();
    const { program, port, said } = await ready(root.start([PROGRAM, ...SERVE]));
    expect(await ask(port, 'www.example.com')).to.equal(5);
    await program.stop();
    expect(records(root)).to.have.length(1);
    const file = /library for system calls is ([^"]+)"/.exec(said)![1]!;
    expect(existsSync(root.path(file))).to.equal(true);
    expect(readdirSync(root.folder).sort()).to.deep.equal([...before, 'run'].sort());
    expect(readdirSync(root.path('run'))).to.deep.equal(['rcode5']);
    expect(readdirSync(root.path('srv')).sort()).to.deep.equal(['decisions.log', 'site.yaml']);
  });

  it('is the same, octet by octet, when it is built again', async () => {
    const first = readFileSync(BUILT);
    expect((await build()).equals(first)).to.equal(true);
  });
});
