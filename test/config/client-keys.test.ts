import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import { formatPrefix } from '../../src/net/prefix.ts';
import { FINE, itSays } from './problems.ts';

const PAIR = 'certificate: a.pem, key: a.key';

/** A listener by HTTPS, at lines 3 and 4. */
const behind = (proxies: string, more = '') =>
  `listen:\n  - address: 10.0.0.53:443${more}\n    https: { ${PAIR}, trustedProxies: ${proxies} }\n`;

describe('config/client-keys', () => {
  it('reads proxies that name clients by HTTP: groups and prefixes', () => {
    const groups = 'clientGroups: { front: ["2001:db8::/64", 10.0.0.3] }\n';
    const { listen } = parseConfig('site.yaml', FINE + groups + behind('[10.0.0.2, front]'));
    const [first] = listen.map(({ value }) => value.trustedProxies?.map(formatPrefix));
    expect(first).to.deep.equal(['10.0.0.2/32', '2001:db8::/64', '10.0.0.3/32']);
  });

  itSays(
    [
      {
        when: 'the API of a cluster is not asked by HTTPS',
        text: `clientNames:\n  - kubernetes: { server: "http://10.96.0.1" }\n`,
        says: ['3:27: "http://10.96.0.1" is not valid; expect a URL like https://10.96.0.1:443'],
      },
      {
        when: 'an item has a cluster and a file',
        text: `clientNames:\n  - { kubernetes: {}, hosts: /etc/hosts }\n`,
        says: ['3:19: expect one source in each item: their order says whose name is shown'],
      },
      {
        when: 'a proxy is neither a prefix nor a group',
        text: behind('[10.0.0.2, front, 10.0.0.0/33]'),
        says: [
          '4:73: "front" is neither a client group (none is defined) nor a prefix; expect one of them',
          '4:80: "10.0.0.0/33" is not a prefix; expect a length of 0 to 32',
        ],
      },
      {
        when: 'no proxy is trusted',
        text: behind('[]'),
        says: ['4:62: there is nothing in it; expect a list, each item a client group or a prefix'],
      },
      {
        when: 'the PROXY protocol names clients too',
        text: behind('[10.0.0.2]', '\n    proxyProtocol: { from: [10.0.0.2] }'),
        says: ['5:63: proxyProtocol names the client already; expect one of them'],
      },
      {
        when: 'an address speaks TLS and HTTPS',
        text: behind('[10.0.0.2]', `\n    tls: { ${PAIR} }`),
        says: ['5:27: there is tls already; expect tls or https, and other ports for each'],
      },
    ],
    FINE,
  );
});
