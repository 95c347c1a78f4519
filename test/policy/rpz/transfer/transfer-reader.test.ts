import { expect } from 'chai';
import fc from 'fast-check';
import { TransferReader } from '../../../../src/policy/rpz/transfer/transfer-reader.ts';
import { anyOctets } from '../../../world/arbitraries.ts';
import {
  Flag,
  message,
  name,
  type Octets,
  question,
  record,
  uint32,
} from '../../../world/messages.ts';
import { recordsOf } from './copies.ts';
import { AXFR, ID, IXFR, part, rule, soa, text, ZONE } from './zones.ts';

function reader(serial?: number, maxSize = 1 << 16) {
  return new TransferReader({ id: ID, zone: name(ZONE), serial, maxSize });
}

/** The kind of update that these answers are, or what is wrong with them. */
function read(answers: readonly (readonly Octets[])[], serial?: number): string {
  const one = reader(serial);
  for (const some of answers) {
    const wrong = one.take(part(some, serial === undefined ? AXFR : IXFR));
    if (wrong !== undefined) return wrong;
  }
  return one.update?.kind ?? 'more to come';
}

describe('transfer/transfer-reader', () => {
  it('reads a zone', () => {
    const one = reader();
    expect(one.take(part([soa(5), rule('a'), rule('B'), text('c', 'x'), soa(5)]))).to.equal(
      undefined,
    );
    const { update } = one;
    if (update?.kind !== 'whole') throw new Error(update?.kind);
    const { copy } = update;
    expect(recordsOf(copy)).to.deep.equal([
      'a.rpz.example. 5 30',
      'b.rpz.example. 5 30',
      'c.rpz.example. 16 30',
    ]);
    const { serial, refresh, retry, expire, ttl } = copy.soa;
    expect([serial, refresh, retry, expire, ttl]).to.deep.equal([5, 60, 20, 600, 30]);
    expect(copy.count).to.equal(4);
  });

  it('is over only with the closing SOA, wherever messages end', () => {
    const answers = [soa(5), rule('a'), rule('b'), soa(5)];
    for (let cut = 1; cut < answers.length; cut++) {
      const one = reader();
      expect(one.take(part(answers.slice(0, cut)))).to.equal(undefined);
      expect(one.update, String(cut)).to.equal(undefined);
      expect(one.take(part(answers.slice(cut)))).to.equal(undefined);
      expect(one.update?.kind, String(cut)).to.equal('whole');
    }
  });

  it('does without the question in later messages', () => {
    const one = reader();
    one.take(part([soa(5)]));
    const later = message({ id: ID, flags: Flag.QR, answers: [rule('a'), soa(5)] });
    expect(one.take(later)).to.equal(undefined);
    expect(one.update?.kind).to.equal('whole');
  });

  it('takes a TTL with its highest bit for 0', () => {
    const one = reader();
    one.take(part([soa(5), record(`a.${ZONE}`, 1, uint32(1), { ttl: 0x80000000 }), soa(5)]));
    if (one.update?.kind !== 'whole') throw new Error();
    expect(recordsOf(one.update.copy)).to.deep.equal(['a.rpz.example. 1 0']);
  });

  const kinds: readonly (readonly [string, number | undefined, readonly Octets[], string])[] = [
    ['an empty zone', undefined, [soa(5), soa(5)], 'whole'],
    ['an SOA below the zone', undefined, [soa(5), soa(9, `x.${ZONE}`), soa(5)], 'whole'],
    ['a zone in place of differences', 4, [soa(5), rule('a'), soa(5)], 'whole'],
    ['an empty zone in place of differences', 4, [soa(5), soa(5)], 'whole'],
    ['nothing new', 5, [soa(5)], 'unchanged'],
    ['an older serial', 5, [soa(4)], 'unchanged'],
    ['a newer serial and nothing else', 5, [soa(6)], 'more to come'],
    ['differences', 4, [soa(5), soa(4), rule('a'), soa(5), rule('b'), soa(5)], 'differences'],
    ['differences without records', 4, [soa(5), soa(4), soa(5), soa(5)], 'differences'],
    [
      'two differences',
      3,
      [soa(5), soa(3), rule('a'), soa(4), soa(4), soa(5), rule('b'), soa(5)],
      'differences',
    ],
    [
      'differences over the wrap',
      0xffffffff,
      [soa(1), soa(0xffffffff), soa(1), soa(1)],
      'differences',
    ],
    [
      'a cut before the closing SOA',
      4,
      [soa(5), soa(4), rule('a'), soa(5), rule('b')],
      'more to come',
    ],
  ];
  for (const [what, serial, answers, expected] of kinds) {
    it(`takes ${what} as ${expected}`, () => {
      expect(read([answers], serial)).to.equal(expected);
    });
  }

  const wrong: readonly (readonly [string, number | undefined, readonly Octets[], RegExp])[] = [
    ['no SOA at first', undefined, [rule('a'), soa(5)], /does not begin with the SOA/],
    [
      'another zone',
      undefined,
      [soa(5, 'other.example')],
      /^other.example. SOA is not of this zone/,
    ],
    [
      'a record of another zone',
      undefined,
      [soa(5), record('bad.example', 1, uint32(1))],
      /^bad.example. A is not of this zone/,
    ],
    [
      'a name that ends alike',
      undefined,
      [soa(5), record('xrpz.example', 1, uint32(1))],
      /not of this zone/,
    ],
    [
      'another closing serial',
      undefined,
      [soa(5), rule('a'), soa(6)],
      /begins with serial 5, ends with 6/,
    ],
    [
      'records behind the end',
      undefined,
      [soa(5), soa(5), rule('a')],
      /more behind its closing SOA/,
    ],
    [
      'another class',
      undefined,
      [soa(5), record(`a.${ZONE}`, 1, uint32(1), { rrClass: 3 })],
      /not of class IN/,
    ],
    [
      'a type for queries',
      undefined,
      [soa(5), record(`a.${ZONE}`, 255, [])],
      /a type that no zone holds/,
    ],
    [
      'a malformed record',
      undefined,
      [soa(5), record(`a.${ZONE}`, 5, [9, 9])],
      /a record that is malformed/,
    ],
    ['a malformed SOA', undefined, [record(ZONE, 6, [0, 0, 1])], /^rpz.example. SOA is malformed/],
    [
      'an address of three octets',
      undefined,
      [soa(5), record(`a.${ZONE}`, 1, [1, 2, 3])],
      /^a.rpz.example. A is malformed/,
    ],
    ['differences that go back', 4, [soa(5), soa(4), soa(3)], /from serial 4 back to 3/],
    ['differences with a gap', 3, [soa(9), soa(3), soa(4), soa(6)], /jump from serial 4 to 6/],
    [
      'differences from another serial',
      3,
      [soa(9), soa(4), soa(9)],
      /begins with serial 9, ends with 4/,
    ],
  ];
  for (const [what, serial, answers, expected] of wrong) {
    it(`says what is wrong: ${what}`, () => {
      expect(read([answers], serial)).to.match(expected);
    });
  }

  const questions = [question(ZONE, AXFR)];
  const messages: readonly (readonly [string, Uint8Array, string])[] = [
    ['a query', message({ id: ID, questions }), 'a message that answers something else'],
    [
      'another ID',
      message({ id: 8, flags: Flag.QR, questions }),
      'a message that answers something else',
    ],
    ['REFUSED', part([], AXFR, 5), 'it answers REFUSED'],
    ['NOTAUTH', part([], AXFR, 9), 'it answers NOTAUTH'],
    ['TC', message({ id: ID, flags: Flag.QR | Flag.TC, questions }), 'it answers TC by TCP'],
    ['no question', message({ id: ID, flags: Flag.QR }), 'it has another question'],
    [
      'another name',
      message({ id: ID, flags: Flag.QR, questions: [question('x', AXFR)] }),
      'it has another question',
    ],
    ['another type', part([soa(5)], IXFR), 'it has another question'],
    ['four octets', Uint8Array.of(0, ID, 0x80, 0), 'a message shorter than its header'],
    ['a record that is cut', part([soa(5)]).subarray(0, -1), 'a message that is malformed'],
  ];
  for (const [what, octets, expected] of messages) {
    it(`does not take a message: ${what}`, () => {
      const one = reader();
      expect(one.take(octets)).to.equal(expected);
      expect(one.update).to.equal(undefined);
    });
  }

  it('stops at its limit of octets', () => {
    const one = reader(undefined, 1000);
    const many = Array.from({ length: 10 }, (_, i) => rule(`a${i}`));
    expect(one.take(part([soa(5), ...many]))).to.equal(undefined);
    const later = Array.from({ length: 30 }, (_, i) => rule(`b${i}`));
    expect(one.take(part(later))).to.equal(
      'more than 1000 octets of records, the limit of maxSize',
    );
  });

  it('stops at its limit when differences never end', () => {
    const one = reader(1, 2000);
    let serial = 1;
    let wrong = one.take(part([soa(0x70000000), soa(1)], IXFR));
    for (let i = 0; wrong === undefined && i < 100; i++) {
      wrong = one.take(part([soa(++serial), soa(serial)], IXFR));
    }
    expect(wrong).to.match(/^more than 2000 octets/);
  });

  it('takes any octets', () => {
    fc.assert(
      fc.property(anyOctets, fc.option(fc.nat(9)), (any, serial) => {
        expect(reader(serial ?? undefined).take(any)).to.satisfy(
          (said: unknown) => said === undefined || typeof said === 'string',
        );
      }),
    );
  });
});
