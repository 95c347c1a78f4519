import { expect } from 'chai';
import {
  AA,
  AD,
  CD,
  hasFlag,
  hasFlag2,
  id,
  isResponse,
  opcode,
  RA,
  RD,
  rcode,
  readUint16,
  readUint32,
  setId,
  TC,
  writeResponseHeader,
  writeUint16,
  writeUint32,
} from '../../src/wire/header.ts';
import { Flag, message } from '../world/messages.ts';

describe('wire/header', () => {
  it('reads every field in its place', () => {
    const octets = message({ id: 0xabcd, flags: Flag.QR | Flag.RD, opcode: 5, rcode: 9 });
    expect(id(octets)).to.equal(0xabcd);
    expect(isResponse(octets)).to.equal(true);
    expect(opcode(octets)).to.equal(5);
    expect(rcode(octets)).to.equal(9);
  });

  const thirdOctet = { AA, TC, RD } as const;
  for (const [name, bit] of Object.entries(thirdOctet)) {
    it(`reads ${name} where RFC 1035 puts it`, () => {
      const flag = Flag[name as keyof typeof thirdOctet];
      expect(hasFlag(message({ flags: flag }), bit)).to.equal(true);
      expect(hasFlag(message({ flags: 0xffff & ~flag }), bit)).to.equal(false);
    });
  }

  const fourthOctet = { RA, AD, CD } as const;
  for (const [name, bit] of Object.entries(fourthOctet)) {
    it(`reads ${name} where RFC 4035 puts it`, () => {
      const flag = Flag[name as keyof typeof fourthOctet];
      expect(hasFlag2(message({ flags: flag }), bit)).to.equal(true);
      expect(hasFlag2(message({ flags: 0xffff & ~flag }), bit)).to.equal(false);
    });
  }

  it('keeps ID, OPCODE, RD and CD of the query in a response, and nothing else', () => {
    const octets = message({ id: 7, flags: 0x87ff, counts: [1, 2, 3, 4] });
    writeResponseHeader(octets, 5, AA, RA);
    const kept = Flag.QR | Flag.AA | Flag.RD | Flag.RA | Flag.CD;
    expect(octets).to.deep.equal(message({ id: 7, flags: kept, rcode: 5 }));
  });

  it('does not keep CD of what is no lookup', () => {
    for (const opcode of [1, 2, 4, 5, 6, 15]) {
      const octets = message({ id: 7, flags: 0x07ff, opcode, counts: [1, 2, 3, 4] });
      writeResponseHeader(octets, 5, AA, RA);
      const kept = Flag.QR | Flag.AA | Flag.RD | Flag.RA;
      expect(octets).to.deep.equal(message({ id: 7, flags: kept, opcode, rcode: 5 }));
    }
  });

  it('reads and writes numbers in network order', () => {
    const octets = new Uint8Array(8);
    writeUint16(octets, 0, 0xfedc);
    writeUint32(octets, 2, 0xfedcba98);
    setId(octets, 0x0102);
    expect([...octets]).to.deep.equal([1, 2, 0xfe, 0xdc, 0xba, 0x98, 0, 0]);
    expect(readUint16(octets, 2)).to.equal(0xfedc);
    expect(readUint32(octets, 2)).to.equal(0xfedcba98);
  });
});
