/**
 * The package in roots of Debian that have nothing else. `RCODE5_DEB=bookworm,trixie` names the suites, which
 * debootstrap fetches from a mirror; `RCODE5_DEB_ROOTS` a folder where they may stay for the next run.
 */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { buildDeb } from '../../scripts/debian/deb.ts';
import { VERSION } from '../../src/version.ts';
import { passOver } from '../world/needs.ts';
import { IS_WHOLE } from '../world/whole.ts';
import { DATE, makePackages, NEXT } from './debian/packages.ts';
import { makeRoot, runIn } from './debian/roots.ts';
import { cleanUp, findProgram, itWith, makeFolder, missingOf, run } from './processes.ts';

const SUITES = process.env['RCODE5_DEB']?.split(',') ?? [];
const PROGRAMS = ['debootstrap', 'dpkg-deb', 'unshare', 'timeout', 'ip'];
const MINUTE = 60_000;

describe('e2e: the package for Debian, where RCODE5_DEB names suites', function () {
  this.timeout(10 * MINUTE);
  let folder: string;

  before(function () {
    // It fetches a system for each, which is not what every run of the tests is for.
    if (SUITES.length === 0) this.skip();
    if (process.getuid?.() !== 0) passOver(this, 'debootstrap and namespaces need root');
    const missing = missingOf(PROGRAMS);
    if (missing.length > 0) passOver(this, `not installed: ${missing.join(', ')}`);
    folder = makeFolder();
    makePackages(folder);
  });
  after(cleanUp);

  /** What a script of `debian/root/` says in a root. */
  async function say(suite: string, script: string, hasSystemd: boolean) {
    const place = process.env['RCODE5_DEB_ROOTS'] ?? makeFolder();
    const root = await makeRoot(suite, hasSystemd, place);
    const own = makeFolder();
    await run('cp', ['--reflink=auto', join(folder, '1.deb'), join(folder, '2.deb'), own]);
    return runIn(root, script, own);
  }

  for (const suite of SUITES) {
    describe(`in ${suite}, with nothing else and no systemd`, () => {
      let said: ReadonlyMap<string, string>;
      before(async () => {
        said = await say(suite, 'plain.sh', false);
        expect(said.get('done'), [...said].join('\n')).to.equal('yes');
      });

      it('is installed by dpkg alone, with a user, manual pages and completions', () => {
        expect(said.get('installed')).to.equal('0 install ok installed');
        expect(said.get('user')).to.equal('rcode5 DNS forwarder:/nonexistent:/usr/sbin/nologin');
        expect(said.get('changed files')).to.equal('');
        expect(said.get('version')).to.equal(VERSION);
        expect(said.get('manual')).to.equal('2');
        expect(said.has('completion'), said.get('completion')).to.equal(false);
      });

      it('serves its configuration, which has no problem, and writes nothing below /usr', () => {
        expect(said.get('check')).to.match(/^ok policy=/);
        expect(said.get('written to /usr')).to.equal('0');
      });

      it('serves by the system calls of its own library, refuses with records, reloads', () => {
        expect(said.get('threads')).to.equal('0');
        expect(said.get('first')).to.equal('rcode 5');
        expect(said.get('reload')).to.equal('0');
        expect(said.get('second')).to.equal('rcode 5');
        expect(said.get('records')).to.equal('3');
      });

      it('is upgraded with the configuration as it was, and the processes change', () => {
        expect(said.get('upgraded')).to.equal(`0 ${NEXT}-1`);
        expect(said.get('kept')).to.equal('1');
        expect(said.get('next version')).to.equal(NEXT);
        expect(said.has('not listening')).to.equal(false);
        expect(said.get('old process')).to.equal('0');
        expect(said.get('third')).to.equal('rcode 5');
        expect(said.get('new process')).to.equal('0');
      });

      it('leaves configuration and records when it is removed, and its user when it is purged', () => {
        expect(said.get('removed')).to.equal('0');
        expect(said.get('left')).to.equal(
          '/etc/rcode5/rcode5.yaml /var/log/rcode5/decisions.ndjson ',
        );
        expect(said.get('purged')).to.equal('0');
        expect(said.get('left after all')).to.equal('');
        expect(said.get('user left')).to.equal('rcode5');
      });
    });

    describe(`in ${suite}, with systemd`, () => {
      let said: ReadonlyMap<string, string>;
      before(async function () {
        if (!IS_WHOLE) this.skip();
        said = await say(suite, 'systemd.sh', true);
        expect(said.get('done'), [...said].join('\n')).to.equal('yes');
      });

      it('is started and enabled when it is installed, as its user, with one capability', () => {
        expect(said.get('installed')).to.equal('0');
        expect(said.get('state')).to.equal('enabled active static inactive');
        expect(said.get('Uid')).to.match(/^([1-9]\d*) \1 \1 \1$/);
        expect(said.get('CapEff')).to.equal('0000000000000400');
        expect(said.get('NoNewPrivs')).to.equal('1');
        expect(said.get('Seccomp')).to.equal('2');
        expect(said.get('folders')).to.equal('rcode5 750 rcode5 750 ');
        expect(said.get('reload')).to.equal('0');
        expect(said.get('reloaded')).to.equal('rcode 5');
      });

      it('is upgraded under load: no query is lost, and every refusal has its record', () => {
        expect(said.get('upgraded')).to.equal('0');
        expect(said.get('running')).to.equal(`version:${NEXT}`);
        expect(said.get('another process')).to.equal('yes');
        expect(said.get('state after')).to.equal('enabled active static inactive');
        const { sent, refused, others, lost } = JSON.parse(said.get('load')!);
        expect({ others, lost }).to.deep.equal({ others: 0, lost: 0 });
        expect(refused).to.equal(sent).and.above(1000);
        expect(said.get('names with a record')).to.equal(String(sent));
        expect(said.get('later')).to.equal('rcode 5');
      });

      it('goes on as it was when the new version cannot use the configuration, and says so', () => {
        expect(said.get('unusable')).to.equal('0 1');
        expect(said.get('same process')).to.equal('yes');
        expect(said.get('still')).to.equal('rcode 5');
        expect(said.get('running then')).to.equal(`version:${VERSION}`);
      });

      it('stops when it is removed, and leaves nothing when it is purged', () => {
        expect(said.get('removed')).to.match(/^0 .*inactive$/);
        expect(said.get('left')).to.match(/rcode5\.yaml.*decisions\.ndjson/);
        expect(said.get('processes left')).to.equal('0');
        expect(said.get('purged')).to.equal('0');
        expect(said.get('left after all')).to.equal('');
      });
    });
  }

  itWith(['lintian'], 'has no errors that lintian finds and no override lists', async function () {
    if (!IS_WHOLE) this.skip();
    const deb = buildDeb({ folder: makeFolder(), date: DATE, compression: 'fastest' });
    const { stdout } = await run(findProgram('lintian')!, ['--fail-on=none', deb]);
    expect(stdout.split('\n').filter((line) => /^[EW]:/.test(line))).to.deep.equal([]);
  });

  it('is the same, octet for octet, when it is made again', () => {
    const before = process.umask(0o077);
    const again = buildDeb({ folder: makeFolder(), date: DATE, compression: 'none' });
    process.umask(before);
    const hash = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
    expect(hash(again)).to.equal(hash(join(folder, '1.deb')));
  });
});
