import { CONFIG } from '../../src/config/keys.ts';
import { FINE, itSays } from './problems.ts';

const KEYS = Object.keys(CONFIG.keys).join(', ');
const UPSTREAMS =
  'a mapping from a group name to a mapping with servers, strategy, timeout, attempts, probe, addresses, bootstrap, ca, pins, privacy';
const SERVER =
  'an address like 192.0.2.1, "[2001:db8::1]:53", tcp://192.0.2.1:53, tls://192.0.2.1#dns.example or https://dns.example/dns-query, or the path of a resolv.conf';

describe('config/kind keys', () => {
  itSays(
    [
      {
        when: 'one is unknown',
        text: 'rotues: { ".": default }',
        says: [`2:1: unknown key "rotues"; expect ${KEYS}`],
      },
      {
        when: 'one is unknown in a section',
        text: 'cache:\n  entries: 5\n  bytes: 7\n',
        says: [
          '4:3: unknown key "bytes"; expect size, entries, maxTtl, minTtl, negativeMaxTtl, serveStale',
        ],
      },
      {
        when: 'one has the name of a property that every object has',
        text: 'toString: 1\n',
        says: [`2:1: unknown key "toString"; expect ${KEYS}`],
      },
      {
        when: 'one is there twice',
        text: 'node: a\nede: full\nnode: b\n',
        says: ['4:1: "node" is there twice; expect it once'],
      },
      {
        when: 'a client group is there twice',
        text: 'clientGroups:\n  office: [10.0.0.0/8]\n  "office": [10.1.0.0/16]\n',
        says: ['4:3: "office" is there twice; expect it once'],
      },
      {
        when: 'a prefix is there twice',
        text: 'acl: { query: { 10.0.0.0/8: allow, 10.0.0.0/8: refuse } }\n',
        says: ['2:36: "10.0.0.0/8" is there twice; expect it once'],
      },
      {
        when: 'one is a list',
        text: '? [a]\n: b\n',
        says: ['2:3: expect a text, in quotes where it begins with [, like "[::1]:53"'],
      },
      {
        when: 'one is nothing',
        text: ': b\n',
        says: ['2:1: expect a key that is a text'],
      },
    ],
    FINE,
  );

  itSays(
    [
      {
        when: 'upstreams is missing',
        text: 'node: a\n',
        says: [`1:1: upstreams is missing; expect ${UPSTREAMS}`],
      },
      {
        when: 'upstreams is empty',
        text: 'upstreams: {}\n',
        says: [`1:12: there is nothing in it; expect ${UPSTREAMS}`],
      },
      { when: 'upstreams has no value', text: 'upstreams:\n', says: [`1:11: expect ${UPSTREAMS}`] },
      {
        when: 'an upstream group has no servers',
        text: 'upstreams:\n  default: { timeout: 2s }\n',
        says: [`2:12: servers is missing; expect a list, each item ${SERVER}`],
      },
      {
        when: 'the servers of an upstream group are none',
        text: 'upstreams:\n  default: { servers: [] }\n',
        says: [`2:23: there is nothing in it; expect a list, each item ${SERVER}`],
      },
      {
        when: 'an upstream group has no value',
        text: 'upstreams:\n  default:\n',
        says: [
          '2:11: expect a mapping with servers, strategy, timeout, attempts, probe, addresses, bootstrap, ca, pins, privacy',
        ],
      },
      {
        when: 'an upstream group is a key alone',
        text: 'upstreams: { default }\n',
        says: [
          '1:14: "default" has no value; expect a mapping with servers, strategy, timeout, attempts, probe, addresses, bootstrap, ca, pins, privacy',
        ],
      },
      {
        when: 'nobody can say which upstream group is for all names',
        text: 'upstreams: { a: { servers: [192.0.2.1] }, b: { servers: [192.0.2.2] } }\n',
        says: [
          '1:1: routes is missing and no upstream group is named default; expect routes from domains to groups',
        ],
      },
    ],
    '',
  );
});
