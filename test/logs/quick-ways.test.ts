import { rmSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { MergedReport } from '../../src/logs/counting/merged-report.ts';
import { groupsOf } from '../../src/logs/counting/merged-runs.ts';
import { ReportCounter } from '../../src/logs/counting/report-counter.ts';
import { createEntry } from '../../src/logs/counting/run-entry.ts';
import { SpillFile } from '../../src/logs/counting/spill-file.ts';
import { closeLogFile, openLogFile } from '../../src/logs/log-files.ts';
import { DecisionReader } from '../../src/logs/log-lines.ts';
import { divide, partsOf, readPart } from '../../src/logs/log-parts.ts';
import { blockTestOf, EVERY_BLOCK } from '../../src/logs/record-keys.ts';
import { summarize } from '../../src/logs/report-summary.ts';
import { type Dimension, ReportTally } from '../../src/logs/report-tally.ts';
import { sampleParts } from '../../src/logs/sampled-times.ts';
import { WrittenTexts } from '../../src/logs/written-texts.ts';
import { matches, parseFilter } from '../../src/observe/decision-filter.ts';
import { anyLines } from './odd-lines.ts';
import { NOW, recordLine, writeLog } from './written-log.ts';

const NOTHING_PASSED = { records: 0, skipped: 0, lost: 0, backwards: 0 };
const BY: readonly (readonly Dimension[])[] = [
  ...['layer', 'rule', 'group', 'client', 'name', 'type', 'upstream'].map((one) => [
    one as Dimension,
  ]),
  ['client', 'rule'],
  ['policy', 'event'],
];
const FILTERS = [
  {},
  { since: '2026-11-20T22:59:00Z' },
  { client: '10.0.1.1' },
  { ref: 'k3f9x-7' },
  { name: 'example.net', layer: 'acl' },
  { rule: 'house/*.example', until: '2026-11-20T22:30:00Z' },
  { upstream: '192.0.2.1' },
];

/** Every line parsed by JSON.parse, and every record counted by itself. */
function plainly(text: string, options: Readonly<Record<string, string>>) {
  const filter = parseFilter(options, NOW);
  if (typeof filter === 'string') throw new Error(filter);
  const reader = new DecisionReader();
  const tally = new ReportTally(BY, 'refused');
  const found: string[] = [];
  for (const line of text.split('\n')) {
    const record = reader.read(line);
    if (record === undefined || !matches(filter, record)) continue;
    tally.add(record);
    found.push(reader.text);
  }
  const { skipped } = reader;
  return { found, summary: summarize(tally, { event: 'refused', most: 20, skipped }) };
}

/** The parts of a file, divided without regard to lines; each read by one of two threads. */
async function quickly(path: string, options: Readonly<Record<string, string>>, piece: number) {
  const filter = parseFilter(options, NOW);
  if (typeof filter === 'string') throw new Error(filter);
  const texts = new WrittenTexts(blockTestOf(options, NOW).texts);
  const counted = { by: BY, event: 'refused', seed: 1 };
  // So little memory that what was counted goes to disk again and again.
  const counters = [0, 1].map(() => new ReportCounter(counted, filter, 1));
  const file = openLogFile(path);
  const found: string[] = [];
  const reader = new DecisionReader();
  const parts = file === undefined ? [] : partsOf(file, EVERY_BLOCK, { ...NOTHING_PASSED });
  for (const [index, part] of divide(parts, piece).entries()) {
    for await (const octets of readPart(part)) {
      counters[index % 2]!.add(octets, index);
      for (const line of texts.linesOf(octets)) {
        const record = reader.read(line);
        if (record !== undefined && matches(filter, record)) found.push(reader.text);
      }
    }
  }
  if (file !== undefined) closeLogFile(file);
  const counts = counters.map((counter) => counter.finish());
  const report = new MergedReport(counts, { by: BY, rows: 20 });
  for (const counter of counters) counter.close();
  const skipped = counts.reduce((sum, one) => sum + one.skipped, 0);
  return { found, summary: summarize(report, { event: 'refused', most: 20, skipped }) };
}

describe('the quick ways to read a log', () => {
  it('agree with JSON.parse, whatever the lines are', async () => {
    const options = fc.constantFrom(...FILTERS);
    const piece = fc.integer({ min: 50, max: 3000 });
    await fc.assert(
      fc.asyncProperty(
        anyLines,
        options,
        piece,
        fc.boolean(),
        async (lines, given, size, isGzip) => {
          const head = recordLine(0);
          const text = [head, ...lines].join('\n');
          const log = writeLog({ '': [head, ...lines], '.1.gz': [head, ...lines] });
          const path = isGzip ? `${log.path}.1.gz` : log.path;
          try {
            expect(await quickly(path, given, size)).to.deep.equal(plainly(text, given));
          } finally {
            log.close();
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('count more values than memory has room for exactly', () => {
    const filter = parseFilter({}, NOW);
    const counter = new ReportCounter(
      { by: [['name']], event: undefined, seed: 7 },
      filter as [],
      1 << 14,
    );
    const lines = Array.from({ length: 30_000 }, (_, i) =>
      recordLine(i % 10_000, { qname: `n${i % 10_000}.` }),
    );
    counter.add(Buffer.from(lines.join('\n')), 0);
    const report = new MergedReport([counter.finish()], { by: [['name']], rows: 3 });
    counter.close();
    const { rows, other, missed } = summarize(report, { event: 'all', most: 3, skipped: 0 }).by[
      'name'
    ]!;
    expect(rows.map(({ name, count }) => [name, count])).to.deep.equal([
      ['n0.', 3],
      ['n1.', 3],
      ['n10.', 3],
    ]);
    expect({ other, missed }).to.deep.equal({
      other: { values: 9997, count: 29_991, share: 0.9997 },
      missed: 0,
    });
  });

  it('keep values apart that fall together', () => {
    const spill = new SpillFile();
    const entry = (value: string, count: number) => {
      const octets = Buffer.from(value);
      return { ...createEntry(), octets, end: octets.length, hash: 5, count };
    };
    const runs = [spill.write([entry('a', 1), entry('b', 2)]), spill.write([entry('b', 4)])];
    const groups = [...groupsOf(runs)].map((group) => group.map(({ count }) => count));
    expect(groups).to.deep.equal([[1], [2, 4]]);
  });

  describe('where there is no index', () => {
    /** Records of a second each, but for some that the clock was set back for. */
    function sampled(seconds: readonly number[], since: string, until?: string) {
      const log = writeLog({ '': seconds.map((at) => recordLine(at)) });
      const file = openLogFile(log.path)!;
      const passed = { ...NOTHING_PASSED };
      const test = blockTestOf({ since, ...(until !== undefined && { until }) }, NOW);
      const { descriptor, path, size: length } = file;
      const whole = { path, descriptor, start: 0, end: Number.POSITIVE_INFINITY, length };
      const parts = sampleParts(whole, test, passed, { step: 2000, least: 0 });
      closeLogFile(file);
      rmSync(log.folder, { recursive: true });
      const read = parts.reduce((sum, part) => sum + part.length, 0);
      return { parts, passed, share: read / length };
    }
    const rising = Array.from({ length: 2000 }, (_, i) => i);

    it('look at few octets for a short time', () => {
      expect(sampled(rising, '2026-11-20T22:33:00Z').share).to.be.below(0.03);
      const { share } = sampled(rising, '2026-11-20T22:10:00Z', '2026-11-20T22:10:10Z');
      expect(share).to.be.below(0.03);
    });

    it('read what was written while the clock ran backwards, and count it', () => {
      const back = [...rising.slice(0, 1000), ...rising.slice(500, 600), ...rising.slice(1000)];
      const { parts, passed } = sampled(back, '2026-11-20T22:08:20Z', '2026-11-20T22:08:25Z');
      expect(passed.backwards).to.equal(1);
      expect(parts).to.have.length(2);
    });

    it('read all of what has no records to look at', () => {
      const log = writeLog({ '': Array.from({ length: 500 }, () => 'nothing that is a record') });
      const file = openLogFile(log.path)!;
      const { descriptor, path, size: length } = file;
      const whole = { path, descriptor, start: 0, end: Number.POSITIVE_INFINITY, length };
      const test = blockTestOf({ since: '2026-11-20T22:33:00Z' }, NOW);
      const parts = sampleParts(whole, test, { ...NOTHING_PASSED }, { step: 2000, least: 0 });
      closeLogFile(file);
      log.close();
      expect(parts).to.deep.equal([whole]);
    });
  });
});
