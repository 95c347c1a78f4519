import { appendFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { parseRequest, showLogs } from '../../src/cli/logs/log.ts';
import { compressLog } from '../../src/logs/compression.ts';
import { LogIndexes } from '../../src/logs/indexing.ts';
import { closeLogFile, openLogFile } from '../../src/logs/log-files.ts';
import { partsOf, readPart } from '../../src/logs/log-parts.ts';
import { blockTestOf } from '../../src/logs/record-keys.ts';
import { NOW, recordLine, type WrittenLog, writeLog } from './written-log.ts';

const never = () => false;

describe('logs/log-parts', () => {
  let log: WrittenLog;
  let compressed: string;
  before(async () => {
    const lines = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => recordLine(from + i));
    const lost = '{"level":50,"time":"x","event":"lost","records":7,"msg":"7 records are lost"}';
    log = writeLog({ '.1': [...lines(0, 1500), 'torn'], '': [...lines(1500, 3000), lost] });
    const indexes = new LogIndexes(log.path);
    compressed = `${log.path}.1.gz`;
    const names = { path: `${log.path}.1`, compressed, part: `${compressed}.part` };
    await compressLog(indexes, names, never);
    const file = openLogFile(log.path)!;
    await indexes.extend(file, true, never);
    closeLogFile(file);
    appendFileSync(log.path, `${recordLine(3000)}\n`);
  });
  after(() => log.close());

  /** What `log --json` shows of both files, and says. */
  async function show(...options: readonly string[]) {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const request = parseRequest([log.path, compressed, '--json', ...options], NOW);
    const streams = { stdin: new PassThrough(), stdout, stderr };
    await showLogs(request, streams, new AbortController().signal);
    stdout.end();
    stderr.end();
    const lines = (await text(stdout)).split('\n').slice(0, -1);
    return { refs: lines.map((line) => JSON.parse(line).ref), says: await text(stderr) };
  }

  for (const { options, refs } of [
    { options: ['--ref', 'k3f9x-77'], refs: ['k3f9x-77'] },
    { options: ['--name', 'host2999.example.com'], refs: [] },
    { options: ['--name', 'host3000.example.com'], refs: ['k3f9x-3000'] },
    { options: ['--since', '2026-11-20T22:49:59Z'], refs: ['k3f9x-2999', 'k3f9x-3000'] },
    { options: ['--until', '2026-11-20T22:00:02Z'], refs: ['k3f9x-0', 'k3f9x-1'] },
  ]) {
    it(`gives log the same as without an index: ${options.join(' ')}`, async () => {
      const shown = await show(...options);
      expect(shown.refs).to.deep.equal(refs);
      expect(shown.says).to.equal(
        '1 line was skipped: it is no whole decision record\n' +
          // Who has found a reference reads no further.
          (options[0] === '--ref' ? '' : '7 records are missing: they could not be written\n'),
      );
    });
  }

  it('does not read what the index rules out', async () => {
    const file = openLogFile(log.path)!;
    const passed = { records: 0, skipped: 0, lost: 0, backwards: 0 };
    const test = blockTestOf({ client: '10.9.9.9' }, NOW);
    let read = '';
    for (const part of partsOf(file, test, passed)) {
      for await (const octets of readPart(part)) read += octets;
    }
    closeLogFile(file);
    expect(read).to.equal(`${recordLine(3000)}\n`);
    expect(passed).to.deep.equal({ records: 1500, skipped: 0, lost: 7, backwards: 0 });
  });
});
