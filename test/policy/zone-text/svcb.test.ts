import { expect } from 'chai';
import { parseRecordText } from '../../../src/policy/zone-text/rdata.ts';
import { ascii, name, octets, uint16, uint32 } from '../../world/messages.ts';

const param = (key: number, value: Uint8Array) => octets(uint16(key), uint16(value.length), value);

const H2 = param(1, octets([2], ascii('h2')));

describe('policy/rpz/svcb', () => {
  const texts: readonly (readonly [string, Uint8Array])[] = [
    ['HTTPS 0 pool.example.', octets(uint16(0), name('pool.example'))],
    ['HTTPS 1 . alpn=h2', octets(uint16(1), [0], H2)],
    ['SVCB 1 svc.example. alpn="h2"', octets(uint16(1), name('svc.example'), H2)],
    [
      'HTTPS 1 . alpn=h2,h3 port=8443',
      octets(
        uint16(1),
        [0],
        param(1, octets([2], ascii('h2'), [2], ascii('h3'))),
        param(3, uint16(8443)),
      ),
    ],
    [
      'HTTPS 1 . ipv6hint=2001:db8::1 ipv4hint="192.0.2.1,192.0.2.2" no-default-alpn alpn=h2',
      octets(
        uint16(1),
        [0],
        H2,
        param(2, octets()),
        param(4, octets([192, 0, 2, 1, 192, 0, 2, 2])),
        param(6, octets(uint32(0x20010db8), uint32(0), uint32(0), uint32(1))),
      ),
    ],
    // The two forms of RFC 9460 appendix D.2.
    [
      'SVCB 16 foo. alpn="f\\\\\\\\oo\\\\,bar,h2"',
      octets(uint16(16), name('foo'), param(1, octets([8], ascii('f\\oo,bar'), [2], ascii('h2')))),
    ],
    [
      'SVCB 16 foo. alpn=f\\\\\\092oo\\092,bar,h2',
      octets(uint16(16), name('foo'), param(1, octets([8], ascii('f\\oo,bar'), [2], ascii('h2')))),
    ],
    ['HTTPS \\# 9 000100 0003 0002 20fb', octets(uint16(1), [0], param(3, uint16(8443)))],
  ];
  for (const [text, rdata] of texts) {
    it(`reads ${text}`, () => {
      expect(parseRecordText(text)).to.deep.include({ rdata });
    });
  }

  const wrong: readonly (readonly [string, string])[] = [
    ['HTTPS 1', 'a field is missing in "HTTPS priority target parameters"; expect its target'],
    [
      'HTTPS 1 . ech=AAAA',
      '"ech=AAAA" does not fit in "HTTPS priority target parameters"; expect alpn,',
    ],
    ['HTTPS 1 . port=1 port=2', '"port=2" does not fit'],
    ['HTTPS 1 . port=1 port=2', 'expect each parameter once'],
    ['HTTPS 1 . no-default-alpn', 'expect an alpn with no-default-alpn'],
    ['HTTPS 1 . alpn=h2 no-default-alpn=x', 'expect no value'],
    ['HTTPS 1 . port', 'expect a number from 0 to 65535'],
    ['HTTPS 1 . port=65536', 'expect a number from 0 to 65535'],
    ['HTTPS 1 . alpn', 'expect protocols with commas between'],
    ['HTTPS 1 . alpn=h2,', 'expect protocols of 1 to 255 octets'],
    ['HTTPS 1 . ipv4hint=192.0.2.1,::1', 'expect IPv4 addresses with commas between'],
    ['HTTPS 1 . ipv6hint', 'expect IPv6 addresses with commas between'],
    ['HTTPS \\# 8 000100 0003 0002 20', 'expect octets that are well-formed RDATA'],
    ['HTTPS \\# 11 000100 0002 0000 0001 0000', 'expect octets that are well-formed RDATA'],
  ];
  for (const [text, message] of wrong) {
    it(`says of ${text}: ${message}`, () => {
      expect(parseRecordText(text)).to.be.a('string').that.includes(message);
    });
  }
});
