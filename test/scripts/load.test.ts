import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

/** What the build makes of a source whose second line fails. */
const BUNDLE = `(function (exports, require, module, place) { "use strict";
function fail() { throw new Error('as asked') }
exports.run = (word) => { if (word === 'fail') fail(); return place.endsWith('/') && word }
})`;
/** From the second line of the bundle, column 19, to line 12, column 3, of the source. */
const MAP = {
  version: 3,
  sources: ['../../src/room/file.ts'],
  names: [],
  mappings: ';AAWE',
};

describe('scripts/load', () => {
  let folder = '';
  const compiled = () => readdirSync(join(folder, 'compiled'));

  /** Loads the bundle in a process of its own; it prints what the bundle returns, and its exit code is that of the word. */
  function run(word: string, { build = 'one', code = 0, cache = '', more = {} } = {}) {
    const text = `
      const { run } = require('${join(folder, 'load.cjs')}').load('room/file', '${build}', 'word');
      console.log(run('${word}'));
      process.exitCode = ${code};`;
    const { NODE_COMPILE_CACHE: _, ...environment } = process.env;
    return spawnSync(process.execPath, ['-e', text], {
      encoding: 'utf8',
      env: { ...environment, ...(cache !== '' && { NODE_COMPILE_CACHE: cache }), ...more },
    });
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-load-'));
    mkdirSync(join(folder, 'bundles'));
    copyFileSync('scripts/load.cjs', join(folder, 'load.cjs'));
    writeFileSync(join(folder, 'bundles/room-file.js'), BUNDLE);
    writeFileSync(join(folder, 'bundles/room-file.js.map'), JSON.stringify(MAP));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps nothing where Node is told to keep nothing', () => {
    const more = { NODE_DISABLE_COMPILE_CACHE: '1' };
    expect(run('first', { more }).stdout).to.equal('first\n');
    expect(readdirSync(folder)).not.to.include('compiled');
  });

  it('keeps what a run has compiled, and takes it in the next one', () => {
    expect(run('first').stdout).to.equal('first\n');
    const name = `room-file.word.one-${process.version}-${process.arch}`;
    expect(compiled()).to.deep.equal([name]);
    const { ino } = statSync(join(folder, 'compiled', name));
    expect(run('second').stdout).to.equal('second\n');
    // What is compiled again is written again, to a new file.
    expect(statSync(join(folder, 'compiled', name)).ino).to.equal(ino);
  });

  it('compiles again what was kept and is broken', () => {
    run('first');
    const file = join(folder, 'compiled', compiled()[0]!);
    const kept = readFileSync(file);
    writeFileSync(file, kept.subarray(0, 20));
    expect(run('second').stdout).to.equal('second\n');
    expect(readFileSync(file).length).to.be.greaterThan(20);
  });

  it('removes what was kept for another build', () => {
    run('first');
    run('second', { build: 'two' });
    expect(compiled()).to.deep.equal([`room-file.word.two-${process.version}-${process.arch}`]);
  });

  it('keeps nothing of a run that could not do what it was to do', () => {
    run('first', { code: 2 });
    expect(() => compiled()).to.throw('ENOENT');
  });

  it('keeps it where NODE_COMPILE_CACHE says', () => {
    const cache = join(folder, 'elsewhere');
    run('first', { cache });
    expect(readdirSync(cache).filter((name) => name.startsWith('room-file.'))).to.have.length(1);
    expect(() => compiled()).to.throw('ENOENT');
  });

  it('runs where nothing can be written', () => {
    writeFileSync(join(folder, 'compiled'), 'a file');
    const { stdout, stderr, status } = run('first');
    expect({ stdout, stderr, status }).to.deep.equal({ stdout: 'first\n', stderr: '', status: 0 });
  });

  it('shows the stack of an error with places in the sources', () => {
    const { stderr } = run('fail');
    expect(stderr).to.match(/Error: as asked\n {4}at fail \(src\/room\/file\.ts:12:\d+\)\n/);
  });

  it('shows places in the bundle where its map is gone', () => {
    rmSync(join(folder, 'bundles/room-file.js.map'));
    const { stderr } = run('fail');
    expect(stderr).to.match(/at fail \(.*bundles\/room-file\.js:2:25\)\n/);
  });
});
