import { expect } from 'chai';
import fc from 'fast-check';
import { NameTable, NO_ENTRY } from '../../../src/policy/rules/name-table.ts';
import { asked } from '../../world/asked.ts';
import { oldHashCollisions, oldHashOf } from '../../world/collisions.ts';
import { name, type Octets, octets } from '../../world/messages.ts';

/** Names over few labels, so that they often are suffixes of each other. */
const anyOwner: fc.Arbitrary<readonly string[]> = fc.array(
  fc.constantFrom('a', 'b', 'c', 'ab', 'a\x00', '\xff', 'www', 'example', 'a'.repeat(63)),
  { maxLength: 6 },
);

const toWire = (labels: readonly string[]): Uint8Array =>
  octets(...labels.map((label) => [label.length, ...Buffer.from(label, 'latin1')]), [0]);

const fits = (labels: readonly string[]) => labels.join('.').length < 254;

interface Entry {
  readonly labels: readonly string[];
  readonly wildcard: boolean;
}

const anyEntry: fc.Arbitrary<Entry> = fc.record({
  labels: anyOwner.filter(fits),
  wildcard: fc.boolean(),
});

/** What the table must find, by comparing text. */
function naive(entries: readonly Entry[], suffix: readonly string[], wildcard: boolean): number {
  const key = (entry: Entry) => `${entry.wildcard} ${entry.labels.join('.')}`;
  const distinct = [...new Set(entries.map(key))];
  return distinct.indexOf(key({ labels: suffix, wildcard }));
}

function found(table: NameTable, owner: string | Octets, depth = 0, wildcard = false): number {
  return table.find(asked(owner), depth, wildcard);
}

describe('policy/name-table', () => {
  it('finds what a search over all entries finds, at every label', () => {
    fc.assert(
      fc.property(
        fc.array(anyEntry, { maxLength: 30 }),
        anyOwner.filter(fits),
        (entries, labels) => {
          const table = new NameTable();
          // Too little room, or too much.
          if (labels.length % 2 === 0) table.reserve(labels.length, 10 * labels.length);
          for (const { labels: owner, wildcard } of entries) table.add(toWire(owner), wildcard);
          const copy = new NameTable(table.image);
          const query = asked(toWire(labels));
          for (let depth = 0; depth <= labels.length; depth++) {
            for (const wildcard of [false, true]) {
              const expected = naive(entries, labels.slice(depth), wildcard);
              expect(table.find(query, depth, wildcard)).to.equal(expected);
              expect(copy.find(query, depth, wildcard)).to.equal(expected);
            }
          }
        },
      ),
    );
  });

  it('finds every one of many names, and no other', () => {
    const table = new NameTable();
    const count = 3000;
    for (let i = 0; i < count; i++)
      expect(table.add(name(`n${i}.example`), i % 2 === 1)).to.equal(i);
    expect(table.count).to.equal(count);
    for (let i = 0; i < count; i++) {
      expect(found(table, `n${i}.example`, 0, i % 2 === 1)).to.equal(i);
      expect(found(table, `n${i}.example`, 0, i % 2 === 0)).to.equal(NO_ENTRY);
    }
    expect(found(table, `n${count}.example`)).to.equal(NO_ENTRY);
  });

  it('gives a name the entry that it has', () => {
    const table = new NameTable();
    const entries = ['a.example', 'b.example', 'a.example'].map((text) =>
      table.add(name(text), false),
    );
    expect(entries).to.deep.equal([0, 1, 0]);
    expect(table.count).to.equal(2);
  });

  it('takes a name for the same in whatever case it is asked', () => {
    const table = new NameTable();
    table.add(name('www.example'), false);
    expect(found(table, 'wWw.EXAMPLE')).to.equal(0);
  });

  it('tells the root and the wildcard of all names apart', () => {
    const table = new NameTable();
    table.add(name('.'), true);
    expect(found(table, 'example', 1, true)).to.equal(0);
    expect(found(table, 'example', 1, false)).to.equal(NO_ENTRY);
    expect(found(table, '.')).to.equal(NO_ENTRY);
  });

  it('has nothing in an empty table', () => {
    expect(found(new NameTable(), 'example')).to.equal(NO_ENTRY);
    expect(found(new NameTable(new NameTable().image), 'example')).to.equal(NO_ENTRY);
  });

  it('spreads names that were made up to have one hash', () => {
    const colliding = oldHashCollisions(12);
    expect(new Set(colliding.map(oldHashOf))).to.have.property('size', 1);
    const table = new NameTable();
    for (const owner of colliding) table.add(name(owner), false);
    expect(table.count).to.equal(4096);
    // Of so many, two may have the same by chance.
    expect(new Set(table.image.hashes).size).to.be.above(4090);
  });

  it('lies in memory that threads share', () => {
    const table = new NameTable();
    table.add(name('example'), false);
    const { slots, names, nameAt, hashes } = table.image;
    for (const part of [slots, names, nameAt, hashes]) {
      expect(part.buffer).to.be.instanceOf(SharedArrayBuffer);
    }
  });
});
