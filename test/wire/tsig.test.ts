import { expect } from 'chai';
import fc from 'fast-check';
import {
  createTsigKey,
  leastMacLength,
  readTsig,
  signMessage,
  TSIG_ALGORITHMS,
  type TsigAlgorithm,
  wholeMacLength,
} from '../../src/wire/tsig.ts';
import { anyOctets } from '../world/arbitraries.ts';
import { message, name, octets, opt, question, record, TYPE } from '../world/messages.ts';
import { SECRET, signed, TIME } from '../world/tsig.ts';

const QUERY = message({ id: 7, questions: [question('rpz.example', TYPE.SOA)] });

function key(algorithm: TsigAlgorithm = 'hmac-sha256', macLength?: number) {
  return createTsigKey(name('Vendor-Key'), algorithm, SECRET, macLength);
}

describe('wire/tsig', () => {
  const algorithms: readonly (readonly [TsigAlgorithm, string, string, number, number])[] = [
    ['hmac-md5', 'hmac-md5.sig-alg.reg.int', 'md5', 16, 10],
    ['hmac-sha1', 'hmac-sha1', 'sha1', 20, 10],
    ['hmac-sha224', 'hmac-sha224', 'sha224', 28, 14],
    ['hmac-sha256', 'hmac-sha256', 'sha256', 32, 16],
    ['hmac-sha384', 'hmac-sha384', 'sha384', 48, 24],
    ['hmac-sha512', 'hmac-sha512', 'sha512', 64, 32],
  ];
  for (const [algorithm, wire, hash, length, least] of algorithms) {
    it(`signs with ${algorithm}: ${length} octets, ${least} at least`, () => {
      expect(wholeMacLength(algorithm)).to.equal(length);
      expect(leastMacLength(algorithm)).to.equal(least);
      const expected = signed(QUERY, { algorithm: wire, hash });
      expect(signMessage(QUERY, key(algorithm), { time: TIME })).to.deep.equal(expected);
      expect(expected.mac).to.have.lengthOf(length);
    });
  }

  it('has no other algorithms', () => {
    expect(TSIG_ALGORITHMS).to.deep.equal(algorithms.map(([algorithm]) => algorithm));
  });

  it('signs an answer together with the MAC of its request', () => {
    const prior = Uint8Array.of(1, 2, 3);
    const made = signMessage(QUERY, key(), { time: TIME, prior });
    expect(made).to.deep.equal(signed(QUERY, { prior }));
  });

  it('signs with an error and other data', () => {
    const other = Uint8Array.of(0, 0, 1, 2, 3, 4);
    const made = signMessage(QUERY, key(), { time: TIME, error: 18, other });
    expect(made).to.deep.equal(signed(QUERY, { error: 18, other }));
  });

  it('sends as many octets of the MAC as its key says', () => {
    const made = signMessage(QUERY, key('hmac-sha256', 16), { time: TIME });
    expect(made).to.deep.equal(signed(QUERY, { macLength: 16 }));
  });

  it('signs behind an OPT record, and after the year 2106', () => {
    const query = message({ questions: [question('rpz.example')], additionals: [opt()] });
    const time = 2 ** 33 + 5;
    expect(signMessage(query, key(), { time })).to.deep.equal(signed(query, { time }));
  });

  it('reads what a record says', () => {
    const other = Uint8Array.of(9, 8);
    const { octets: whole, mac } = signed(QUERY, { key: 'VENDOR-key', error: 17, other });
    expect(readTsig(whole, whole.length)).to.deep.equal({
      at: QUERY.length,
      keyName: name('vendor-key'),
      algorithmName: name('hmac-sha256'),
      time: TIME,
      fudge: 300,
      mac,
      originalId: 7,
      error: 17,
      other,
    });
  });

  it('finds no record in a message without one', () => {
    expect(readTsig(QUERY, QUERY.length)).to.equal(undefined);
  });

  const tsig = signed(QUERY).octets.subarray(QUERY.length);
  const rdata = tsig.subarray(name('vendor-key').length + 10);
  const malformed: readonly (readonly [string, Uint8Array])[] = [
    ['twice', message({ additionals: [tsig, tsig] })],
    ['before another record', message({ additionals: [tsig, opt()] })],
    ['in the answer section', message({ answers: [tsig] })],
    ['of class IN', message({ additionals: [record('k', TYPE.TSIG, rdata, { ttl: 0 })] })],
    ['with a TTL', message({ additionals: [record('k', TYPE.TSIG, rdata, { rrClass: 255 })] })],
    ...[0, 5, 13, 20, 30, rdata.length - 1].map((length) => {
      const cut = record('k', TYPE.TSIG, rdata.subarray(0, length), { ttl: 0, rrClass: 255 });
      return [`cut to ${length} octets`, message({ additionals: [cut] })] as const;
    }),
    [
      'with octets behind it',
      message({
        additionals: [record('k', TYPE.TSIG, octets(rdata, [0]), { ttl: 0, rrClass: 255 })],
      }),
    ],
  ];
  for (const [what, octetsOf] of malformed) {
    it(`says that a record is malformed: ${what}`, () => {
      expect(readTsig(octetsOf, octetsOf.length)).to.equal('malformed');
    });
  }

  it('takes any octets', () => {
    fc.assert(
      fc.property(anyOctets, (any) => {
        const found = readTsig(any, any.length);
        if (typeof found === 'object') expect(found.at).to.be.lessThan(any.length);
      }),
    );
  });
});
