import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { GROWTH_FLAG } from '../../src/server/thread-heap.ts';

describe('thread-heap', () => {
  it('sets a flag that V8 knows', () => {
    const known = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
    expect(known).to.contain(`${GROWTH_FLAG} (`);
  });
});
