import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

describe('thread-heap', () => {
  it('sets a flag that V8 knows', () => {
    const source = readFileSync(join(import.meta.dirname, '../src/thread-heap.ts'), 'utf8');
    const [, flag] = /`(--[a-z-]+)=\$/.exec(source)!;
    const known = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
    expect(known).to.contain(`${flag} (`);
  });
});
