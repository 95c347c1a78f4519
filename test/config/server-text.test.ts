import { expect } from 'chai';
import { formatServer, parseServer } from '../../src/config/server-text.ts';

describe('config/server-text', () => {
  const servers = [
    { text: '192.0.2.1', transport: 'udp', address: '192.0.2.1', port: 53, shown: '192.0.2.1:53' },
    {
      text: '192.0.2.1:5353',
      transport: 'udp',
      address: '192.0.2.1',
      port: 5353,
      shown: '192.0.2.1:5353',
    },
    {
      text: '2001:db8::1',
      transport: 'udp',
      address: '2001:db8::1',
      port: 53,
      shown: '[2001:db8::1]:53',
    },
    { text: '[::1]', transport: 'udp', address: '::1', port: 53, shown: '[::1]:53' },
    { text: '[::1]:53', transport: 'udp', address: '::1', port: 53, shown: '[::1]:53' },
    {
      text: 'fe80::1%eth0',
      transport: 'udp',
      address: 'fe80::1%eth0',
      port: 53,
      shown: '[fe80::1%eth0]:53',
    },
    {
      text: 'tcp://192.0.2.1',
      transport: 'tcp',
      address: '192.0.2.1',
      port: 53,
      shown: 'tcp://192.0.2.1:53',
    },
    {
      text: 'tcp://192.0.2.1:5353',
      transport: 'tcp',
      address: '192.0.2.1',
      port: 5353,
      shown: 'tcp://192.0.2.1:5353',
    },
    {
      text: 'tcp://[2001:db8::1]:53',
      transport: 'tcp',
      address: '2001:db8::1',
      port: 53,
      shown: 'tcp://[2001:db8::1]:53',
    },
    { text: 'tcp://::1', transport: 'tcp', address: '::1', port: 53, shown: 'tcp://[::1]:53' },
  ] as const;
  for (const { text, transport, address, port, shown } of servers) {
    it(`reads ${text} and names it ${shown}`, () => {
      const endpoint = { address, port };
      expect(parseServer(text)).to.deep.equal({ kind: 'server', transport, endpoint });
      expect(formatServer(transport, endpoint)).to.equal(shown);
      expect(parseServer(shown)).to.deep.equal(parseServer(text));
    });
  }

  for (const path of ['/etc/resolv.conf', './resolv.conf', 'etc/resolv.conf']) {
    it(`takes ${path} for a path`, () => {
      expect(parseServer(path)).to.deep.equal({ kind: 'file', path });
    });
  }

  const bad = [
    '',
    'resolv.conf',
    'dns.example',
    'localhost:53',
    '192.0.2.1:65536',
    '192.0.2.300',
    'tcp://',
    'tcp://dns.example',
    'tcp:///etc/resolv.conf',
    'TCP://192.0.2.1',
    'udp://192.0.2.1',
    'quic://192.0.2.1:853',
    'tls://',
    'https://dns.example',
  ];
  for (const text of bad) {
    it(`does not read ${JSON.stringify(text)}`, () => {
      expect(parseServer(text)).to.equal(undefined);
    });
  }
});
