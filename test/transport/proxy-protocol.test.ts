import { expect } from 'chai';
import fc from 'fast-check';
import { readAddress } from '../../src/net/address.ts';
import {
  INCOMPLETE,
  INVALID,
  MAX_HEADER,
  ProxyHeader,
} from '../../src/transport/proxy-protocol.ts';
import { ascii, octets } from '../world/messages.ts';
import { binaryHeader, CLIENT_4, CLIENT_6, tlv, withChecksum } from '../world/proxy-header.ts';

const BEHIND = ascii('\0\x1dthe query');

/** What the header says; a word when it is none. */
function read(given: Uint8Array): unknown {
  const header = new ProxyHeader(readAddress);
  const length = header.parse(given);
  if (length === INCOMPLETE) return 'incomplete';
  if (length === INVALID) return 'invalid';
  if (header.isLocal) return { length };
  const { family, address, port } = header;
  return { length, family, address: [...address], port };
}

const TEXT_4 = ascii('PROXY TCP4 192.0.2.7 198.51.100.1 56324 53\r\n');
const TEXT_6 = ascii('PROXY TCP6 2001:db8::7 2001:db8::53 56324 53\r\n');
const V4 = { family: 4, address: [0xc0000207, 0, 0, 0], port: 56_324 };
const V6 = { family: 6, address: [0x20010db8, 0, 0, 7], port: 56_324 };

const HEADERS = [
  { what: 'version 1 for IPv4', header: TEXT_4, says: V4 },
  { what: 'version 1 for IPv6', header: TEXT_6, says: V6 },
  { what: 'version 1 for nobody', header: ascii('PROXY UNKNOWN\r\n'), says: {} },
  {
    what: 'version 1 for an unknown protocol, with something behind it',
    header: ascii('PROXY UNKNOWN ffff::ffff whatever 65535\r\n'),
    says: {},
  },
  { what: 'version 2 for IPv4 by TCP', header: binaryHeader({ addresses: CLIENT_4 }), says: V4 },
  {
    what: 'version 2 for IPv4 by UDP',
    header: binaryHeader({ family: 0x12, addresses: CLIENT_4 }),
    says: V4,
  },
  {
    what: 'version 2 for IPv6 by TCP',
    header: binaryHeader({ family: 0x21, addresses: CLIENT_6 }),
    says: V6,
  },
  {
    what: 'version 2 for IPv6 by UDP',
    header: binaryHeader({ family: 0x22, addresses: CLIENT_6 }),
    says: V6,
  },
  {
    what: 'version 2 for an IPv4-mapped address, which is the IPv4 address',
    header: binaryHeader({
      family: 0x21,
      addresses: octets(
        new Uint8Array(10),
        [0xff, 0xff, 192, 0, 2, 7],
        new Uint8Array(16),
        [0xdc, 4, 0, 53],
      ),
    }),
    says: V4,
  },
  { what: 'version 2, LOCAL', header: binaryHeader({ command: 0x20, family: 0 }), says: {} },
  {
    what: 'version 2, LOCAL with addresses and what does not add up',
    header: binaryHeader({ command: 0x20, addresses: octets(CLIENT_4, [3, 0]) }),
    says: {},
  },
  { what: 'version 2, UNSPEC', header: binaryHeader({ family: 0 }), says: {} },
  {
    what: 'version 2 with additions',
    header: binaryHeader({
      addresses: octets(CLIENT_4, tlv(4, [0, 0]), tlv(0xea, ascii('vpce-1'))),
    }),
    says: V4,
  },
  { what: 'version 2 with a checksum', header: withChecksum(CLIENT_4), says: V4 },
] as const;

describe('transport/proxy-protocol', () => {
  for (const { what, header, says } of HEADERS) {
    it(`reads a header of ${what}`, () => {
      expect(read(octets(header, BEHIND))).to.deep.equal({ length: header.length, ...says });
    });

    it(`wants more of a header of ${what}, wherever it is cut`, () => {
      for (let end = 0; end < header.length; end++) {
        expect(read(header.subarray(0, end)), `${end} octets`).to.equal('incomplete');
      }
    });
  }

  const query = octets([0, 29], [0x12, 0x34, 1, 0, 0, 1]);
  const wrong = [
    { what: 'a query', header: query },
    { what: 'one octet of something else', header: [0x16] },
    { what: 'a word that begins alike', header: ascii('PROXIES') },
    { what: 'version 1 with two spaces', header: text('TCP4 192.0.2.7  192.0.2.1 1 2') },
    { what: 'version 1 with IPv6 for IPv4', header: text('TCP4 2001:db8::1 2001:db8::2 1 2') },
    { what: 'version 1 with IPv4 for IPv6', header: text('TCP6 192.0.2.7 192.0.2.1 1 2') },
    { what: 'version 1 with an octal address', header: text('TCP4 192.0.2.07 192.0.2.1 1 2') },
    {
      what: 'version 1 with a mapped address for IPv4',
      header: text('TCP4 ::ffff:192.0.2.7 192.0.2.1 1 2'),
    },
    { what: 'version 1 with a zone', header: text('TCP6 fe80::1%1 fe80::2 1 2') },
    { what: 'version 1 with too great a port', header: text('TCP4 192.0.2.7 192.0.2.1 65536 2') },
    { what: 'version 1 with a zero before a port', header: text('TCP4 192.0.2.7 192.0.2.1 01 2') },
    { what: 'version 1 with a wrong destination', header: text('TCP4 192.0.2.7 192.0.2 1 2') },
    { what: 'version 1 without ports', header: text('TCP4 192.0.2.7 192.0.2.1') },
    { what: 'version 1 with a third port', header: text('TCP4 192.0.2.7 192.0.2.1 1 2 3') },
    { what: 'version 1 of another protocol', header: text('UDP4 192.0.2.7 192.0.2.1 1 2') },
    { what: 'version 1 of a word that begins with UNKNOWN', header: text('UNKNOWNS') },
    { what: 'version 1 without a carriage return', header: ascii('PROXY UNKNOWN\n') },
    { what: 'version 1 that goes on and on', header: ascii(`PROXY UNKNOWN ${'x'.repeat(93)}`) },
    { what: 'version 3', header: binaryHeader({ command: 0x31, addresses: CLIENT_4 }) },
    { what: 'another command', header: binaryHeader({ command: 0x22, addresses: CLIENT_4 }) },
    {
      what: 'a unix socket',
      header: binaryHeader({ family: 0x31, addresses: new Uint8Array(216) }),
    },
    { what: 'an unknown family', header: binaryHeader({ family: 0x41, addresses: CLIENT_4 }) },
    { what: 'an unknown transport', header: binaryHeader({ family: 0x13, addresses: CLIENT_4 }) },
    {
      what: 'IPv4 without a transport',
      header: binaryHeader({ family: 0x10, addresses: CLIENT_4 }),
    },
    { what: 'too few octets for IPv4', header: binaryHeader({ addresses: CLIENT_4.subarray(1) }) },
    {
      what: 'too few octets for IPv6',
      header: binaryHeader({ family: 0x21, addresses: CLIENT_4 }),
    },
    {
      what: 'an addition that is cut',
      header: binaryHeader({ addresses: octets(CLIENT_4, [4, 0]) }),
    },
    {
      what: 'an addition that reaches too far',
      header: binaryHeader({ addresses: octets(CLIENT_4, [4, 0, 2, 0]) }),
    },
    { what: 'a wrong checksum', header: withChecksum(CLIENT_4).with(-1, 0xee) },
    {
      what: 'a checksum of another length',
      header: binaryHeader({ addresses: octets(CLIENT_4, tlv(3, [1, 2])) }),
    },
    {
      what: 'more than a header may have',
      header: binaryHeader({ addresses: octets(CLIENT_4, tlv(4, new Uint8Array(MAX_HEADER))) }),
    },
  ];
  for (const { what, header } of wrong) {
    it(`takes ${what} for no header`, () => {
      expect(read(Uint8Array.from(header))).to.equal('invalid');
    });
  }

  it('says so as soon as it can', () => {
    expect(read(binaryHeader({ command: 0x31 }).subarray(0, 16))).to.equal('invalid');
    expect(read(ascii('PROXY TCP4').with(3, 0x20))).to.equal('invalid');
  });

  it('never reads past what is there, whatever that is', () => {
    const start = fc.constantFrom(
      binaryHeader({ addresses: CLIENT_4 }),
      binaryHeader({ family: 0x21, addresses: CLIENT_6 }),
      withChecksum(CLIENT_6, 0x21),
      TEXT_4,
      TEXT_6,
    );
    const changes = fc.array(fc.tuple(fc.nat({ max: 64 }), fc.nat({ max: 255 })), { maxLength: 4 });
    fc.assert(
      fc.property(start, changes, fc.uint8Array({ maxLength: 40 }), (header, list, behind) => {
        const given = octets(header, behind);
        for (const [at, value] of list) given[at % given.length] = value;
        const length = new ProxyHeader(readAddress).parse(given);
        expect(length).to.be.within(INVALID, given.length);
        if (length <= 0) return;
        // What follows a header changes nothing of it.
        expect(read(given)).to.deep.equal(read(given.subarray(0, length)));
      }),
      { numRuns: 500 },
    );
  });
});

function text(words: string): Uint8Array {
  return ascii(`PROXY ${words}\r\n`);
}
