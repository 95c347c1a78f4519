import { expect } from 'chai';
import { parseRecordText } from '../../../src/policy/zone-text/rdata.ts';

/** Texts and their octets as BIND 9.18 has them (named-rrchecker -u). */
const TEXTS: readonly (readonly [string, string])[] = [
  ['MB mail.example.', '046d61696c076578616d706c6500'],
  ['MG a.example.', '0161076578616d706c6500'],
  ['MR a.example.', '0161076578616d706c6500'],
  ['MINFO r.example. e.example.', '0172076578616d706c65000165076578616d706c6500'],
  ['RP mbox.example. txt.example.', '046d626f78076578616d706c650003747874076578616d706c6500'],
  ['AFSDB 1 a.example.', '00010161076578616d706c6500'],
  ['X25 311061700956', '0c333131303631373030393536'],
  ['ISDN 150862028003217 004', '0f31353038363230323830303332313703303034'],
  ['ISDN 150862028003217', '0f313530383632303238303033323137'],
  ['RT 10 r.example.', '000a0172076578616d706c6500'],
  ['PX 10 a.example. b.example.', '000a0161076578616d706c65000162076578616d706c6500'],
  ['GPOS -32.6882 116.8652 10.0', '082d33322e36383832083131362e383635320431302e30'],
  ['KX 10 kx.example.', '000a026b78076578616d706c6500'],
  ['LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m', '000016138b3cf018810cbce0009895b8'],
  ['LOC 42 21 54 N 71 6 18 W -24m 30m', '0033161389172dd070be15f000988d20'],
  ['LOC 52 14 5.5 S 0 8 50 E 10m', '0012161374caa7448008165000989a68'],
  ['LOC 31 N 106 28 29 W 10m', '0012161386a6e18069272b3800989a68'],
  ['LOC 90 S 180 W 42849672.95m 90000000.00m 1m 123.45m', '009912146cb0270059604e00ffffffff'],
  ['CERT PKIX 12179 RSASHA256 AQIDBA==', '00012f930801020304'],
  ['CERT 65534 1 5 AQID', 'fffe000105010203'],
  [
    'APL 1:192.0.2.0/24 !1:192.168.38.0/28 2:2001:db8::/32 1:0.0.0.0/0',
    '00011803c0000200011c83c0a8260002200420010db800010000',
  ],
  [
    'IPSECKEY 10 1 2 192.0.2.38 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==',
    '0a0102c0000226010351537986ed35533b6064478eeeb27b5bd74dae149b6e81ba3a0521af82ab7801',
  ],
  [
    'IPSECKEY 10 0 2 . AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==',
    '0a0002010351537986ed35533b6064478eeeb27b5bd74dae149b6e81ba3a0521af82ab7801',
  ],
  ['IPSECKEY 10 3 2 gw.example. AQID', '0a0302026777076578616d706c6500010203'],
  ['IPSECKEY 10 2 2 2001:db8::1 AQID', '0a020220010db8000000000000000000000001010203'],
  [
    'RRSIG A 5 3 86400 20030322173103 20030220173103 2642 example.com. oJB1W6WNGv+ldvQ3WDG0MQkg5IEhjRip8WTr',
    '00010503000151803e7c9dd73e5510d70a52076578616d706c6503636f6d00a090755ba58d1affa576f4375831b4310920e481218d18a9f164eb',
  ],
  [
    'RRSIG TYPE65280 ECDSAP256SHA256 3 86400 1711111111 20380220173103 2642 example.com. AQID',
    'ff000d030001518065fd7bc7802af8d70a52076578616d706c6503636f6d00010203',
  ],
  [
    'NSEC host.example.com. A MX RRSIG NSEC TYPE1234',
    '04686f7374076578616d706c6503636f6d000006400100000003041b000000000000000000000000000000000000000000000000000020',
  ],
  [
    'DNSKEY 256 3 5 AQPSKmynfzW4kyBv015MUG2DeIQ3Cbl+BBZH4b/0PY1kxkmvHjcZc8no kfzj31GajIQKY+5CptLr3buXA10h',
    '010003050103d22a6ca77f35b893206fd35e4c506d8378843709b97e041647e1bff43d8d64c649af1e371973c9e891fce3df519a8c840a63ee42a6d2ebddbb97035d21',
  ],
  ['DNSKEY 257 3 ECDSAP256SHA256 AQID', '0101030d010203'],
  ['CDNSKEY 0 3 0 AA==', '0000030000'],
  ['KEY 256 3 8 AQID', '01000308010203'],
  [
    'DHCID AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=',
    '000201636fc0b8271c82825bb1ac5c41cf5351aa69b4febd94e8f17cdb95000da48c40',
  ],
  [
    'NSEC3 1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr MX DNSKEY NS SOA NSEC3PARAM RRSIG',
    '0101000c04aabbccdd14174eb2409fe28bcb4887a1836f957f0a8425e27b000722010000000290',
  ],
  [
    'NSEC3 1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr',
    '010000000014174eb2409fe28bcb4887a1836f957f0a8425e27b',
  ],
  ['NSEC3PARAM 1 0 12 aabbccdd', '0100000c04aabbccdd'],
  ['NSEC3PARAM 1 0 0 -', '0100000000'],
  [
    'SMIMEA 3 1 1 d2abde240d7cd3ee6b4b28c54df034b9 7983a1d16e8a410e4561cb106618e971',
    '030101d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971',
  ],
  [
    'CDS 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118',
    'ec4505012bb183af5f22588179a53b0a98631fad1a292118',
  ],
  ['CDS 0 0 0 00', '0000000000'],
  [
    'DLV 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118',
    'ec4505012bb183af5f22588179a53b0a98631fad1a292118',
  ],
  [
    'TA 60485 RSASHA1 1 2BB183AF5F22588179A53B0A98631FAD1A292118',
    'ec4505012bb183af5f22588179a53b0a98631fad1a292118',
  ],
  ['OPENPGPKEY AQID BAUG', '010203040506'],
  ['CSYNC 66 3 A NS AAAA', '000000420003000460000008'],
  [
    'ZONEMD 2018031500 1 1 FEBE3D4CE2EC2FFA4BA99D46CD69D6D29711E55217057BEE7EB1A7B641A47BA7FED2DD5B97AE499FAFA4F22C6BD647DE',
    '7848b78c0101febe3d4ce2ec2ffa4ba99d46cd69d6d29711e55217057bee7eb1a7b641a47ba7fed2dd5b97ae499fafa4f22c6bd647de',
  ],
  ['SPF "v=spf1"', '06763d73706631'],
  ['NID 10 0014:4fff:ff20:ee64', '000a00144fffff20ee64'],
  ['L32 10 10.1.2.0', '000a0a010200'],
  ['L64 10 2001:0db8:1140:1000', '000a20010db811401000'],
  ['LP 10 l64.example.', '000a036c3634076578616d706c6500'],
  ['EUI48 00-00-5e-00-53-2a', '00005e00532a'],
  ['EUI64 00-00-5e-ef-10-00-00-2a', '00005eef1000002a'],
  ['AVC "app=x"', '056170703d78'],
  [
    'DS 60485 RSASHA1 1 2BB183AF5F22588179A53B0A98631FAD1A292118',
    'ec4505012bb183af5f22588179a53b0a98631fad1a292118',
  ],
];

describe('policy/rpz/rdata-form', () => {
  for (const [text, hex] of TEXTS) {
    it(`reads ${text}, and the same as octets`, () => {
      const record = parseRecordText(text);
      if (typeof record === 'string') expect.fail(record);
      expect(Buffer.from(record.rdata).toString('hex')).to.equal(hex);
      const generic = `TYPE${record.type} \\# ${hex.length / 2} ${hex}`;
      expect(parseRecordText(generic)).to.deep.equal(record);
    });
  }

  const wrong: readonly (readonly [string, string])[] = [
    ['LOC 91 N 0 E 0m', '"91" does not fit in "LOC location"; expect degrees up to 90, minutes'],
    ['LOC 90 0 1 N 0 E 0m', 'expect degrees up to 90'],
    ['LOC 1 60 N 0 E 0m', 'expect degrees up to 90'],
    ['LOC 1 1 1 1 N 0 E 0m', 'expect degrees up to 90'],
    ['LOC 1 E 0 E 0m', 'expect degrees up to 90, minutes, seconds, and N or S'],
    ['LOC 1 N 181 W 0m', '"181" does not fit in "LOC location"; expect degrees up to 180'],
    ['LOC 1 N 1 0m', 'expect degrees up to 180, minutes, seconds, and E or W'],
    ['LOC 1 N 1 E', 'a field is missing in "LOC location"; expect an altitude in metres'],
    ['LOC 1 N 1 E -100001m', '"-100001m" does not fit in "LOC location"; expect an altitude'],
    ['LOC 1 N 1 E 0m 1km', '"1km" does not fit in "LOC location"; expect a length in metres'],
    ['LOC 1 N 1 E 0m 1 1 1 1', '"1" does not fit in "LOC location"; expect the end of the record'],
    [
      'CERT X509 1 1 AQID',
      '"X509" does not fit in "CERT certificate tag algorithm base64"; expect',
    ],
    ['DNSKEY 256 3 RSA AQID', 'expect a number from 0 to 255, or a mnemonic'],
    [
      'DNSKEY 256 3 8',
      'a field is missing in "DNSKEY flags protocol algorithm base64"; expect base64',
    ],
    ['DNSKEY 256 3 8 AQID A', '"A" does not fit'],
    ['DNSKEY 256 3 8 AQ=D AQID', '"AQ=D" does not fit'],
    ['RRSIG X 8 1 1 1 1 1 . AQID', '"X" does not fit'],
    ['RRSIG A 8 1 1 20261301000000 1 1 . AQID', 'expect a time like 20261121000000, or seconds'],
    ['RRSIG A 8 1 1 2026113000000x 1 1 . AQID', 'expect a time like 20261121000000, or seconds'],
    ['NSEC a. HOSTS', '"HOSTS" does not fit in "NSEC next types"; expect a type'],
    ['NSEC3 1 0 0 abc 00 A', '"abc" does not fit'],
    ['NSEC3 1 0 0 - wx A', '"wx" does not fit'],
    ['APL 3:192.0.2.0/24', 'expect prefixes like 1:192.0.2.0/24 and !2:2001:db8::/32'],
    ['APL 2:192.0.2.0/24', 'expect prefixes like'],
    ['APL 1:192.0.2.0/33', 'expect prefixes like'],
    ['APL 1:192.0.2.0', 'expect prefixes like'],
    ['IPSECKEY 10 4 2 . AQID', '"4" does not fit in "IPSECKEY precedence kind algorithm gateway'],
    ['IPSECKEY 10 1 2 . AQID', '"." does not fit'],
    ['IPSECKEY 10 0 2 a. AQID', '"a." does not fit'],
    ['IPSECKEY 10 0 2 . A', '"A" does not fit'],
    ['IPSECKEY 10 0 2', 'a field is missing'],
    ['EUI48 00-00-5e-00-53', 'expect 6 octets like 00-00-5e'],
    ['EUI64 0000-5e-ef-10-00-00-00-2a', 'expect 8 octets like 00-00-5e'],
    ['NID 10 0014:4fff:ff20', 'expect four groups like 2001:db8:0:1'],
    ['LOC \\# 15 000000000000000000000000000000', 'expect octets that are well-formed RDATA'],
    ['NSEC \\# 3 000001', 'expect octets that are well-formed RDATA'],
    ['NSEC \\# 7 00010100000100', 'expect octets that are well-formed RDATA'],
    ['APL \\# 5 0001180300', 'expect octets that are well-formed RDATA'],
    ['IPSECKEY \\# 5 0a01020102', 'expect octets that are well-formed RDATA'],
    ['HIP 2 200100107B1A74DF365639CC39F1D578 AQID', 'expect its data as \\# text (RFC 3597)'],
  ];
  for (const [text, message] of wrong) {
    it(`says what is wrong with ${text}`, () => {
      expect(parseRecordText(text)).to.be.a('string').that.includes(message);
    });
  }
});
