import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { formatChangelog } from '../../../scripts/debian/changelog.ts';
import { formatCopyright } from '../../../scripts/debian/copyright.ts';
import { architecture } from '../../../scripts/debian/identity.ts';
import { listLicensed } from '../../../scripts/licensed.ts';
import { RUN_TIME_PACKAGES } from '../../../scripts/run-time-files.ts';
import { sourceDate } from '../../../scripts/source-date.ts';
import { parseConfig } from '../../../src/config/config.ts';

const FILES = 'scripts/debian/files';

describe('scripts/debian', () => {
  it('has a configuration that loads, for this host alone', () => {
    const text = readFileSync(`${FILES}/rcode5.yaml`, 'utf8');
    const { listen } = parseConfig('rcode5.yaml', text, {});
    expect(listen.map(({ value }) => value.address)).to.deep.equal(['127.0.0.1']);
  });

  for (const name of ['rcode5', 'postinst', 'prerm', 'postrm']) {
    it(`has ${name} in the words of POSIX`, () => {
      const { status, stderr } = spawnSync('sh', ['-n', `${FILES}/${name}`], { encoding: 'utf8' });
      expect(stderr).to.equal('');
      expect(status).to.equal(0);
    });
  }

  it('carries each package that is loaded at run time', () => {
    const sources = globSync('src/**/*.ts').map((file) => readFileSync(file, 'utf8'));
    const loaded = sources.flatMap((text) =>
      /createRequire/.test(text)
        ? [...text.matchAll(/require\w*(?:\(import\.meta\.url\))?\('([a-z][\w-]*)/g)]
        : [],
    );
    const external = /EXTERNAL = \[(.*)\]/.exec(readFileSync('scripts/build-program.ts', 'utf8'));
    const names = [
      ...loaded.map(([, name]) => name!),
      ...[...external![1]!.matchAll(/'([^']+)'/g)].map(([, name]) => name!),
    ];
    expect(names).to.include('koffi');
    expect(RUN_TIME_PACKAGES).to.include.members(names);
  });

  it('has the licence of everything that it carries', () => {
    const unknown = listLicensed().filter(({ text }) => !/permi|grant|licen[sc]e/i.test(text));
    expect(unknown.map(({ name }) => name)).to.deep.equal([]);
    const copyright = formatCopyright();
    for (const name of ['koffi', 'yaml', 'prom-client', 'preact', 'uplot', 'pino']) {
      expect(copyright).to.include(`node_modules/${name}/*`);
    }
    // copyright-format 1.0: an empty line would end a stanza.
    const stanzas = copyright.trimEnd().split('\n\n');
    for (const stanza of stanzas.slice(1)) expect(stanza).to.match(/^Files: .*\n/);
  });

  it('dates its changelog as deb-changelog(5) wants it', () => {
    expect(formatChangelog(0)).to.match(/\n -- .+ <.+@.+> {2}Thu, 01 Jan 1970 00:00:00 \+0000\n$/);
  });

  it('is made for processors that there are libraries for', () => {
    expect(architecture('x64')).to.equal('amd64');
    expect(architecture('arm64')).to.equal('arm64');
    expect(() => architecture('s390x')).to.throw(RangeError, /expect a Node for x64 or arm64/);
  });

  it('takes its date from SOURCE_DATE_EPOCH, and nothing else that it may be', () => {
    expect(sourceDate({ SOURCE_DATE_EPOCH: '1790000000' })).to.equal(1_790_000_000);
    for (const wrong of ['', 'now', '-1', '1.5']) {
      expect(() => sourceDate({ SOURCE_DATE_EPOCH: wrong })).to.throw(RangeError, /seconds since/);
    }
  });
});
