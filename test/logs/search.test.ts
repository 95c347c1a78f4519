import { appendFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { indexFolder } from '../../src/logs/block-index.ts';
import { compressLog } from '../../src/logs/compression.ts';
import { LogIndexes } from '../../src/logs/indexing.ts';
import { closeLogFile, openLogFile } from '../../src/logs/log-files.ts';
import { SearchCancelled, searchLog } from '../../src/logs/search.ts';
import { NOW, recordLine, searchAll, type WrittenLog, writeLog } from './written-log.ts';

const never = () => false;

function lines(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, i) => recordLine(from + i));
}

/** The refs of records that a filter takes, the latest first. */
function expected(from: number, to: number, takes: (i: number) => boolean): string[] {
  const numbers = Array.from({ length: to - from }, (_, i) => to - 1 - i);
  return numbers.filter(takes).map((i) => `k3f9x-${i}`);
}

const FILTERS: readonly {
  readonly options: Record<string, string>;
  readonly takes: (i: number) => boolean;
}[] = [
  { options: {}, takes: () => true },
  { options: { client: '10.0.3.7' }, takes: (i) => i % 8 === 7 },
  { options: { client: '10.0.2.0/24' }, takes: (i) => i % 4 === 2 },
  { options: { client: '10.0.2.0/23' }, takes: (i) => i % 4 >= 2 },
  { options: { client: '10.0.0.0/7' }, takes: () => true },
  { options: { client: '10.0.3.7,10.0.2.0/24' }, takes: (i) => i % 8 === 7 || i % 4 === 2 },
  { options: { client: '10.0.0.0/16', type: 'a' }, takes: () => true },
  { options: { client: '10.0.0.0/8', type: 'AAAA' }, takes: () => false },
  { options: { client: '10.9.0.0/16' }, takes: () => false },
  { options: { name: 'example.com' }, takes: (i) => i % 3 === 0 },
  { options: { name: 'HOST9.example.com' }, takes: (i) => i === 9 },
  { options: { name: 'xample.com' }, takes: () => false },
  { options: { name: '.' }, takes: () => true },
  { options: { layer: 'policy' }, takes: (i) => i % 5 === 0 },
  { options: { rule: 'house/*.example', group: 'vpn' }, takes: (i) => i % 10 === 5 },
  { options: { rcode: 'rcode5', type: 'TYPE1' }, takes: () => true },
  { options: { rcode: 'NXDOMAIN' }, takes: () => false },
  { options: { ref: 'k3f9x-1234' }, takes: (i) => i === 1234 },
  { options: { ref: 'k3f9x-123' }, takes: (i) => i === 123 },
  { options: { since: '2026-11-20T22:10:00Z' }, takes: (i) => i >= 600 },
  {
    options: { since: '2026-11-20T22:10:00Z', until: '2026-11-20T22:20:00Z' },
    takes: (i) => i >= 600 && i < 1200,
  },
];

describe('logs/search', () => {
  let log: WrittenLog;
  before(() => {
    log = writeLog({
      '.3.gz': lines(0, 900),
      '.2': lines(900, 1800),
      '.1': [],
      '': lines(1800, 2700),
    });
  });
  after(() => log.close());

  for (const kind of ['without an index', 'with an index'] as const) {
    for (const { options, takes } of FILTERS) {
      it(`finds ${JSON.stringify(options)} ${kind}, the latest first, page by page`, async () => {
        const indexes = new LogIndexes(log.path);
        const { refs, pages } = await searchAll(log.path, options, { limit: 77, indexes });
        expect(refs).to.deep.equal(expected(0, 2700, takes));
        for (const { lines: found } of pages) expect(found.length).to.be.at.most(77);
      });
    }
    it(`indexes all files (${kind})`, async () => {
      const indexes = new LogIndexes(log.path);
      for (const suffix of ['', '.2']) {
        const file = openLogFile(log.path + suffix)!;
        await indexes.extend(file, true, never);
        closeLogFile(file);
      }
      expect(readdirSync(indexFolder(log.path))).to.have.lengthOf(3);
    });
  }

  it('goes on where a page has ended although the time of a page was over at once', async () => {
    const { refs, pages } = await searchAll(log.path, { layer: 'policy' }, { budget: 0.001 });
    expect(refs).to.deep.equal(expected(0, 2700, (i) => i % 5 === 0));
    expect(pages.length).to.be.above(1);
    expect(pages.at(-1)).to.include({ searched: pages[0]!.total });
  });

  it('stops when nobody waits for it any more', async () => {
    const request = { options: {}, now: NOW, limit: 5000, budget: 1e9 };
    const search = searchLog(log.path, new LogIndexes(log.path), request, () => true);
    expect(await search.catch((error) => error)).to.be.instanceOf(SearchCancelled);
  });
});

describe('logs/search of a log that changes', () => {
  let log: WrittenLog;
  afterEach(() => log.close());

  it('finds what was added behind the index, and goes on over a rotation', async () => {
    log = writeLog({ '': lines(0, 1500) });
    const indexes = new LogIndexes(log.path);
    const file = openLogFile(log.path)!;
    await indexes.extend(file, false, never);
    closeLogFile(file);
    expect(indexes.blocksOf(file)).to.have.length.above(0);
    appendFileSync(log.path, `${lines(1500, 1600).join('\n')}\n`);
    const request = { options: {}, now: NOW, limit: 50, budget: 1e9 };
    const first = await searchLog(log.path, indexes, request);
    renameSync(log.path, `${log.path}.1`);
    writeFileSync(log.path, `${recordLine(1600)}\n`);
    const names = {
      path: `${log.path}.1`,
      compressed: `${log.path}.1.gz`,
      part: `${log.path}.1.gz.part`,
    };
    await compressLog(indexes, names, never);
    const next = await searchLog(log.path, indexes, {
      ...request,
      limit: 5000,
      cursor: first.next,
    });
    const found = [...first.lines, ...next.lines].map((line) => JSON.parse(line).ref);
    expect(found).to.deep.equal(expected(0, 1600, () => true));
    const { refs } = await searchAll(log.path, {}, { indexes });
    expect(refs).to.deep.equal(expected(0, 1601, () => true));
  });

  it('ends where the files are gone in which it would go on', async () => {
    log = writeLog({ '.1': lines(0, 100), '': lines(100, 200) });
    const request = { options: {}, now: NOW, limit: 150, budget: 1e9 };
    const { next } = await searchLog(log.path, new LogIndexes(log.path), request);
    rmSync(`${log.path}.1`);
    const page = await searchLog(log.path, new LogIndexes(log.path), { ...request, cursor: next });
    expect(page.lines).to.deep.equal([]);
    expect(page.next).to.equal(undefined);
  });

  it('takes torn lines, lines of others and records of several clients as they are', async () => {
    const half = recordLine(7).slice(0, 60);
    const summary = { event: 'summary', of: 'refused', count: 3 };
    const several = recordLine(8, { ...summary, client: '10.0.9.0/24' });
    log = writeLog({ '': ['', 'not ours', half + recordLine(1), several, recordLine(2)] });
    appendFileSync(log.path, half);
    const indexes = new LogIndexes(log.path);
    const file = openLogFile(log.path)!;
    for (const kind of ['without', 'with']) {
      if (kind === 'with') await indexes.extend(file, true, never);
      expect((await searchAll(log.path, {}, { indexes })).refs).to.have.lengthOf(3);
      const { refs } = await searchAll(log.path, { client: '10.0.9.77' }, { indexes });
      expect(refs).to.deep.equal(['k3f9x-8']);
    }
    closeLogFile(file);
  });

  it('sees by spans that the clock ran backwards', async () => {
    const early = recordLine(5, { time: '2020-01-01T00:00:00.000Z' });
    log = writeLog({ '.1': [recordLine(1), early, recordLine(2)], '': [recordLine(3)] });
    const indexes = new LogIndexes(log.path);
    const file = openLogFile(`${log.path}.1`)!;
    await indexes.extend(file, true, never);
    closeLogFile(file);
    const { refs } = await searchAll(log.path, { until: '2021-01-01' }, { indexes });
    expect(refs).to.deep.equal(['k3f9x-5']);
  });

  for (const damage of ['cut', 'noise'] as const) {
    it(`makes an index again that is damaged: ${damage}`, async () => {
      log = writeLog({ '': lines(0, 2000) });
      const indexes = new LogIndexes(log.path);
      const file = openLogFile(log.path)!;
      await indexes.extend(file, true, never);
      const path = join(indexFolder(log.path), file.id);
      const size = statSync(path).size;
      if (damage === 'cut') rmSync(path);
      writeFileSync(path, damage === 'cut' ? Buffer.alloc(size >> 1, 1) : Buffer.alloc(size, 0xff));
      const again = new LogIndexes(log.path);
      const { refs } = await searchAll(log.path, { layer: 'policy' }, { indexes: again });
      expect(refs).to.deep.equal(expected(0, 2000, (i) => i % 5 === 0));
      await again.extend(file, true, never);
      expect(statSync(path).size).to.equal(size);
      closeLogFile(file);
    });
  }

  it('compresses to one gzip file of blocks that can be read by themselves', async () => {
    log = writeLog({ '.1': lines(0, 3000), '': [recordLine(3000)] });
    const indexes = new LogIndexes(log.path);
    const names = {
      path: `${log.path}.1`,
      compressed: `${log.path}.1.gz`,
      part: `${log.path}.1.gz.part`,
    };
    await compressLog(indexes, names, never);
    const file = openLogFile(names.compressed)!;
    const blocks = new LogIndexes(log.path).blocksOf(file);
    expect(blocks.length).to.be.above(2);
    expect(blocks.every(({ packedLength }) => packedLength > 0)).to.equal(true);
    closeLogFile(file);
    const { readFileSync } = await import('node:fs');
    const text = gunzipSync(readFileSync(names.compressed)).toString();
    expect(text).to.equal(
      lines(0, 3000)
        .map((line) => `${line}\n`)
        .join(''),
    );
    const { refs } = await searchAll(log.path, {}, { limit: 700 });
    expect(refs).to.deep.equal(expected(0, 3001, () => true));
  });
});
