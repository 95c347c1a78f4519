import { expect } from 'chai';
import { HeapTrimming } from '../../src/server/heap-trimming.ts';

const MIB = 1 << 20;

describe('server/heap-trimming', () => {
  it('gives memory back when the process has grown by 8 MiB since the last time', () => {
    let resident = 100 * MIB;
    const trimmed: number[] = [];
    const trimming = new HeapTrimming(
      () => resident,
      () => {
        trimmed.push(resident / MIB);
        resident -= 3 * MIB;
      },
    );
    for (const now of [100, 107, 108, 112, 113, 120, 90, 118, 130]) {
      resident = now * MIB;
      trimming.look();
    }
    expect(trimmed).to.deep.equal([108, 113, 120, 118, 130]);
  });

  it('lets a process without /proc be', () => {
    const rss = process.memoryUsage.rss;
    process.memoryUsage.rss = () => {
      throw new Error('ENOENT: no such file or directory, uv_resident_set_memory');
    };
    try {
      let trims = 0;
      new HeapTrimming(undefined, () => trims++).look();
      expect(trims).to.equal(0);
    } finally {
      process.memoryUsage.rss = rss;
    }
  });
});
