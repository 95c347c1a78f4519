import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { type Libc, loadLibc } from '../../src/transport/libc.ts';
import { zoneIndex } from '../../src/transport/zone-index.ts';
import { passOver } from '../world/needs.ts';

const libc = loadLibc();

describe('transport/zone-index', () => {
  before(function () {
    if (typeof libc === 'string') passOver(this, libc);
  });

  const cases: readonly (readonly [string, string, number])[] = [
    ['no zone', '', 0],
    ['an index', '7', 7],
    ['an interface that is not there', 'gone0', 0],
  ];
  for (const [what, zone, index] of cases) {
    it(`is ${index} for ${what}`, () => {
      expect(zoneIndex(libc as Libc, zone)).to.equal(index);
    });
  }

  it('is the index of the interface that has the name', () => {
    const index = Number(readFileSync('/sys/class/net/lo/ifindex', 'utf8'));
    expect(zoneIndex(libc as Libc, 'lo')).to.equal(index);
  });

  it('is that of the name where an interface is called like a number', () => {
    const named = { if_nametoindex: (name: string) => (name === '7' ? 3 : 0) } as Libc;
    expect(zoneIndex(named, '7')).to.equal(3);
  });
});
