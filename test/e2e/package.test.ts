import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { isFresh } from '../../scripts/rcode5.js';
import { VERSION } from '../../src/version.ts';
import { cleanUp, describeWith, makeFolder, Program } from './processes.ts';
import { ROOT, Site } from './rcode5.ts';
import { ask } from './sockets.ts';

const execute = promisify(execFile);
/** What npm may take, in milliseconds: it asks a registry. */
const NPM_MS = 300_000;
/** `npm run test:nodes` runs it with each that is supported; else the one that runs this. */
const NODES = process.env['RCODE5_TEST_NODES']?.split(',') ?? ['own'];

async function npm(folder: string, ...words: readonly string[]): Promise<string> {
  const { stdout } = await execute('npm', words, { cwd: folder, maxBuffer: 1 << 24 });
  return stdout;
}

describeWith(['npm'], 'e2e/package', function () {
  this.timeout(NPM_MS);
  let folder = '';
  let installed = '';

  before(async () => {
    folder = makeFolder();
    if (!isFresh()) await npm(ROOT, 'run', 'build');
    await npm(ROOT, 'pack', '--ignore-scripts', '--pack-destination', folder);
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))!;
    writeFileSync(join(folder, 'package.json'), '{ "name": "empty", "private": true }\n');
    await npm(folder, 'install', '--no-audit', '--no-fund', '--prefer-offline', `./${tarball}`);
    installed = join(folder, 'node_modules', 'rcode5');
  });
  after(cleanUp);

  it('has the program, its pages, its configurations and its man pages', () => {
    const { man, bin } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    const files = [
      ...[bin.rcode5, ...man, 'README.md', 'CHANGELOG.md', 'LICENSE', 'docs/operations.md'],
      ...['config/default.yaml', 'config/example.yaml', 'dist/console/index.html'],
      ...['config/deploy/systemd/rcode5.service', 'config/deploy/completion/rcode5.bash'],
    ];
    expect(files.filter((file) => !existsSync(join(installed, file)))).to.deep.equal([]);
  });

  it('has no sources and no tests', () => {
    const more = readdirSync(installed).filter((name) => /^(src|test|console|bench)$/.test(name));
    expect(more).to.deep.equal([]);
  });

  for (const version of NODES) {
    describe(`with Node ${version}`, () => {
      let node = process.execPath;

      before(async () => {
        if (version === 'own') return;
        const place = makeFolder();
        writeFileSync(
          join(place, 'package.json'),
          '{ "name": "node-of-a-test", "private": true, "allowScripts": { "node": true } }\n',
        );
        await npm(place, 'install', '--no-audit', '--no-fund', `node@${version}`);
        node = join(place, 'node_modules', 'node', 'bin', 'node');
        const { stdout } = await execute(node, ['--version']);
        expect(stdout).to.match(new RegExp(`^v${version}\\.`));
      });

      it('says what is missing without the library of koffi, and serves all the same', async () => {
        const library = join(folder, 'node_modules', '@koromix');
        renameSync(library, `${library}-away`);
        try {
          const site = new Site('acl: { query: { 0.0.0.0/0: refuse } }\n');
          const main = join(folder, 'node_modules', '.bin', 'rcode5');
          const program = new Program(node, [main, 'serve', '-c', site.config], folder);
          const said = await program.says(/admin HTTP on |cannot listen on /);
          expect(said).to.match(
            /"no data threads, all is served by one: koffi does not load: [^"]+; expect npm install without --omit=optional"/,
          );
          const port = Number(/listening on 127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
          expect(await ask(port, 'www.example.com')).to.equal(5);
          expect(site.records()).to.have.length(1);
          await program.stop();
        } finally {
          renameSync(`${library}-away`, library);
        }
      });

      it('serves, refuses with a record, reloads and stops', async () => {
        const site = new Site('acl: { query: { 0.0.0.0/0: refuse } }\n');
        const main = join(folder, 'node_modules', '.bin', 'rcode5');
        const { stdout } = await execute(node, [main, '--version']);
        expect(stdout).to.equal(`${VERSION}\n`);
        const program = new Program(node, [main, 'serve', '-c', site.config], folder);
        const said = await program.says(/admin HTTP on |cannot listen on /);
        const port = Number(/listening on 127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
        expect(await ask(port, 'www.example.com')).to.equal(5);
        expect(site.records().map(({ layer }) => layer)).to.deep.equal(['acl']);
        site.configure('acl: { query: { 127.0.0.0/8: drop, 127.0.0.1: refuse } }\n');
        program.signal('SIGHUP');
        await program.says(/reloaded/);
        program.signal('SIGTERM');
        expect(await program.ended).to.deep.equal({ code: 0, signal: null });
      });
    });
  }
});
