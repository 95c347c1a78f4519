/**
 * What is installed into roots of Debian that have nothing else: `npm run test:roots`. `RCODE5_ROOTS` names the suites.
 */

import { copyFileSync, cpSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { VERSION } from '../../../src/version.ts';
import { passOver } from '../../world/needs.ts';
import { cleanUp, findProgram, makeFolder, run } from '../processes.ts';
import { DebianRoot, debootstrap } from './debian-root.ts';
import { configure, expectService, ready, SERVE } from './service.ts';

const SUITES = process.env['RCODE5_ROOTS']?.split(',') ?? [];
const NODES = ['22', '24', '26'];
const NEEDED = ['debootstrap', 'unshare', 'nsenter', 'npm'];
/** Milliseconds for what is fetched from a mirror or a registry. */
const FETCH_MS = 600_000;

async function expectRun(command: string, words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(command, words);
  expect(code, `${command} ${words.join(' ')}: ${stdout}${stderr}`).to.equal(0);
  return stdout;
}

describe('e2e: installed into a root with nothing else, with npm run test:roots', function () {
  this.timeout(FETCH_MS);
  let tarball = '';
  /** With `node` and `npm`, for each version. */
  const nodes = new Map<string, string>();

  before(async function () {
    if (SUITES.length === 0) this.skip();
    const isHere = NEEDED.every((name) => findProgram(name) !== undefined);
    if (process.getuid?.() !== 0 || !isHere) passOver(this, `needs root, ${NEEDED.join(', ')}`);
    await expectRun('npm', ['run', '--silent', 'executable']);
    const folder = makeFolder();
    await expectRun('npm', ['pack', '--silent', '--pack-destination', folder]);
    tarball = join(folder, readdirSync(folder)[0]!);
    for (const version of NODES) {
      const place = makeFolder();
      writeFileSync(join(place, 'package.json'), '{ "allowScripts": { "node": true } }\n');
      const packages = [`node@${version}`, 'npm@11'];
      await expectRun('npm', [
        'install',
        '--prefix',
        place,
        '--no-audit',
        '--no-fund',
        ...packages,
      ]);
      nodes.set(version, join(place, 'node_modules'));
    }
  });
  after(cleanUp);

  for (const suite of SUITES) {
    describe(suite, () => {
      let original = '';
      let root: DebianRoot;

      before(async () => {
        original = await debootstrap(suite);
      });
      beforeEach(async () => {
        root = await DebianRoot.enter(original);
        configure(root);
      });

      for (const version of NODES) {
        it(`serves as a package with Node ${version}, and leaves nothing when it is removed`, async () => {
          const packages = nodes.get(version)!;
          root.copy(join(packages, 'node', 'bin', 'node'), 'opt/node/bin/node');
          cpSync(join(packages, 'npm'), root.path('opt/npm'), { recursive: true });
          copyFileSync(tarball, root.path('rcode5.tgz'));
          const path = '/opt/node/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
          const environment = { PATH: path, HOME: '/root', npm_config_cache: '/opt/cache' };
          const how = { environment: { ...environment, ...ownAuthorities(root) } };
          // The official Node 26 for x64 is linked to it, and no Debian has it of itself.
          if (version === '26') await prepare(root);
          const npm = async (...words: readonly string[]) => {
            const all = ['node', '/opt/npm/bin/npm-cli.js', ...words, '--prefix', '/usr/local'];
            const { code, stdout, stderr } = await root.run(all, how);
            expect(code, stdout + stderr).to.equal(0);
          };
          await npm('install', '--global', '--no-audit', '--no-fund', '/rcode5.tgz');
          const { stdout } = await root.run(['rcode5', '--version'], how);
          expect(stdout).to.equal(`${VERSION}\n`);
          const service = await ready(root.start(['rcode5', ...SERVE], how));
          expect(service.said).not.to.match(/no data threads/);
          await expectService(root, service, ['rcode5'], how);
          await npm('uninstall', '--global', 'rcode5');
          expect(root.changes.filter(isLeft)).to.deep.equal([]);
        });
      }

      it('serves as one executable, and leaves nothing when that and the folder that it names are removed', async () => {
        root.copy('build/executable/rcode5', 'usr/local/bin/rcode5');
        await root.run(['chmod', '755', '/usr/local/bin/rcode5']);
        const how = { environment: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/root' } };
        const service = await ready(root.start(['rcode5', ...SERVE], how));
        const library = /its library for system calls is ([^"]+)\/[^/"]+"/.exec(service.said)?.[1];
        expect(library).to.equal('/root/.cache/rcode5');
        await expectService(root, service, ['rcode5'], how);
        await root.run(['rm', '-r', '/usr/local/bin/rcode5', library!]);
        expect(root.changes.filter(isLeft)).to.deep.equal([]);
      });
    });
  }

  async function prepare(root: DebianRoot): Promise<void> {
    const environment = {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      DEBIAN_FRONTEND: 'noninteractive',
    };
    const installs =
      'apt-get update -qq && apt-get install -y -qq --no-install-recommends libatomic1';
    const { code, stdout, stderr } = await root.run(['sh', '-c', installs], { environment });
    expect(code, stdout + stderr).to.equal(0);
  }
});

/** Those that the host's npm trusts besides: a registry may be behind a proxy. */
function ownAuthorities(root: DebianRoot): Record<string, string> {
  const file = process.env['NODE_EXTRA_CA_CERTS'];
  if (file === undefined) return {};
  root.copy(file, 'opt/authorities.pem');
  return { NODE_EXTRA_CA_CERTS: '/opt/authorities.pem' };
}

/** Not what these tests have put there, the records, which are the operator's, or what npm and apt keep for themselves. */
function isLeft(path: string): boolean {
  return !/^\/(opt|srv|var|tmp\/node-compile-cache|usr\/(lib|share\/doc))\/|^\/(rcode5\.tgz$|etc\/)/.test(
    path,
  );
}
