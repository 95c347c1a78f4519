import { expect } from 'chai';
import fc from 'fast-check';
import {
  applyUpdate,
  digestOf,
  type ZoneCopy,
} from '../../../../src/policy/rpz/transfer/zone-copy.ts';
import { name, type Octets, record } from '../../../world/messages.ts';
import { copyOf, recordsOf, updateOf } from './copies.ts';
import { rule, soa, text, ZONE } from './zones.ts';

/** What differences make of a copy: its serial and records, or why they do not belong to it. */
function applied(base: ZoneCopy | undefined, answers: readonly Octets[], serial: number) {
  const made = applyUpdate(base, updateOf(answers, serial));
  if (typeof made === 'string') return made;
  return { serial: made.soa.serial, records: recordsOf(made).map((line) => line.split('.')[0]) };
}

describe('transfer/zone-copy', () => {
  const base = copyOf(4, [rule('a'), rule('b'), text('t', 'x'), text('t', 'y')]);

  const cases: readonly (readonly [string, readonly Octets[], object | string])[] = [
    [
      'records that go and come',
      [soa(5), soa(4), rule('a'), soa(5), rule('c'), soa(5)],
      { serial: 5, records: ['b', 't', 't', 'c'] },
    ],
    [
      'one record of two at a name',
      [soa(5), soa(4), text('t', 'x'), soa(5), soa(5)],
      { serial: 5, records: ['a', 'b', 't'] },
    ],
    [
      'a record that goes and comes again',
      [soa(6), soa(4), rule('a'), soa(5), soa(5), soa(6), rule('a'), soa(6)],
      { serial: 6, records: ['b', 't', 't', 'a'] },
    ],
    [
      'a record that comes and goes again',
      [soa(6), soa(4), soa(5), rule('c'), soa(5), rule('c'), soa(6), soa(6)],
      { serial: 6, records: ['a', 'b', 't', 't'] },
    ],
    [
      'a record that goes, comes and goes',
      [
        soa(7),
        soa(4),
        rule('a'),
        soa(5),
        soa(5),
        soa(6),
        rule('a'),
        soa(6),
        rule('a'),
        soa(7),
        soa(7),
      ],
      { serial: 7, records: ['b', 't', 't'] },
    ],
    [
      'a record that is there already',
      [soa(5), soa(4), soa(5), rule('b'), soa(5)],
      { serial: 5, records: ['a', 't', 't', 'b'] },
    ],
    [
      'a record in capital letters',
      [soa(5), soa(4), record('A.RPZ.Example', 5, name('.')), soa(5), soa(5)],
      { serial: 5, records: ['b', 't', 't'] },
    ],
    [
      'another TTL',
      [soa(5), soa(4), record(`a.${ZONE}`, 5, name('.'), { ttl: 1 }), soa(5), soa(5)],
      { serial: 5, records: ['b', 't', 't'] },
    ],
    [
      'nothing but a serial',
      [soa(5), soa(4), soa(5), soa(5)],
      { serial: 5, records: ['a', 'b', 't', 't'] },
    ],
    [
      'a record that is not there',
      [soa(5), soa(4), rule('x'), rule('a'), soa(5), soa(5)],
      'it removes 1 records that the copy does not have',
    ],
    [
      'a record that goes twice',
      [soa(5), soa(4), rule('a'), rule('a'), soa(5), soa(5)],
      'it removes a record twice',
    ],
  ];
  for (const [what, answers, expected] of cases) {
    it(`applies differences: ${what}`, () => {
      expect(applied(base, answers, 4)).to.deep.equal(expected);
    });
  }

  it('leaves the copy alone that it starts from', () => {
    const before = recordsOf(base);
    applied(base, [soa(5), soa(4), rule('a'), soa(5), rule('c'), soa(5)], 4);
    expect(recordsOf(base)).to.deep.equal(before);
    expect(base.soa.serial).to.equal(4);
  });

  it('takes no differences without the copy that they belong to', () => {
    const answers = [soa(5), soa(3), soa(5), soa(5)];
    expect(applied(base, answers, 3)).to.equal('its differences start at serial 3; expect 4');
    expect(applied(undefined, answers, 3)).to.equal('there is no copy to change');
  });

  it('has a digest of what it says, whatever the order and the letters', () => {
    const digest = digestOf(copyOf(4, [rule('a'), rule('b')]));
    expect(digestOf(copyOf(4, [rule('B'), rule('a')]))).to.equal(digest);
    expect(digestOf(copyOf(4, [rule('a')]))).not.to.equal(digest);
    expect(digestOf(copyOf(4, [rule('a'), rule('c')]))).not.to.equal(digest);
    expect(digestOf(copyOf(5, [rule('a'), rule('b')]))).not.to.equal(digest);
  });

  it('comes to the same by differences and at once', () => {
    const sets = fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { maxLength: 12 });
    fc.assert(
      fc.property(sets, sets, sets, (first, second, third) => {
        const rules = (set: readonly number[]) => set.map((n) => rule(`n${n}`));
        const step = (from: readonly number[], to: readonly number[], serial: number) => [
          soa(serial - 1),
          ...rules(from.filter((n) => !to.includes(n))),
          soa(serial),
          ...rules(to.filter((n) => !from.includes(n))),
        ];
        const steps = [...step(first, second, 2), ...step(second, third, 3)];
        const made = applyUpdate(copyOf(1, rules(first)), updateOf([soa(3), ...steps, soa(3)], 1));
        if (typeof made === 'string') throw new Error(made);
        const whole = copyOf(3, rules(third));
        expect(recordsOf(made).toSorted()).to.deep.equal(recordsOf(whole).toSorted());
        expect(digestOf(made)).to.equal(digestOf(whole));
      }),
    );
  });
});
