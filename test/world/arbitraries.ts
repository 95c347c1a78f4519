/** Random names and messages for property tests, built by hand like those of `messages.ts`. */

import fc from 'fast-check';
import { message, octets, opt, option, question, record, TO_QUESTION } from './messages.ts';

/** A name in wire format, whatever octets its labels hold. */
export const anyName: fc.Arbitrary<Uint8Array> = fc
  .array(fc.uint8Array({ minLength: 1, maxLength: 63 }), { maxLength: 8 })
  .map((labels) => {
    const fitting = [...labels];
    while (fitting.reduce((length, label) => length + label.length + 1, 1) > 255) fitting.pop();
    return octets(...fitting.map((label) => [label.length, ...label]), [0]);
  });

/** A 16-bit number. */
export const anyUint16: fc.Arbitrary<number> = fc.integer({ min: 0, max: 0xffff });

const anyRecord = fc
  .tuple(fc.oneof(anyName, fc.constant(TO_QUESTION)), anyUint16, fc.uint8Array({ maxLength: 40 }))
  .map(([owner, type, rdata]) => record(owner, type, rdata));

const anyOpt = fc
  .record({
    payload: anyUint16,
    version: fc.nat(255),
    dnssecOk: fc.boolean(),
    options: fc.array(
      fc
        .tuple(fc.nat(20), fc.uint8Array({ maxLength: 20 }))
        .map(([code, data]) => option(code, data)),
      { maxLength: 3 },
    ),
  })
  .map(opt);

/** A well-formed message with one question, records and perhaps an OPT record. */
export const anyMessage: fc.Arbitrary<Uint8Array> = fc
  .record({
    id: anyUint16,
    flags: anyUint16,
    questions: fc.tuple(anyName, anyUint16, anyUint16).map((parts) => [question(...parts)]),
    answers: fc.array(anyRecord, { maxLength: 2 }),
    authorities: fc.array(anyRecord, { maxLength: 2 }),
    additionals: fc
      .tuple(fc.array(anyRecord, { maxLength: 2 }), fc.option(anyOpt))
      .map(([records, last]) => (last === null ? records : [...records, last])),
  })
  .map(message);

/** Octets that are a header at least: at random, or a message with a few octets changed or cut. */
export const anyOctets: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ minLength: 12, maxLength: 300 }),
  fc
    .tuple(anyMessage, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat())
    .map(([whole, changes, cut]) => {
      const changed = whole.slice(0, Math.max(12, whole.length - (cut % (2 * whole.length))));
      for (const [at, octet] of changes) changed[at % changed.length] = octet;
      return changed;
    }),
);
