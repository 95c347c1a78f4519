import { expect } from 'chai';
import fc from 'fast-check';
import {
  formatAddress,
  formatEndpoint,
  isLoopback,
  isUnspecified,
  parseAddress,
  parseEndpoint,
  readAddress,
} from '../../src/net/address.ts';

const words = (...given: number[]) => Uint32Array.from({ length: 4 }, (_, i) => given[i] ?? 0);

describe('net/address', () => {
  const addresses = [
    { text: '192.0.2.1', family: 4, words: words(0xc0000201), shown: '192.0.2.1' },
    { text: '0.0.0.0', family: 4, words: words(), shown: '0.0.0.0' },
    { text: '255.255.255.255', family: 4, words: words(0xffffffff), shown: '255.255.255.255' },
    { text: '::', family: 6, words: words(), shown: '::' },
    { text: '::1', family: 6, words: words(0, 0, 0, 1), shown: '::1' },
    {
      text: '2001:DB8:0:0:1:0:0:1',
      family: 6,
      words: words(0x20010db8, 0, 0x00010000, 1),
      shown: '2001:db8::1:0:0:1',
    },
    {
      text: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
      family: 6,
      words: words(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff),
      shown: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    },
    {
      text: '64:ff9b::192.0.2.1',
      family: 6,
      words: words(0x64ff9b, 0, 0, 0xc0000201),
      shown: '64:ff9b::c000:201',
    },
    { text: '::192.0.2.1', family: 6, words: words(0, 0, 0, 0xc0000201), shown: '::c000:201' },
    { text: '::ffff:192.0.2.1', family: 4, words: words(0xc0000201), shown: '192.0.2.1' },
    { text: '::ffff:c000:201', family: 4, words: words(0xc0000201), shown: '192.0.2.1' },
    { text: 'fe80::1%eth0', family: 6, words: words(0xfe800000, 0, 0, 1), shown: 'fe80::1' },
    { text: 'fe80::1%br-lan.7', family: 6, words: words(0xfe800000, 0, 0, 1), shown: 'fe80::1' },
  ] as const;
  for (const { text, family, words: expected, shown } of addresses) {
    it(`reads ${text} and writes ${shown}`, () => {
      expect(parseAddress(text)).to.deep.equal({ family, words: expected });
      expect(formatAddress(family, expected)).to.equal(shown);
    });
  }

  const bad = [
    '',
    ' ',
    '192.0.2',
    '192.0.2.1.1',
    '192.0.2.256',
    '192.0.2.1 ',
    '192.0.02.1',
    '0x7f.0.0.1',
    '2130706433',
    '127.1',
    '192.0.2.1%eth0',
    '192.0.2.1/32',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '::1::',
    ':1',
    '::g',
    '::12345',
    '::1%',
    'fe80::1%eth0:53',
    'fe80::1%eth0%eth1',
    'fe80::1%et h0',
    'fe80::1%a/b',
    'fe80::1%sixteen-letters.',
    '[::1]',
    '::ffff:192.0.2.256',
    'example.com',
    '%',
    'a:%:',
  ];
  for (const text of bad) {
    it(`does not read ${JSON.stringify(text)}`, () => {
      expect(parseAddress(text)).to.equal(undefined);
      expect(readAddress(text, new Uint32Array(4))).to.equal(0);
    });
  }

  it('leaves nothing of the address before', () => {
    const reused = words(1, 2, 3, 4);
    expect(readAddress('192.0.2.1', reused)).to.equal(4);
    expect(reused).to.deep.equal(words(0xc0000201));
    reused.fill(7);
    expect(readAddress('::ffff:192.0.2.1', reused)).to.equal(4);
    expect(reused).to.deep.equal(words(0xc0000201));
    reused.fill(7);
    expect(readAddress('::', reused)).to.equal(6);
    expect(reused).to.deep.equal(words());
  });

  it('reads what it writes', () => {
    fc.assert(
      fc.property(fc.uint32Array({ minLength: 4, maxLength: 4 }), (given) => {
        const ipv4 = words(given[0]!);
        expect(parseAddress(formatAddress(4, ipv4))).to.deep.equal({ family: 4, words: ipv4 });
        expect(parseAddress(formatAddress(6, given))).to.deep.equal({ family: 6, words: given });
      }),
    );
  });

  it('reads what others write', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        expect(parseAddress(text)).to.not.equal(undefined);
      }),
    );
  });

  const kinds = [
    { text: '127.0.0.1', loopback: true, unspecified: false },
    { text: '127.255.255.255', loopback: true, unspecified: false },
    { text: '128.0.0.1', loopback: false, unspecified: false },
    { text: '::1', loopback: true, unspecified: false },
    { text: '::2', loopback: false, unspecified: false },
    { text: '7f00::', loopback: false, unspecified: false },
    { text: '::ffff:127.0.0.1', loopback: true, unspecified: false },
    { text: '0.0.0.0', loopback: false, unspecified: true },
    { text: '::', loopback: false, unspecified: true },
  ];
  for (const { text, loopback, unspecified } of kinds) {
    it(`knows what ${text} stands for`, () => {
      const address = parseAddress(text)!;
      expect(isLoopback(address)).to.equal(loopback);
      expect(isUnspecified(address)).to.equal(unspecified);
    });
  }
});

describe('net/address endpoints', () => {
  const endpoints = [
    { text: '192.0.2.1:53', address: '192.0.2.1', port: 53, shown: '192.0.2.1:53' },
    { text: '[2001:DB8::1]:53', address: '2001:db8::1', port: 53, shown: '[2001:db8::1]:53' },
    { text: '[::ffff:192.0.2.1]:53', address: '192.0.2.1', port: 53, shown: '192.0.2.1:53' },
    { text: '0.0.0.0:0', address: '0.0.0.0', port: 0, shown: '0.0.0.0:0' },
    { text: '[::]:65535', address: '::', port: 65_535, shown: '[::]:65535' },
    { text: '[fe80::1%eth0]:53', address: 'fe80::1%eth0', port: 53, shown: '[fe80::1%eth0]:53' },
    { text: '[FE80:0::1%Eth0]:53', address: 'fe80::1%Eth0', port: 53, shown: '[fe80::1%Eth0]:53' },
    { text: '[fe80::1%2]:53', address: 'fe80::1%2', port: 53, shown: '[fe80::1%2]:53' },
    { text: '::ffff:192.0.2.1%eth0', address: '192.0.2.1', port: 5353, shown: '192.0.2.1:5353' },
    { text: '192.0.2.1', address: '192.0.2.1', port: 5353, shown: '192.0.2.1:5353' },
    { text: '::1', address: '::1', port: 5353, shown: '[::1]:5353' },
    { text: '[::1]', address: '::1', port: 5353, shown: '[::1]:5353' },
    {
      text: 'fe80::1%br-lan',
      address: 'fe80::1%br-lan',
      port: 5353,
      shown: '[fe80::1%br-lan]:5353',
    },
  ];
  for (const { text, address, port, shown } of endpoints) {
    it(`reads ${text} with 5353 for a port to default to, and writes ${shown}`, () => {
      const endpoint = parseEndpoint(text, 5353);
      expect(endpoint).to.deep.equal({ address, port });
      expect(formatEndpoint(endpoint!)).to.equal(shown);
    });
  }

  const bad = [
    '',
    ':53',
    '192.0.2.1:',
    '192.0.2.1:65536',
    '192.0.2.1:123456',
    '192.0.2.1:dns',
    '192.0.2.1:-1',
    '192.0.2.1: 53',
    '192.0.2.1%eth0:53',
    '::1:53:',
    '[::1',
    '::1]:53',
    '[]:53',
    '[::1]53',
    'localhost:53',
    '10.0.0.0/8:53',
  ];
  for (const text of bad) {
    it(`does not read ${JSON.stringify(text)}`, () => {
      expect(parseEndpoint(text, 5353)).to.equal(undefined);
    });
  }

  it('needs a port where there is none to default to', () => {
    for (const text of ['192.0.2.1', '::1', '[::1]']) {
      expect(parseEndpoint(text)).to.equal(undefined);
    }
  });
});
