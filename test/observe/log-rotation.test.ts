import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { compressLog } from '../../src/logs/compression.ts';
import { LogIndexes } from '../../src/logs/indexing.ts';
import { LogRotation, type RotationSettings } from '../../src/observe/log-rotation.ts';

const NOON = Date.parse('2026-11-21T12:00:00Z');
const HOUR = 3_600_000;
const SETTINGS: RotationSettings = { size: 100, every: undefined, keep: 2, gzip: true };

const recordOf = (time: string) => `{"level":40,"time":"${time}","event":"refused"}\n`;

describe('observe/log-rotation', () => {
  let folder: string;
  let path: string;
  let rotation: LogRotation;
  let time: number;
  let reopened: number;
  let haveAllReopened: boolean;
  let isCurrent: boolean;
  let isFree: boolean;
  let locked: string[];
  let said: string[];

  beforeEach(() => {
    folder = mkdtempSync(join(realpathSync(tmpdir()), 'rcode5-'));
    path = join(folder, 'decisions.log');
    time = NOON;
    reopened = 0;
    haveAllReopened = true;
    isCurrent = true;
    isFree = true;
    locked = [];
    said = [];
    open(path);
  });
  afterEach(async () => {
    await rotation?.close();
    rmSync(folder, { recursive: true });
  });

  function open(log: string, settings: Partial<RotationSettings> = {}): void {
    rotation = new LogRotation(log, {
      reopen: async () => {
        reopened++;
        return haveAllReopened;
      },
      isCurrent: () => isCurrent,
      lock: (where) => {
        locked.push(where);
        return isFree ? () => locked.push('free again') : undefined;
      },
      rotated: () => {},
      compress: (names, signal) => compressLog(new LogIndexes(log), names, () => signal.aborted),
      failed: (why) => said.push(why),
      now: () => time,
    });
    rotation.settings = { ...SETTINGS, ...settings };
  }

  const names = () => readdirSync(folder).sort();
  const textOf = (name: string) => readFileSync(join(folder, name), 'utf8');

  it('leaves a file alone that is not large enough', async () => {
    writeFileSync(path, 'x'.repeat(99));
    await rotation.look();
    expect(names()).to.deep.equal(['decisions.log']);
    expect(reopened).to.equal(0);
  });

  it('puts a file aside when it has its size', async () => {
    writeFileSync(path, 'x'.repeat(100));
    await rotation.look();
    expect(names()).to.deep.equal(['decisions.log.1']);
    expect(reopened).to.equal(1);
  });

  it('does nothing without settings, without a file, and to what is no file', async () => {
    rotation.settings = undefined;
    writeFileSync(path, 'x'.repeat(100));
    await rotation.look();
    expect(names()).to.deep.equal(['decisions.log']);
    rmSync(path);
    rotation.settings = SETTINGS;
    await rotation.look();
    mkdirSync(path);
    await rotation.look();
    expect(names()).to.deep.equal(['decisions.log']);
    expect(said).to.deep.equal([]);
  });

  it('compresses all but the youngest old file, and keeps as many as it is told', async () => {
    for (const text of ['a', 'b', 'c', 'd']) {
      writeFileSync(path, text.repeat(100));
      await rotation.look();
    }
    expect(names()).to.deep.equal(['decisions.log.1', 'decisions.log.2.gz']);
    expect(textOf('decisions.log.1')).to.equal('d'.repeat(100));
    const old = gunzipSync(readFileSync(join(folder, 'decisions.log.2.gz'))).toString();
    expect(old).to.equal('c'.repeat(100));
    expect(statSync(join(folder, 'decisions.log.2.gz')).mode & 0o007).to.equal(0);
  });

  it('compresses nothing when it is not to', async () => {
    rotation.settings = { ...SETTINGS, gzip: false };
    for (const text of ['a', 'b', 'c']) {
      writeFileSync(path, text.repeat(100));
      await rotation.look();
    }
    expect(names()).to.deep.equal(['decisions.log.1', 'decisions.log.2']);
  });

  it('compresses nothing while a thread may write to an old file, and later all of it', async () => {
    haveAllReopened = false;
    for (const text of ['a', 'b']) {
      writeFileSync(path, text.repeat(100));
      await rotation.look();
    }
    expect(names()).to.deep.equal(['decisions.log.1', 'decisions.log.2']);
    haveAllReopened = true;
    rotation.settings = { ...SETTINGS, keep: 3 };
    writeFileSync(path, 'c'.repeat(100));
    await rotation.look();
    expect(names()).to.deep.equal(['decisions.log.1', 'decisions.log.2.gz', 'decisions.log.3.gz']);
  });

  it('leaves an old file as it is that somebody has just written to', async () => {
    for (const text of ['a', 'b']) {
      writeFileSync(path, text.repeat(100));
      utimesSync(path, (NOON - 500) / 1000, (NOON - 500) / 1000);
      await rotation.look();
    }
    expect(names()).to.deep.equal(['decisions.log.1', 'decisions.log.2']);
  });

  const periods = [
    { when: 'its first record is of this hour', first: '2026-11-21T12:00:00.000Z', due: false },
    { when: 'its first record is of an earlier one', first: '2026-11-21T11:59:59.999Z', due: true },
    { when: 'its first record is of tomorrow', first: '2026-11-22T00:00:00.000Z', due: false },
  ];
  for (const { when, first, due } of periods) {
    it(`${due ? 'puts a file aside' : 'leaves a file alone'} when ${when}`, async () => {
      rotation.settings = { ...SETTINGS, size: 1e9, every: HOUR };
      writeFileSync(path, recordOf(first));
      await rotation.look();
      expect(names()).to.deep.equal([due ? 'decisions.log.1' : 'decisions.log']);
    });
  }

  it('goes by what the file system says of a file without records', async () => {
    rotation.settings = { ...SETTINGS, size: 1e9, every: HOUR };
    writeFileSync(path, 'no record\n');
    time = statSync(path).mtimeMs;
    await rotation.look();
    expect(names()).to.deep.equal(['decisions.log']);
    time += HOUR;
    await rotation.look();
    expect(names()).to.deep.equal(['decisions.log.1']);
  });

  it('rotates the file that a symbolic link leads to', async () => {
    const real = join(folder, 'real');
    mkdirSync(real);
    writeFileSync(join(real, 'log'), 'x'.repeat(100));
    symlinkSync(join(real, 'log'), path);
    await rotation.look();
    expect(readdirSync(real)).to.deep.equal(['log.1']);
    expect(names()).to.deep.equal(['decisions.log', 'real']);
  });

  it('says why it does not work, and tries again after a while', async () => {
    // A folder in the way of what it removes.
    writeFileSync(path, 'a'.repeat(100));
    mkdirSync(join(folder, 'decisions.log.2.gz.part'));
    await rotation.look();
    expect(said).to.have.length(1);
    expect(existsSync(path)).to.equal(true);
    await rotation.look();
    expect(said).to.have.length(1);
    rmSync(join(folder, 'decisions.log.2.gz.part'), { recursive: true });
    time += 10_001;
    await rotation.look();
    expect(names()).to.deep.equal(['decisions.log.1']);
  });

  it('rotates while it has the folder for itself', async () => {
    writeFileSync(path, 'x'.repeat(100));
    await rotation.look();
    expect(locked).to.deep.equal([folder, 'free again']);
  });

  it('leaves a file alone that another process is rotating', async () => {
    isFree = false;
    writeFileSync(path, 'x'.repeat(100));
    await rotation.look();
    expect(names()).to.deep.equal(['decisions.log']);
  });

  it('goes on in a new file when another process has rotated', async () => {
    isCurrent = false;
    writeFileSync(path, 'x'.repeat(10));
    await rotation.look();
    expect(reopened).to.equal(1);
    expect(names()).to.deep.equal(['decisions.log']);
  });

  it('looks no more when it is closed', async () => {
    await rotation.close();
    writeFileSync(path, 'x'.repeat(100));
    await rotation.look();
    expect(names()).to.deep.equal(['decisions.log']);
  });
});
