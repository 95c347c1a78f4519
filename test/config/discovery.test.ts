import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import { designatedResolvers, plainAddresses } from '../../src/config/discovery.ts';
import { FINE, itSays } from './problems.ts';

const PAIR = 'certificate: a.pem, key: a.key';
const dot = (address: string) => `  - { address: "${address}", tls: { ${PAIR} } }\n`;
const doh = (address: string, path = '/dns-query') =>
  `  - { address: "${address}", https: { ${PAIR}, path: ${path} } }\n`;

function read(listen: string, keys = '') {
  const text = `${FINE}listen:\n${listen}discovery: { name: dns.example.com${keys} }\n`;
  const config = parseConfig('site.yaml', text);
  return { discovery: config.discovery!, listen: config.listen };
}

describe('config/discovery', () => {
  const cases = [
    {
      when: 'two listeners differ in the address alone',
      listen: dot('192.0.2.1:853') + dot('[2001:db8::1]:853'),
      gives: [{ transport: 'dot', port: 853, addresses: ['192.0.2.1', '2001:db8::1'] }],
    },
    {
      when: 'there are several ways to ask, in their order',
      listen: doh('192.0.2.1:443') + dot('192.0.2.1:853') + doh('192.0.2.1:443', '/other'),
      gives: [
        { transport: 'doh', port: 443, path: '/dns-query', addresses: ['192.0.2.1'] },
        { transport: 'dot', port: 853, addresses: ['192.0.2.1'] },
        { transport: 'doh', port: 443, path: '/other', addresses: ['192.0.2.1'] },
      ],
    },
    {
      when: 'a listener is a wildcard, loopback beside others, link-local, or behind a proxy',
      listen:
        dot('0.0.0.0:853') +
        dot('127.0.0.1:854') +
        dot('[fe80::1%lo]:855') +
        `  - { address: "192.0.2.1:856", proxyProtocol: { from: [192.0.2.2] }, tls: { ${PAIR} } }\n`,
      gives: [853, 854, 855, 856].map((port) => ({ transport: 'dot', port, addresses: [] })),
    },
    {
      when: 'there is loopback alone',
      listen: dot('127.0.0.1:853'),
      gives: [{ transport: 'dot', port: 853, addresses: ['127.0.0.1'] }],
    },
    {
      when: 'addresses and ports are given',
      listen: dot('0.0.0.0:8853') + doh('[::]:0'),
      keys: ', addresses: [192.0.2.9, "2001:DB8:0::9"], ports: { dot: 853, doh: 443 }',
      gives: [
        { transport: 'dot', port: 853, addresses: ['192.0.2.9', '2001:db8::9'] },
        {
          transport: 'doh',
          port: 443,
          path: '/dns-query',
          addresses: ['192.0.2.9', '2001:db8::9'],
        },
      ],
    },
  ];
  for (const { when, listen, keys, gives } of cases) {
    it(`has where clients are sent to when ${when}`, () => {
      const config = read(listen, keys);
      const found = designatedResolvers(config.discovery, config.listen);
      expect(found).to.deep.equal(gives.map((one) => ({ path: undefined, ...one })));
    });
  }

  it('knows where clients of plain DNS ask', () => {
    const listen = `  - 192.0.2.1:53\n  - 127.0.0.1:53\n${dot('192.0.2.2:853')}`;
    const { discovery, ...config } = read(listen, ', addresses: [192.0.2.9]');
    expect(plainAddresses(discovery, config.listen)).to.deep.equal(['192.0.2.9', '192.0.2.1']);
  });

  const name = (wrong: string) =>
    `2:20: "${wrong}" is not valid; expect a host name like dns.example.com`;
  itSays(
    [
      {
        when: 'no listener has TLS',
        text: 'discovery: { name: dns.example.com }',
        says: ['2:20: no listener has tls or https; expect one that clients can be sent to'],
      },
      {
        when: 'a listener has any port',
        text: `discovery: { name: dns.example.com, ports: { dot: 853 } }\nlisten:\n${doh('127.0.0.1:0')}`,
        says: ['4:5: clients cannot be sent to port 0; expect a port, or discovery.ports.doh'],
      },
      {
        when: 'the name is an address',
        text: 'discovery: { name: 192.0.2.1 }',
        says: [name('192.0.2.1')],
      },
      { when: 'the name is one label', text: 'discovery: { name: dns }', says: [name('dns')] },
      {
        when: 'the name is no host name',
        text: 'discovery: { name: a_b.example }',
        says: [name('a_b.example')],
      },
      {
        when: 'the name is a wildcard, as certificates have them',
        text: 'discovery: { name: "*.example" }',
        says: [name('*.example')],
      },
      {
        when: 'an address is none that clients can be sent to',
        text: 'discovery:\n  name: dns.example.com\n  addresses: ["fe80::1%eth0", 0.0.0.0, "192.0.2.1:53"]',
        says: ['fe80::1%eth0', '0.0.0.0', '192.0.2.1:53'].map((text, i) => {
          return `4:${[15, 31, 40][i]}: "${text}" is not valid; expect an address like 192.0.2.53 or "2001:db8::53"`;
        }),
      },
      {
        when: 'there is no name',
        text: 'discovery: { ports: { dot: 0 } }',
        says: [
          '2:12: name is missing; expect a host name like dns.example.com',
          '2:28: "0" is not valid; expect a whole number from 1 to 65535',
        ],
      },
    ],
    FINE,
  );
});
