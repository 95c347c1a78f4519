import { expect } from 'chai';
import fc from 'fast-check';
import { decodeBase64url } from '../../src/transport/base64url.ts';

const decode = (text: string) => decodeBase64url(text, 0, text.length);

describe('transport/base64url', () => {
  it('reads what Buffer writes, wherever it stands', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), fc.string(), (octets, a, b) => {
        const text = Buffer.from(octets).toString('base64url');
        const read = decodeBase64url(a + text + b, a.length, a.length + text.length);
        expect(read).to.deep.equal(Buffer.from(octets));
      }),
    );
  });

  it('reads more than there was memory for', () => {
    const octets = Buffer.alloc(70_000, 'rcode5');
    expect(decode(octets.toString('base64url'))!.equals(octets)).to.equal(true);
  });

  for (const text of ['+A', '/A', 'A=', 'AB\n', 'A', 'AAAAA', 'A\u0141', 'A\u{1f600}']) {
    it(`does not take ${JSON.stringify(text)}`, () => expect(decode(text)).to.equal(undefined));
  }
});
