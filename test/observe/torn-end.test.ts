import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { endTornLine } from '../../src/observe/torn-end.ts';

/** A file system in memory, if there is one: there, others see how far a write has come. */
const MEMORY = '/dev/shm';
const TORN = '{"level":40,"ti';
const FREE = () => () => {};

/** Appends whole lines, one after the other. Lines do not end where pages do. */
const WRITER = `
  const { openSync, writeSync } = require('node:fs');
  const { workerData } = require('node:worker_threads');
  const descriptor = openSync(workerData.path, 'a');
  const line = Buffer.alloc(workerData.length, 'x');
  line[line.length - 1] = 10;
  for (let i = 0; i < workerData.count; i++) writeSync(descriptor, line);
`;

describe('observe/torn-end', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'rcode5-'));
    path = join(folder, 'decisions.log');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const CASES: Readonly<Record<string, readonly [before: string, after: string]>> = {
    'ends a line that somebody was killed in': [`one\n${TORN}`, `one\n${TORN}\n`],
    'ends it where it is the only one': [TORN, `${TORN}\n`],
    'leaves whole lines as they are': ['one\ntwo\n', 'one\ntwo\n'],
    'leaves an empty file empty': ['', ''],
  };
  for (const [title, [before, after]] of Object.entries(CASES)) {
    it(title, () => {
      writeFileSync(path, before);
      expect(endTornLine(path, FREE)).to.equal(true);
      expect(readFileSync(path, 'utf8')).to.equal(after);
    });
  }

  it('makes no file where there is none', () => {
    expect(endTornLine(path, FREE)).to.equal(true);
    expect(existsSync(path)).to.equal(false);
  });

  it('ends a line once when another process has found it too', () => {
    writeFileSync(path, TORN);
    let tries = 0;
    const lock = () => {
      tries++;
      if (tries === 1) return undefined;
      writeFileSync(path, `${TORN}\n`);
      return () => {};
    };
    expect(endTornLine(path, lock)).to.equal(true);
    expect(readFileSync(path, 'utf8')).to.equal(`${TORN}\n`);
    expect(tries).to.equal(2);
  });

  it('gives the lock back', () => {
    writeFileSync(path, TORN);
    let given = 0;
    endTornLine(path, () => () => given++);
    expect(given).to.equal(1);
  });

  it('says that the line is still torn when it cannot be ended', () => {
    writeFileSync(path, TORN);
    const lock = () => {
      throw new Error('moved away');
    };
    expect(endTornLine(path, lock)).to.equal(false);
    expect(readFileSync(path, 'utf8')).to.equal(TORN);
  });

  it('takes no line for torn that another is writing', async () => {
    const [count, length] = [100, 1_000_003];
    writeFileSync(path, '');
    const workerData = { path, count, length };
    const writer = new Worker(WRITER, { eval: true, workerData });
    let isWriting = true;
    const exit = once(writer, 'exit').then(() => {
      isWriting = false;
    });
    while (isWriting) {
      for (let i = 0; i < 100; i++) endTornLine(path, FREE);
      await setImmediate();
    }
    await exit;
    const lines = readFileSync(path, 'latin1').split('\n').slice(0, -1);
    expect(lines.map((line) => line.length)).to.deep.equal(Array(count).fill(length - 1));
  });
});
