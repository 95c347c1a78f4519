import { expect } from 'chai';
import { LogIndexes } from '../../src/logs/indexing.ts';
import { closeLogFile, logFilesOf, openLogFile } from '../../src/logs/log-files.ts';
import { blockTestOf, isWorthReading } from '../../src/logs/record-keys.ts';
import { NOW, recordLine, searchAll, type WrittenLog, writeLog } from './written-log.ts';

const never = () => false;

const UPSTREAMS: readonly object[] = [
  { upstream: { address: '192.0.2.1:53' } },
  { upstream: { address: 'tcp://192.0.2.1:53' } },
  { upstream: { address: '192.0.2.1:5353' } },
  { upstream: { address: 'tls://192.0.2.10:853' } },
  { upstream: { address: '[2001:db8::1]:53' } },
  { attempts: [{ address: '192.0.2.2:53' }, { address: '[2001:db8::1]:5353' }] },
  { upstream: { address: 'https://dns.example/dns-query' } },
  {},
];

/** What is asked for, and which of the upstreams above it is. */
const CASES: readonly (readonly [string, readonly number[]])[] = [
  ['192.0.2.1', [2, 1, 0]],
  ['192.0.2.1:53', [1, 0]],
  ['tcp://192.0.2.1', [1]],
  ['192.0.2.10', [3]],
  ['192.0.2.2:53', [5]],
  ['2001:db8::1', [5, 4]],
  ['[2001:DB8::1]:53', [4]],
  ['192.0.2.3', []],
];

describe('logs/search for an upstream', () => {
  let log: WrittenLog;
  let indexes: LogIndexes;
  before(async () => {
    const lines = UPSTREAMS.map((fields, i) => recordLine(i, fields));
    log = writeLog({ '.2.gz': lines, '.1': [recordLine(100)], '': [recordLine(101)] });
    indexes = new LogIndexes(log.path);
    await searchAll(log.path, {}, { indexes });
    for (const path of logFilesOf(log.path)) {
      const file = openLogFile(path)!;
      if (!file.isGzip) await indexes.extend(file, true, never);
      closeLogFile(file);
    }
  });
  after(() => log.close());

  for (const [upstream, numbers] of CASES) {
    it(`finds ${upstream}, and reads no block that does not have it`, async () => {
      const { refs } = await searchAll(log.path, { upstream }, { indexes });
      expect(refs).to.deep.equal(numbers.map((i) => `k3f9x-${i}`));
      const test = blockTestOf({ upstream }, NOW);
      const read = logFilesOf(log.path).flatMap((path) => {
        const file = openLogFile(path)!;
        closeLogFile(file);
        return indexes.blocksOf(file).map((block) => isWorthReading(block, test));
      });
      expect(read).to.deep.equal([false, false, numbers.length > 0]);
    });
  }

  it('unpacks no file again in which nothing can be', async () => {
    let unpacked = 0;
    class Counted extends LogIndexes {
      override inflate(...args: Parameters<LogIndexes['inflate']>): Promise<void> {
        unpacked++;
        return super.inflate(...args);
      }
    }
    const counted = new Counted(log.path);
    await searchAll(log.path, { upstream: '192.0.2.3' }, { indexes: counted });
    expect(unpacked).to.equal(0);
    await searchAll(log.path, { upstream: '192.0.2.2' }, { indexes: counted });
    expect(unpacked).to.equal(1);
  });
});
