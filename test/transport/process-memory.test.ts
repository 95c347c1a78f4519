import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { findCleanPages } from '../../src/transport/process-memory.ts';

const mapping = (range: string, perms: string, path: string, anonymous = 0) =>
  `${range} ${perms} 00000000 fe:00 1234                       ${path}
Size:                128 kB
Rss:                  64 kB
Anonymous:        ${String(anonymous).padStart(6)} kB
VmFlags: rd ex mr mw me sd
`;
const PROGRAM = '/usr/bin/node';

describe('transport/process-memory', () => {
  const cases: readonly [string, string, readonly { start: number; length: number }[]][] = [
    [
      'code that is as in the file',
      mapping('00400000-00420000', 'r-xp', PROGRAM),
      [{ start: 0x400000, length: 0x20000 }],
    ],
    [
      'constants, too',
      mapping('7f0000400000-7f0000401000', 'r--p', PROGRAM),
      [{ start: 0x7f0000400000, length: 0x1000 }],
    ],
    ['not what may be written', mapping('00400000-00420000', 'rw-p', PROGRAM), []],
    ['not what was written to before', mapping('00400000-00420000', 'r--p', PROGRAM, 4), []],
    ['not what a debugger has written to', mapping('00400000-00420000', 'r-xp', PROGRAM, 4), []],
    ['no file of another name', mapping('00400000-00420000', 'r-xp', `${PROGRAM} (deleted)`), []],
    ['no other file', mapping('00400000-00420000', 'r-xp', '/usr/lib/libc.so.6'), []],
  ];
  for (const [what, text, ranges] of cases) {
    it(`gives back ${what}`, () => {
      const others = mapping('00100000-00101000', 'r-xp', '/usr/lib/libm.so.6', 8);
      expect(findCleanPages(`${others}${text}${others}`, PROGRAM)).to.deep.equal(ranges);
    });
  }

  it('gives pages back of which a process goes on', function () {
    if (process.platform !== 'linux') this.skip();
    const text = `
      import { releaseProgramPages, separateLargeBlocks, trimHeap } from '${import.meta.resolve('../../src/transport/process-memory.ts')}';
      import { readFileSync } from 'node:fs';
      // Of /proc/self/statm: pages of files that are resident.
      const files = () => Number(readFileSync('/proc/self/statm', 'utf8').split(' ')[2]);
      separateLargeBlocks();
      const before = files();
      releaseProgramPages();
      trimHeap();
      console.log(files() < before, JSON.stringify(Array.from({ length: 3 }, (_, i) => i * i)));`;
    const args = ['--input-type=module', '-e', text];
    const printed = execFileSync(process.execPath, args, { encoding: 'utf8' });
    expect(printed).to.equal('true [0,1,4]\n');
  });
});
