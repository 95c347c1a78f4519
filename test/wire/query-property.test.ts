import { expect } from 'chai';
import fc from 'fast-check';
import { lowerName } from '../../src/wire/name.ts';
import { Malformed, Query } from '../../src/wire/query.ts';
import { anyName, anyOctets, anyUint16 } from '../world/arbitraries.ts';
import { message, octets, question } from '../world/messages.ts';

/** All that a query says, apart from the octets it was read from. */
function factsOf({ name, labelAt, hashes, cookie, message: _, match: __, ...rest }: Query) {
  const { nameLength, labels, cookieLength } = rest;
  const suffixes = nameLength === 0 ? 0 : labels + 1;
  return {
    ...rest,
    name: [...name.subarray(0, nameLength)],
    labelAt: [...labelAt.subarray(0, suffixes)],
    hashes: [...hashes.subarray(0, suffixes)],
    cookie: [...cookie.subarray(0, Math.max(cookieLength, 0))],
  };
}

function parse(message: Uint8Array, length: number) {
  const query = new Query();
  query.parse(message, length);
  return query;
}

describe('wire/query on any octets', () => {
  it('never throws and stays within the message', () => {
    fc.assert(
      fc.property(anyOctets, (message) => {
        const { malformed, questionEnd, nameLength, labels, optAt, limit } = parse(
          message,
          message.length,
        );
        expect(Object.values(Malformed)).to.include(malformed);
        expect(questionEnd).to.be.within(12, message.length);
        expect(nameLength).to.be.within(0, 255);
        expect(labels).to.be.within(0, 127);
        expect(optAt).to.be.within(0, message.length);
        expect(limit).to.be.within(512, 1232);
      }),
    );
  });

  it('reads nothing behind the length it is given', () => {
    fc.assert(
      fc.property(anyOctets, fc.uint8Array({ minLength: 40, maxLength: 40 }), (message, behind) => {
        const alone = parse(message, message.length);
        const inBuffer = parse(octets(message, behind), message.length);
        expect(factsOf(inBuffer)).to.deep.equal(factsOf(alone));
      }),
    );
  });

  it('reads the same in a view that read something else before', () => {
    const reused = new Query();
    fc.assert(
      fc.property(anyOctets, (message) => {
        reused.parse(message, message.length);
        expect(factsOf(reused)).to.deep.equal(factsOf(parse(message, message.length)));
      }),
    );
  });

  it('changes no octet', () => {
    fc.assert(
      fc.property(anyOctets, (message) => {
        const before = message.slice();
        parse(message, message.length);
        expect(message).to.deep.equal(before);
      }),
    );
  });

  it('reads any question', () => {
    fc.assert(
      fc.property(anyName, anyUint16, anyUint16, (name, qtype, qclass) => {
        const asked = message({ questions: [question(name, qtype, qclass)] });
        const query = parse(asked, asked.length);
        expect(query).to.include({ malformed: Malformed.NONE, qtype, qclass });
        expect(query.name.subarray(0, query.nameLength)).to.deep.equal(lowerName(name));
      }),
    );
  });
});
