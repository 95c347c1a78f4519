import { expect } from 'chai';
import { createTsigKey } from '../../src/wire/tsig.ts';
import { checkRequest, SignedAnswer, sealReply } from '../../src/wire/tsig-check.ts';
import { Flag, message, name, octets, question, TYPE, uint32 } from '../world/messages.ts';
import { SECRET, type SignatureParts, signed, TIME } from '../world/tsig.ts';

const KEY = createTsigKey(name('vendor-key'), 'hmac-sha256', SECRET);
const SHORT = createTsigKey(name('vendor-key'), 'hmac-sha256', SECRET, 16);
const REQUEST = message({ id: 7, opcode: 4, questions: [question('rpz.example', TYPE.SOA)] });
const REPLY = message({ id: 7, flags: Flag.QR, opcode: 4 });
const OTHER_SECRET = SECRET.toReversed();

describe('wire/tsig-check', () => {
  const requests: readonly (readonly [string, SignatureParts, string | number, typeof KEY?])[] = [
    ['a good signature', {}, 0],
    ['a key in capital letters', { key: 'vendor-key' }, 0],
    ['a clock at the edge', { time: TIME - 300 }, 0],
    ['a clock before it', { time: TIME - 301 }, 18],
    ['a clock behind it', { time: TIME + 301 }, 18],
    ['a small fudge', { time: TIME - 2, fudge: 1 }, 18],
    ['another secret', { secret: OTHER_SECRET }, 16],
    ['another key', { key: 'other-key' }, 17],
    ['another algorithm', { algorithm: 'hmac-sha512', hash: 'sha512' }, 17],
    ['a short MAC', { macLength: 16 }, 22],
    ['a MAC of the length that is allowed', { macLength: 16 }, 0, SHORT],
    ['a whole MAC where a short one is allowed', {}, 0, SHORT],
    ['a MAC below half of the whole', { macLength: 15 }, 'malformed', SHORT],
    ['a MAC that is too long', { mac: new Uint8Array(33) }, 'malformed'],
    ['no MAC', { mac: [] }, 'malformed'],
    ['a short MAC by another secret', { macLength: 16, secret: OTHER_SECRET }, 16],
    ['a wrong clock and another secret', { time: 0, secret: OTHER_SECRET }, 16],
  ];
  for (const [what, parts, finding, key = KEY] of requests) {
    it(`finds ${finding} in a request with ${what}`, () => {
      const { octets: whole } = signed(REQUEST, parts);
      expect(checkRequest(whole, whole.length, [key], TIME).finding).to.equal(finding);
    });
  }

  it('checks a request whose ID a forwarder has changed', () => {
    const { octets: whole } = signed(REQUEST);
    whole[0] = 0x99;
    expect(checkRequest(whole, whole.length, [KEY], TIME).finding).to.equal(0);
  });

  it('finds any change of a request', () => {
    const { octets: whole } = signed(REQUEST);
    for (let at = 2; at < REQUEST.length - 4; at++) {
      const changed = whole.slice();
      changed[at]! ^= 1;
      expect(checkRequest(changed, whole.length, [KEY], TIME).finding, String(at)).not.to.equal(0);
    }
  });

  const unsignedError = (error: number, parts: SignatureParts) =>
    signed(REPLY, { ...parts, error, mac: [] });
  const now = octets([0, 0], uint32(TIME));
  const replies: readonly (readonly [string, SignatureParts, (mac: Uint8Array) => Uint8Array])[] = [
    ['a good request', {}, (prior) => signed(REPLY, { prior }).octets],
    ['BADKEY', { key: 'other' }, () => unsignedError(17, { key: 'other' }).octets],
    ['BADSIG', { secret: OTHER_SECRET }, () => unsignedError(16, {}).octets],
    [
      'BADTIME',
      { time: 5 },
      (prior) => signed(REPLY, { prior, time: 5, error: 18, other: now }).octets,
    ],
    ['BADTRUNC', { macLength: 16 }, (prior) => signed(REPLY, { prior, error: 22 }).octets],
    ['no sound record', { mac: [] }, () => REPLY],
  ];
  for (const [what, parts, expected] of replies) {
    it(`seals the reply to ${what}`, () => {
      const { octets: whole, mac } = signed(REQUEST, parts);
      const checked = checkRequest(whole, whole.length, [KEY], TIME);
      expect(sealReply(REPLY, checked, TIME)).to.deep.equal(expected(mac));
    });
  }
});

describe('wire/tsig-check SignedAnswer', () => {
  const requestMac = Uint8Array.of(1, 2, 3, 4);
  const part = (id: number) => message({ id, flags: Flag.QR });

  function answer() {
    return new SignedAnswer(KEY, requestMac);
  }

  it('takes messages that are all signed', () => {
    const one = answer();
    const first = signed(part(1), { prior: requestMac });
    const second = signed(part(2), { prior: first.mac, timersOnly: true });
    expect(one.isProven).to.equal(false);
    expect(one.take(first.octets, TIME)).to.equal(undefined);
    expect(one.take(second.octets, TIME)).to.equal(undefined);
    expect(one.isProven).to.equal(true);
  });

  it('takes 99 messages without a signature between two with one', () => {
    const one = answer();
    const first = signed(part(1), { prior: requestMac });
    expect(one.take(first.octets, TIME)).to.equal(undefined);
    const between = Array.from({ length: 99 }, (_, i) => part(i));
    for (const unsigned of between) expect(one.take(unsigned, TIME)).to.equal(undefined);
    expect(one.isProven).to.equal(false);
    const last = signed(part(100), { prior: first.mac, between, timersOnly: true });
    expect(one.take(last.octets, TIME)).to.equal(undefined);
    expect(one.isProven).to.equal(true);
  });

  it('does not take a hundred without a signature', () => {
    const one = answer();
    one.take(signed(part(1), { prior: requestMac }).octets, TIME);
    for (let i = 0; i < 99; i++) one.take(part(i), TIME);
    expect(one.take(part(100), TIME)).to.equal(
      '100 messages without a signature; expect 99 at most',
    );
  });

  it('finds a message that was left out or put in between', () => {
    const one = answer();
    const first = signed(part(1), { prior: requestMac });
    one.take(first.octets, TIME);
    one.take(part(3), TIME);
    const last = signed(part(4), { prior: first.mac, between: [part(2)], timersOnly: true });
    expect(one.take(last.octets, TIME)).to.match(/^BADSIG: the signature is wrong/);
  });

  const firsts: readonly (readonly [string, SignatureParts, RegExp])[] = [
    ['another secret', { secret: OTHER_SECRET }, /^BADSIG: .*secrets may differ.*vendor-key\.$/],
    ['the MAC of another request', { prior: [9] }, /^BADSIG/],
    ['a wrong clock', { time: TIME - 400 }, /^BADTIME: the clocks differ/],
    ['a short MAC', { macLength: 16 }, /^BADTRUNC: .* shorter than is allowed/],
    ['no MAC', { mac: [] }, /^BADSIG/],
    [
      'another key',
      { key: 'other' },
      /^it is signed by other\., another key; expect vendor-key\.$/,
    ],
    ['BADKEY', { error: 17, mac: [] }, /^it answers BADKEY to a request signed by vendor-key\.$/],
    ['BADTIME', { error: 18, other: [0, 0, 0, 0, 0, 0] }, /^it answers BADTIME/],
  ];
  for (const [what, parts, expected] of firsts) {
    it(`says what is wrong with a first message that has ${what}`, () => {
      const { octets: whole } = signed(part(1), { prior: requestMac, ...parts });
      expect(answer().take(whole, TIME)).to.match(expected);
    });
  }

  it('wants the first message signed', () => {
    const expected = 'it is not signed; expect a signature by vendor-key.';
    expect(answer().take(part(1), TIME)).to.equal(expected);
  });
});
