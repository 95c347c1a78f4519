import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { RecordedFiles, replay } from '../../src/policy/policy-files.ts';

describe('policy/policy-files', () => {
  it('gives again what was read, by file and by how it was read', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rcode5-'));
    try {
      const file = join(folder, 'list');
      writeFileSync(file, '0.0.0.0 a.example\n||b.example^\n');
      const read = new RecordedFiles(new Map(), new Map());
      const images = [
        read.list(file, 'hosts'),
        read.list(file, 'adblock'),
        read.rpz(file, 'given'),
        read.rpz(file, 'drop'),
        read.hosts(file),
      ];
      rmSync(file);
      const again = replay(read.images, new Map(), new Map());
      expect(again.list(file, 'hosts')).to.equal(images[0]);
      expect(again.list(file, 'adblock')).to.equal(images[1]);
      expect(again.rpz(file, 'given')).to.equal(images[2]);
      expect(again.rpz(file, 'drop')).to.equal(images[3]);
      expect(again.hosts(file)).to.equal(images[4]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
