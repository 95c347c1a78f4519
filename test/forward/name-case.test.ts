import { expect } from 'chai';
import fc from 'fast-check';
import { NameCase } from '../../src/forward/name-case.ts';
import { HEADER_LENGTH } from '../../src/wire/header.ts';
import { lowerName } from '../../src/wire/name.ts';
import { anyName } from '../world/arbitraries.ts';
import { asked } from '../world/asked.ts';

const INDEX = 3;
const NEIGHBOURS = [INDEX - 1, INDEX + 1];

function isLetter(octet: number): boolean {
  return /[a-z]/i.test(String.fromCharCode(octet));
}

/** The query's name in a random case; undefined when it has no letters. */
function written(cases: NameCase, owner: Uint8Array, index = INDEX): Uint8Array | undefined {
  const query = asked(owner);
  const out = query.message.slice();
  return cases.write(index, out, query) ? out : undefined;
}

describe('forward/name-case', () => {
  it('changes nothing but the case of letters, and knows it again', () => {
    fc.assert(
      fc.property(anyName, (owner) => {
        const cases = new NameCase(INDEX + 2);
        const query = asked(owner);
        const out = written(cases, owner);
        expect(out !== undefined).to.equal(owner.some(isLetter));
        if (out === undefined) return;
        for (const index of NEIGHBOURS) written(cases, owner, index);
        const end = HEADER_LENGTH + owner.length;
        expect(lowerName(out.slice(HEADER_LENGTH, end))).to.deep.equal(lowerName(owner));
        expect(out.slice(end)).to.deep.equal(query.message.slice(end));
        expect(cases.isKept(INDEX, out, query)).to.equal(true);
      }),
      { numRuns: 300 },
    );
  });

  it('notices each letter whose case is another, and no other octet', () => {
    const cases = new NameCase(INDEX + 1);
    const owner = asked(`${'-az09'.repeat(12)}.${'zA[@`{'.repeat(10)}.example`);
    const out = written(cases, owner.name.slice(0, owner.nameLength))!;
    for (let i = HEADER_LENGTH; i < HEADER_LENGTH + owner.nameLength; i++) {
      const changed = out.slice();
      changed[i]! ^= 0x20;
      const text = String.fromCharCode(out[i]!);
      expect(cases.isKept(INDEX, changed, owner), text).to.equal(!isLetter(out[i]!));
    }
  });

  it('gives each letter both cases, each for itself', () => {
    const cases = new NameCase(INDEX + 1);
    const { name, nameLength } = asked(`${'abcdefgh'.repeat(5)}.${'xyz'.repeat(7)}`);
    const owner = name.slice(0, nameLength);
    const seen = Array.from({ length: 128 }, () => written(cases, owner)!.slice(HEADER_LENGTH));
    const columns = [...owner.keys()]
      .filter((i) => isLetter(owner[i]!))
      .map((i) => seen.map((line) => (line[i]! & 0x20 ? 'a' : 'A')).join(''));
    for (const column of columns) expect(column).to.include('a').and.to.include('A');
    expect(new Set(columns).size).to.equal(columns.length);
  });
});
