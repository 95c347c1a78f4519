import { expect } from 'chai';
import { HEADER_LENGTH } from '../../src/wire/header.ts';
import { readNsid } from '../../src/wire/nsid.ts';
import { formatRequest } from '../../src/wire/request.ts';
import { message, opt, option } from '../world/messages.ts';

const NSID = 3;

describe('wire/nsid', () => {
  const texts = [
    { what: 'text', data: [0x6e, 0x73, 0x31], says: 'ns1' },
    { what: 'other octets', data: [0, 255], says: '00ff' },
    { what: 'nothing', data: [], says: undefined },
  ];
  for (const { what, data, says } of texts) {
    it(`reads ${what} as ${says}`, () => {
      const octets = message({ additionals: [opt({ options: [option(NSID, data)] })] });
      expect(readNsid(octets, HEADER_LENGTH)).to.equal(says);
    });
  }

  it('reads none where there is no option, or no OPT record', () => {
    const octets = message({ additionals: [opt()] });
    expect(readNsid(octets, HEADER_LENGTH)).to.equal(undefined);
    expect(readNsid(octets, 0)).to.equal(undefined);
  });

  it('is asked for with an empty option (RFC 5001 section 2.1)', () => {
    const name = Uint8Array.of(1, 0x61, 0);
    const plain = formatRequest({ id: 1, name, type: 16, rrClass: 3 });
    const asking = formatRequest({ id: 1, name, type: 16, rrClass: 3, nsid: true });
    const optAt = plain.length - 11;
    expect([...asking.subarray(-4)]).to.deep.equal([0, NSID, 0, 0]);
    expect(asking.length).to.equal(plain.length + 4);
    // RDLENGTH.
    expect([...asking.subarray(optAt + 9, optAt + 11)]).to.deep.equal([0, 4]);
  });
});
