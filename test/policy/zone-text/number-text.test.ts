import { expect } from 'chai';
import { readNumber, readSeconds } from '../../../src/policy/zone-text/number-text.ts';
import { ascii } from '../../world/messages.ts';

const times = [
  { text: '0', seconds: 0 },
  { text: '300', seconds: 300 },
  { text: '4294967295', seconds: 4_294_967_295 },
  { text: '30s', seconds: 30 },
  { text: '1h30m', seconds: 5400 },
  { text: '2D', seconds: 172_800 },
  { text: '1w2d3h4m5s', seconds: 788_645 },
  { text: '', seconds: -1 },
  { text: 'h', seconds: -1 },
  { text: '1h30', seconds: -1 },
  { text: '1hm', seconds: -1 },
  { text: '1y', seconds: -1 },
  { text: '-1', seconds: -1 },
  { text: '4294967296', seconds: -1 },
  { text: '7102w', seconds: -1 },
  { text: '9'.repeat(400), seconds: -1 },
];

describe('policy/rpz/number-text', () => {
  for (const { text, seconds } of times) {
    it(`reads "${text.slice(0, 20)}" as ${seconds} seconds`, () => {
      expect(readSeconds(ascii(text), 0, text.length)).to.equal(seconds);
    });
  }

  it('reads a part of a text', () => {
    expect(readSeconds(ascii('a 1m b'), 2, 4)).to.equal(60);
    expect(readNumber(ascii('12345'), 1, 4)).to.equal(234);
    expect(readNumber(ascii('12345'), 1, 1)).to.equal(-1);
  });
});
