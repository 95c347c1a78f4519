import { expect } from 'chai';
import { formatDifference } from '../../src/diff/difference-text.ts';

const NOTHING = { changes: [], settings: [], shadow: [], all: false };

describe('cli/diff-text formatDifference', () => {
  it('says that nothing changes when the policies are the same', () => {
    const text = formatDifference({ ...NOTHING, hashes: ['00000001', '00000001'] });
    expect(text).to.equal('no change: policy 00000001\n');
  });

  it('says so of decisions alone when the policies are not the same', () => {
    const text = formatDifference({ ...NOTHING, hashes: ['00000001', '00000002'] });
    expect(text).to.equal('no decision changes: policy 00000001 -> 00000002\n');
  });
});
