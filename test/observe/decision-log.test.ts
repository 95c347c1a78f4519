import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { DecisionLog } from '../../src/observe/decision-log.ts';
import { LogShare } from '../../src/observe/log-share.ts';
import { passOver } from '../world/needs.ts';

/** A file that takes nothing: every write to it finds the disk full. */
const FULL = '/dev/full';

describe('observe/decision-log', () => {
  let folder: string;
  let path: string;
  let log: DecisionLog | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-'));
    path = join(folder, 'decisions.log');
    log = undefined;
  });
  afterEach(() => {
    log?.close();
    rmSync(folder, { recursive: true });
  });

  function open(to = path): DecisionLog {
    log = new DecisionLog(to);
    return log;
  }

  function write(lines: string, records = 1): void {
    const octets = Buffer.from(`${lines}behind`);
    log!.write(octets, octets.length - 6, records);
  }

  it('has written when it returns', () => {
    open();
    write('one\ntwo\n', 2);
    expect(readFileSync(path, 'utf8')).to.equal('one\ntwo\n');
    expect(log).to.include({ records: 2, bytes: 8, errors: 0 });
  });

  it('appends to what is there', () => {
    writeFileSync(path, 'before\n');
    open();
    write('one\n');
    write('two\n');
    expect(readFileSync(path, 'utf8')).to.equal('before\none\ntwo\n');
    expect(log).to.include({ records: 2, bytes: 8 });
  });

  it('makes a file that is not for everyone to read', () => {
    open();
    expect(statSync(path).mode & 0o007).to.equal(0);
  });

  it('cannot be opened in a folder that is not there', () => {
    expect(() => open(join(folder, 'missing', 'decisions.log'))).to.throw(/ENOENT/);
  });

  it('goes on in a new file when the old one was moved away', () => {
    const moved = join(folder, 'decisions.log.1');
    open();
    write('one\n');
    renameSync(path, moved);
    write('two\n');
    log!.reopen();
    write('three\n');
    expect(readFileSync(moved, 'utf8')).to.equal('one\ntwo\n');
    expect(readFileSync(path, 'utf8')).to.equal('three\n');
  });

  it('knows when another file has its name', () => {
    open();
    expect(log!.isCurrent).to.equal(true);
    renameSync(path, join(folder, 'decisions.log.1'));
    expect(log!.isCurrent).to.equal(true);
    writeFileSync(path, '');
    expect(log!.isCurrent).to.equal(false);
    log!.reopen();
    expect(log!.isCurrent).to.equal(true);
  });

  it('goes on in the old file when there can be no new one', () => {
    const moved = join(folder, 'moved');
    const inside = join(folder, 'inside', 'decisions.log');
    mkdtempSync(join(folder, 'x'));
    renameSync(mkdtempSync(join(folder, 'x')), join(folder, 'inside'));
    open(inside);
    renameSync(join(folder, 'inside'), moved);
    expect(() => log!.reopen()).to.throw(/ENOENT/);
    write('one\n');
    expect(readFileSync(join(moved, 'decisions.log'), 'utf8')).to.equal('one\n');
  });

  it('begins on a line of its own behind one that is torn', () => {
    writeFileSync(path, '{"level":40,"ti');
    const share = new LogShare();
    share.isTorn = true;
    log = new DecisionLog(path, share);
    write('one\n');
    write('two\n');
    expect(readFileSync(path, 'utf8')).to.equal('{"level":40,"ti\none\ntwo\n');
  });

  it('counts what cannot be written, and goes on', function () {
    // Only some systems have such a file.
    if (!existsSync(FULL)) return passOver(this, `there is no ${FULL}`);
    open(FULL);
    write('one\ntwo\n', 2);
    write('three\n');
    expect(log).to.include({ records: 0, bytes: 0, errors: 3 });
  });
});

describe('observe/decision-log on a disk that was full', () => {
  it('tells in one line how many records are missing', function () {
    if (!existsSync(FULL)) return passOver(this, `there is no ${FULL}`);
    const folder = mkdtempSync(join(tmpdir(), 'rcode5-full-'));
    const path = join(folder, 'decisions.log');
    symlinkSync(FULL, path);
    const log = new DecisionLog(path);
    try {
      log.write(Buffer.from('one\ntwo\n'), 8, 2);
      log.write(Buffer.from('three\n'), 6, 1);
      expect(log).to.include({ records: 0, errors: 3, lost: 3 });
      unlinkSync(path);
      log.reopen();
      log.write(Buffer.from('four\n'), 5, 1);
      expect(log).to.include({ records: 1, errors: 3, lost: 0 });
      const [told, next] = readFileSync(path, 'utf8').split('\n');
      expect(JSON.parse(told!)).to.include({ event: 'lost', records: 3 });
      expect(next).to.equal('four');
    } finally {
      log.close();
      rmSync(folder, { recursive: true });
    }
  });
});

describe('observe/decision-log with summaries', () => {
  it('counts one that is lost as what it stands for', function () {
    if (!existsSync(FULL)) return passOver(this, `there is no ${FULL}`);
    const log = new DecisionLog(FULL);
    log.write(Buffer.from('one\nfive\n'), 9, 2, [{ end: 9, count: 5 }]);
    expect(log).to.include({ records: 0, errors: 6, lost: 6 });
    log.close();
  });
});

describe('observe/decision-log on stdout', () => {
  const SOURCE = new URL('../../src/observe/decision-log.ts', import.meta.url).href;
  const COUNT = 20_000;

  it('waits for a reader that is slow, and loses nothing', async () => {
    const program = `
      import { DecisionLog } from '${SOURCE}';
      // Once libuv has it, a pipe is not blocking.
      process.stdout.write('');
      const log = new DecisionLog(undefined);
      const octets = Buffer.from(Array.from({ length: ${COUNT} }, (_, i) => i + '\\n').join(''));
      process.stderr.write('writing');
      log.write(octets, octets.length, ${COUNT});
      log.write(octets, octets.length, ${COUNT});
      process.stderr.write(' ' + log.errors);
      log.reopen();
      log.close();
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
    const [start] = await once(child.stderr, 'data');
    const [written, rest] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const lines = Array.from({ length: COUNT }, (_, i) => `${i}\n`).join('');
    expect(`${start}${rest}`).to.equal('writing 0');
    expect(written === lines + lines).to.equal(true);
  });

  it('gives up a reader that stalls, and tells it later what it has missed', async () => {
    const program = `
      import { DecisionLog } from '${SOURCE}';
      const log = new DecisionLog(undefined);
      const octets = Buffer.from(Array.from({ length: ${COUNT} }, (_, i) => i + '\\n').join(''));
      for (let i = 0; i < 20; i++) log.write(octets, octets.length, ${COUNT});
      process.stderr.write(log.records + ' ' + log.errors + ' ' + log.lost);
      process.stdin.once('data', () => {
        const timer = setInterval(() => {
          log.retry();
          if (log.lost > 0) return;
          clearInterval(timer);
          process.stdin.destroy();
        }, 1);
      });
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
    const [told] = await once(child.stderr, 'data');
    const [records, errors, lost] = String(told).split(' ').map(Number);
    expect(records! + errors!).to.equal(20 * COUNT);
    expect(lost).to.be.within(1, errors!);
    child.stdin.write('go on');
    const lines = (await text(child.stdout)).split('\n');
    const whole = lines.filter((line) => /^\d+$/.test(line));
    const missing = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
    expect(missing.reduce((sum, line) => sum + line.records, 0)).to.equal(errors);
    // What was torn may look like a whole line that is shorter.
    expect(whole.length - records!).to.be.within(0, 1);
  });
});
