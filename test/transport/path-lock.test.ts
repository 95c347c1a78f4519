import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadLibc } from '../../src/transport/libc.ts';
import { lockPath } from '../../src/transport/path-lock.ts';
import { passOver } from '../world/needs.ts';

describe('transport/path-lock', () => {
  const libc = loadLibc();
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is held by one at a time', function () {
    if (typeof libc === 'string') return passOver(this, libc);
    const unlock = lockPath(libc, folder);
    expect(unlock).to.be.a('function');
    expect(lockPath(libc, folder)).to.equal(undefined);
    unlock!();
    const again = lockPath(libc, folder);
    expect(again).to.be.a('function');
    again!();
  });

  it('is no obstacle where there are no locks', function () {
    if (typeof libc === 'string') return passOver(this, libc);
    const EBADF = 9;
    const unlock = lockPath({ ...libc, flock: () => -1, errno: () => EBADF }, folder);
    expect(unlock).to.be.a('function');
    unlock!();
  });

  it('cannot be had of a folder that is not there', function () {
    if (typeof libc === 'string') return passOver(this, libc);
    expect(() => lockPath(libc, join(folder, 'missing'))).to.throw(/ENOENT/);
  });
});
