import { expect } from 'chai';
import { parseResolvConf } from '../../src/forward/resolv-conf.ts';

const cases: { what: string; text: string; servers: [string, number][] }[] = [
  { what: 'nothing in an empty file', text: '', servers: [] },
  {
    what: 'servers in their order',
    text: 'nameserver 192.0.2.2\nnameserver 192.0.2.1\n',
    servers: [
      ['192.0.2.2', 53],
      ['192.0.2.1', 53],
    ],
  },
  {
    what: 'an IPv6 upstream',
    text: 'nameserver 2001:DB8:0::1',
    servers: [['2001:db8::1', 53]],
  },
  {
    what: 'a link-local server with its zone',
    text: 'nameserver fe80::1%eth0',
    servers: [['fe80::1%eth0', 53]],
  },
  {
    what: 'an upstream behind tabs and with a comment behind it',
    text: 'nameserver\t\t192.0.2.1\t# the router',
    servers: [['192.0.2.1', 53]],
  },
  {
    what: 'a file with carriage returns',
    text: 'nameserver 192.0.2.1\r\nnameserver 192.0.2.2\r\n',
    servers: [
      ['192.0.2.1', 53],
      ['192.0.2.2', 53],
    ],
  },
  {
    what: 'a port that somebody wrote',
    text: 'nameserver 192.0.2.1:5353',
    servers: [['192.0.2.1', 5353]],
  },
  {
    what: 'nothing in comments and other lines',
    text: '# nameserver 192.0.2.1\n; nameserver 192.0.2.2\nsearch example\noptions ndots:2 rotate',
    servers: [],
  },
  {
    what: 'nothing in lines that are not quite right',
    text: 'nameserver\nnameserver resolver.example\nnameserver192.0.2.1\nnameservers 192.0.2.1',
    servers: [],
  },
  {
    what: 'an upstream that is named twice, twice',
    text: 'nameserver 192.0.2.1\nnameserver 192.0.2.1',
    servers: [
      ['192.0.2.1', 53],
      ['192.0.2.1', 53],
    ],
  },
];

describe('forward/resolv-conf', () => {
  for (const { what, text, servers } of cases) {
    it(`reads ${what}`, () => {
      const expected = servers.map(([address, port]) => ({ address, port }));
      expect(parseResolvConf(text)).to.deep.equal(expected);
    });
  }
});
