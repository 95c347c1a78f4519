import { chmodSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { cannotWrite } from '../../src/config/write-error.ts';
import { makeFolder } from '../e2e/processes.ts';

/** A user that nothing else runs as. */
const NOBODY = 64_321;

function failureOf(path: string): string {
  try {
    openSync(path, 'a');
  } catch (error) {
    return cannotWrite(error);
  }
  throw new Error(`${path} can be written`);
}

describe('config/write-error: cannotWrite', () => {
  let folder = '';
  before(() => {
    folder = makeFolder();
    mkdirSync(join(folder, 'logs'));
    writeFileSync(join(folder, 'file'), '');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const cases = [
    ['in no folder', 'none/x.log', /^ENOENT: .*; expect a file in a folder that exists$/],
    ['a folder', 'logs', /^EISDIR: .*; expect a file, not a folder$/],
    ['below a file', 'file/x.log', /^ENOTDIR: .*; expect a file in a folder, not in a file$/],
  ] as const;
  for (const [what, name, says] of cases) {
    it(`says what to do about a path that is ${what}`, () => {
      expect(failureOf(join(folder, name))).to.match(says);
    });
  }

  it('names the user that may not write into a folder', () => {
    chmodSync(folder, 0o755);
    chmodSync(join(folder, 'logs'), 0o555);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid!(NOBODY);
    try {
      const name = isRoot ? String(NOBODY) : userInfo().username;
      const remedy = 'chown, or LogsDirectory= or StateDirectory= in a systemd unit';
      expect(failureOf(join(folder, 'logs', 'x.log'))).to.match(/^EACCES: /);
      expect(failureOf(join(folder, 'logs', 'x.log'))).to.contain(
        `; expect a folder that the user ${name} may write to: ${remedy}`,
      );
    } finally {
      if (isRoot) process.seteuid!(0);
    }
  });

  const systems = [
    ['EROFS', /; expect a file elsewhere: this file system is read-only, .*LogsDirectory=/],
    ['ENOSPC', /; expect a file where there is room$/],
    ['EIO', /; expect a file that can be written$/],
  ] as const;
  for (const [code, says] of systems) {
    it(`says what to do about ${code}`, () => {
      const error = Object.assign(new Error(`${code}: open 'x.log'`), { code });
      expect(cannotWrite(error)).to.match(says);
    });
  }
});
