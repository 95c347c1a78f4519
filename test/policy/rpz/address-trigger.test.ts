import { expect } from 'chai';
import fc from 'fast-check';
import { matchedOwner } from '../../../src/decision/rule-of.ts';
import { firstWords, formatPrefix, type Prefix, parsePrefix } from '../../../src/net/prefix.ts';
import { readAddressOwner } from '../../../src/policy/rpz/address-trigger.ts';
import { asked } from '../../world/asked.ts';
import { name } from '../../world/messages.ts';

/** `192.0.2.0/24`, or what is wrong with the owner. */
function read(text: string): string {
  const owner = name(text);
  const prefix = readAddressOwner(owner, owner.length - 1);
  return typeof prefix === 'string' ? prefix : formatPrefix(prefix);
}

const anyWords = fc.array(
  fc.oneof(fc.constant(0), fc.nat(0xffff), fc.integer({ min: 0, max: 0xffffffff })),
  {
    minLength: 4,
    maxLength: 4,
  },
);

/** A prefix as the configuration and zones have them: IPv4-mapped ones are IPv4. */
const anyPrefix: fc.Arbitrary<Prefix> = fc
  .tuple(fc.constantFrom(4 as const, 6 as const), anyWords, fc.integer({ min: 1, max: 128 }))
  .map(([family, given, bits]) => {
    const length = family === 4 ? Math.min(bits, 32) : bits;
    const whole = Uint32Array.from(given, (word, i) => (family === 4 && i > 0 ? 0 : word));
    const words = firstWords({ family, words: whole, length });
    return parsePrefix(formatPrefix({ family, words, length }));
  })
  .filter((prefix): prefix is Prefix => typeof prefix !== 'string' && prefix.length > 0);

describe('policy/rpz/address-trigger', () => {
  const owners: readonly (readonly [string, string])[] = [
    ['32.1.2.0.192', '192.0.2.1/32'],
    ['24.0.2.0.192', '192.0.2.0/24'],
    ['8.0.0.0.10', '10.0.0.0/8'],
    ['1.0.0.0.128', '128.0.0.0/1'],
    ['128.1.zz', '::1/128'],
    ['48.zz.1.db8.2001', '2001:db8:1::/48'],
    ['32.zz.db8.2001', '2001:db8::/32'],
    ['128.1.0.0.0.0.0.db8.2001', '2001:db8::1/128'],
    ['128.4.zz.3.0.0.db8.2001', '2001:db8::3:0:0:4/128'],
    ['128.7.6.5.4.3.2.db8.2001', '2001:db8:2:3:4:5:6:7/128'],
    ['112.zz.6.5.4.3.2.db8.2001', '2001:db8:2:3:4:5:6:0/112'],
    ['', 'no length of a prefix'],
    ['zz', 'no length of a prefix'],
    ['0.0.0.0.0', 'no length of a prefix'],
    ['024.0.2.0.192', 'no length of a prefix'],
    ['24.0.2.0.192.more', 'no address'],
    ['24', 'no address'],
    ['24.2.0.192', 'no address'],
    ['33.1.2.0.192', 'no prefix'],
    ['24.1.2.0.256', 'no prefix'],
    ['24.00.2.0.192', 'no address'],
    ['24.1.2.0.192', 'bits behind the length'],
    ['47.zz.1.db8.2001', 'bits behind the length'],
    ['129.zz.1.db8.2001', 'no prefix'],
    ['48.zz.1.zz.2001', 'no address'],
    ['48.1.2.3.4.5.6.7', 'no address'],
    ['48.zz.1.2.3.4.5.6.7.8', 'no address'],
    ['48.zz.01.db8.2001', 'no address'],
    ['48.zz.g.db8.2001', 'no address'],
    ['48.zz.12345.db8.2001', 'no address'],
  ];
  for (const [owner, expected] of owners) {
    it(`reads "${owner}" as ${expected}`, () => {
      expect(read(owner)).to.equal(expected);
    });
  }

  it('reads back the owner that a record shows for a prefix', () => {
    fc.assert(
      fc.property(anyPrefix, fc.constantFrom('client-ip', 'response-ip'), (prefix, trigger) => {
        const query = asked('www.example');
        Object.assign(query.match, { trigger, prefix });
        const owner = matchedOwner(query).replace(/\.rpz-(?:client-)?ip$/, '');
        expect(read(owner)).to.equal(formatPrefix(prefix));
      }),
      { numRuns: 1000 },
    );
  });

  it('takes any labels', () => {
    const anyLabel = fc.oneof(
      fc.constantFrom('zz', '0', '1', '24', '128', 'db8', 'ffff'),
      fc
        .string({ minLength: 1, maxLength: 5 })
        .filter((text) => /^[\x21-\x2d\x2f-\x7e]+$/.test(text)),
    );
    fc.assert(
      fc.property(fc.array(anyLabel, { maxLength: 10 }), (labels) => {
        expect(read(labels.join('.'))).to.be.a('string');
      }),
    );
  });
});
