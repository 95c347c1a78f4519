import { appendFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { Exit } from '../../../src/cli/command.ts';
import { log } from '../../../src/cli/logs/log.ts';
import { file, line, pathOf, refs, start, useDirectory } from './logs.ts';

describe('cli/log --follow', () => {
  useDirectory();

  let path = '';
  let stop = new AbortController();
  beforeEach(() => {
    path = file('decisions.log', line('k3f9x-1'));
    stop = new AbortController();
  });
  const follow = (...files: string[]) =>
    start(['--json', '--follow', ...files], { stop: stop.signal });

  async function ended({ out, err, exit }: ReturnType<typeof follow>) {
    stop.abort();
    return { exit: await exit, refs: refs(out.text), err: err.text };
  }
  const fine = (count: number) => ({
    exit: Exit.OK,
    refs: Array.from({ length: count }, (_, i) => `k3f9x-${i + 1}`),
    err: '',
  });

  it('goes on when the file grows, a line at a time', async () => {
    const following = follow(path);
    await following.out.has('k3f9x-1');
    appendFileSync(path, line('k3f9x-2') + line('k3f9x-3').slice(0, 50));
    await following.out.has('k3f9x-2');
    appendFileSync(path, line('k3f9x-3').slice(50));
    await following.out.has('k3f9x-3');
    expect(await ended(following)).to.deep.equal(fine(3));
  });

  it('goes on in the new file when the old one is moved away', async () => {
    const following = follow(path);
    await following.out.has('k3f9x-1');
    renameSync(path, `${path}.1`);
    appendFileSync(path, line('k3f9x-2'));
    await following.out.has('k3f9x-2');
    renameSync(path, `${path}.2`);
    appendFileSync(path, line('k3f9x-3'));
    await following.out.has('k3f9x-3');
    expect(await ended(following)).to.deep.equal(fine(3));
  });

  it('reads what the writer adds to the old file before it opens the new one', async () => {
    const following = follow(path);
    await following.out.has('k3f9x-1');
    renameSync(path, `${path}.1`);
    appendFileSync(`${path}.1`, line('k3f9x-2'));
    await following.out.has('k3f9x-2');
    writeFileSync(path, '');
    appendFileSync(`${path}.1`, line('k3f9x-3'));
    await following.out.has('k3f9x-3');
    appendFileSync(`${path}.1`, line('k3f9x-4'));
    appendFileSync(path, line('k3f9x-5'));
    await following.out.has('k3f9x-5');
    expect(await ended(following)).to.deep.equal(fine(5));
  });

  it('begins again when the file is truncated', async () => {
    const following = follow(path);
    await following.out.has('k3f9x-1');
    appendFileSync(path, line('k3f9x-2'));
    await following.out.has('k3f9x-2');
    truncateSync(path);
    appendFileSync(path, line('k3f9x-3'));
    await following.out.has('k3f9x-3');
    expect(await ended(following)).to.deep.equal(fine(3));
  });

  it('reads the files before the last one once', async () => {
    const following = follow(file('decisions.log.1.gz', gzipSync(line('k3f9x-0'))), path);
    await following.out.has('k3f9x-1');
    expect((await ended(following)).refs).to.deep.equal(['k3f9x-0', 'k3f9x-1']);
  });

  it('is fine when nothing has matched', async () => {
    const following = follow(file('empty.log'));
    expect(await ended(following)).to.deep.equal(fine(0));
  });

  it('ends while stdin is quiet', async () => {
    const stdin = new Readable({ read: () => {} });
    const { exit, err } = start(['--follow'], { stdin, stop: stop.signal });
    setImmediate(() => stop.abort());
    expect({ exit: await exit, err: err.text }).to.deep.equal({ exit: Exit.OK, err: '' });
  });

  const unusable = [
    { what: 'a file that is not there', make: () => pathOf('none'), says: /no such file/ },
    {
      what: 'a compressed file',
      make: () => file('old.gz', gzipSync(line('k3f9x-1'))),
      says: /is compressed, so nothing is added to it; expect the log that is being written/,
    },
  ];
  for (const { what, make, says } of unusable) {
    it(`does not wait for ${what}`, async () => {
      const { exit, err } = follow(make());
      expect(await exit).to.equal(Exit.UNUSABLE);
      expect(err.text).to.match(says);
    });
  }

  it('ends on SIGTERM', async () => {
    const before = process.listenerCount('SIGTERM');
    const exit = log.run(['--follow', '--ref', 'none', path]);
    process.kill(process.pid, 'SIGTERM');
    expect(await exit).to.equal(Exit.OK);
    expect(process.listenerCount('SIGTERM')).to.equal(before);
  });
});
