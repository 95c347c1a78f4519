import { FINE, itSays } from './problems.ts';

const SERVER =
  'an address like 192.0.2.1, "[2001:db8::1]:53", tcp://192.0.2.1:53, tls://192.0.2.1#dns.example or https://dns.example/dns-query, or the path of a resolv.conf';
const ENDPOINT = 'an address and a port, like 127.0.0.1:53 or "[::1]:53"';
const SIZE = 'a size like 64KiB or 100MB, at least 4KiB';
const LISTENER = `${ENDPOINT}, or a mapping with address, proxyProtocol, tls, https`;
const DURATION = 'a duration like 500ms, 2s, 10m, 1h or 1d';

describe('config/scalars', () => {
  itSays(
    [
      {
        when: 'a text is empty',
        text: 'node: ""\n',
        says: ['2:7: "" is not valid; expect a text that is not empty'],
      },
      {
        when: 'a prefix for translation has another length, or is one of IPv4, however it is written',
        text: 'nat64: ["64:ff9b::/64", "::ffff:0:0/96", 192.0.2.0/24]\n',
        says: ['"64:ff9b::/64"', '"::ffff:0:0/96"', '"192.0.2.0/24"'].map(
          (given, i) =>
            `2:${[9, 25, 42][i]}: ${given} is not an IPv6 prefix of 96 bits like 2001:db8:64::/96`,
        ),
      },
      {
        when: 'a text is a list',
        text: 'node: [a]\n',
        says: ['2:7: expect a text that is not empty'],
      },
      {
        when: 'a text is a mapping',
        text: 'node: { a: b }\n',
        says: ['2:7: expect a text that is not empty'],
      },
      {
        when: 'a text is nothing',
        text: 'node: ~\n',
        says: ['2:7: expect a text that is not empty'],
      },
      {
        when: 'a list is a text',
        text: 'listen: 127.0.0.1:53\n',
        says: [`2:9: expect a list, each item ${LISTENER}`],
      },
      {
        when: 'a list is empty',
        text: 'listen: []\n',
        says: [`2:9: there is nothing in it; expect a list, each item ${LISTENER}`],
      },
      {
        when: 'an item is a list',
        text: 'listen: [[127.0.0.1:53]]\n',
        says: [`2:10: expect ${LISTENER}`],
      },
      { when: 'an item is nothing', text: 'listen:\n  -\n', says: [`3:4: expect ${ENDPOINT}`] },
      {
        when: 'an address to listen on has no port',
        text: 'listen:\n  - 127.0.0.1:53\n  - 127.0.0.1\n',
        says: [`4:5: "127.0.0.1" is not valid; expect ${ENDPOINT}`],
      },
      {
        when: 'a section is a text',
        text: 'cache: none\n',
        says: [
          '2:8: expect a mapping with size, entries, maxTtl, minTtl, negativeMaxTtl, serveStale',
        ],
      },
      {
        when: 'a word is none of those it can be',
        text: 'ede: ful\n',
        says: ['2:6: "ful" is not valid; expect full, codes or off'],
      },
      {
        when: 'a word has another case',
        text: 'decisionLog: { record: ALL }\n',
        says: ['2:24: "ALL" is not valid; expect refused, policy or all'],
      },
      ...['1e3', '-1', '1.5', '100000001', 'many', '0x10', ''].map((given) => ({
        when: `a number is ${JSON.stringify(given)}`,
        text: `cache: { entries: "${given}" }\n`,
        says: [`2:19: "${given}" is not valid; expect a whole number from 0 to 100000000`],
      })),
      ...['5', '5 s', '5S', '5w', '-5s', '1.5s', 's', '5s5s', ''].map((given) => ({
        when: `a duration is ${JSON.stringify(given)}`,
        text: `cache: { maxTtl: "${given}" }\n`,
        says: [`2:18: "${given}" is not valid; expect ${DURATION}`],
      })),
      ...['5', '5 MB', '5mb', '5T', '4095B', '4KB', '2000GB', '-5MB', '1.5MB', ''].map((given) => ({
        when: `a size is ${JSON.stringify(given)}`,
        text: `decisionLog: { rotate: { size: "${given}" } }\n`,
        says: [`2:32: "${given}" is not valid; expect ${SIZE}`],
      })),
      ...[
        'dnstap.sock',
        'udp://192.0.2.1:1',
        'tcp://name:1',
        'tcp://192.0.2.1',
        'tls://192.0.2.1:1',
      ].map((given) => ({
        when: `a receiver is ${given}`,
        text: `decisionLog: { dnstap: { to: "${given}" } }\n`,
        says: [
          `2:30: "${given}" is not valid; expect the path of a socket like /run/receiver.sock, or tcp://192.0.2.1:6514`,
        ],
      })),
      ...['yes', '1', 'True', ''].map((given) => ({
        when: `a choice is ${JSON.stringify(given)}`,
        text: `decisionLog: { rotate: { gzip: "${given}" } }\n`,
        says: [`2:32: "${given}" is not valid; expect true or false`],
      })),
    ],
    FINE,
  );

  itSays(
    [
      {
        when: 'a server is a name',
        text: 'upstreams: { default: { servers: [192.0.2.1, dns.example] } }\n',
        says: [`1:46: "dns.example" is not valid; expect ${SERVER}`],
      },
      {
        when: 'a server is asked by a transport that is not there',
        text: 'upstreams: { default: { servers: [quic://192.0.2.1] } }\n',
        says: [`1:35: "quic://192.0.2.1" is not valid; expect ${SERVER}`],
      },
      {
        when: 'a server is asked too often',
        text: 'upstreams: { default: { servers: [192.0.2.1], attempts: 11 } }\n',
        says: ['1:57: "11" is not valid; expect a whole number from 1 to 10'],
      },
      {
        when: 'a strategy is not known',
        text: 'upstreams: { default: { servers: [192.0.2.1], strategy: best } }\n',
        says: ['1:57: "best" is not valid; expect sequential, round-robin, random or fastest'],
      },
    ],
    '',
  );
});
