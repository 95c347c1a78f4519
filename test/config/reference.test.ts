import { expect } from 'chai';
import { FINE, itSays, problemsIn } from './problems.ts';

const SERVER =
  'an address like 192.0.2.1, "[2001:db8::1]:53" or tcp://192.0.2.1:53, or the path of a resolv.conf';
const PREFIX = 'is not an address or a prefix; expect one like 10.0.0.0/8 or 2001:db8::/32';
const QUERY_ACTION =
  'allow, refuse, drop or truncate, or a mapping with action, owner, reason, expires, mode, transports';

describe('config/reference', () => {
  itSays(
    [
      {
        when: 'a prefix of a client group is wrong',
        text: 'clientGroups:\n  office:\n    - 10.0.0.0/33\n    - 10.0.0.1/8\n    - office2\n',
        says: [
          '4:7: "10.0.0.0/33" is not a prefix; expect a length of 0 to 32',
          '5:7: "10.0.0.1/8" has bits set behind its length; expect 10.0.0.0/8',
          `6:7: "office2" ${PREFIX}`,
        ],
      },
      {
        when: 'a prefix of an access list is wrong',
        text: 'acl:\n  query:\n    10.0.0.0/33: allow\n    "2001:db8::1/32": allow\n    10.0.0: allow\n',
        says: [
          '4:5: "10.0.0.0/33" is not a prefix; expect a length of 0 to 32',
          '5:5: "2001:db8::1/32" has bits set behind its length; expect 2001:db8::/32',
          `6:5: "10.0.0" ${PREFIX}`,
        ],
      },
      {
        when: 'an access list names a group that is not there',
        text: 'clientGroups: { office: [10.0.0.0/8], vpn: [10.1.0.0/16] }\nacl:\n  recursion:\n    ofice: allow\n',
        says: [
          '5:5: "ofice" is neither a client group (office, vpn) nor a prefix; expect one of them',
        ],
      },
      {
        when: 'an access list names a group and there is none',
        text: 'acl: { transfer: { office: allow } }\n',
        says: [
          '2:20: "office" is neither a client group (none is defined) nor a prefix; expect one of them',
        ],
      },
      {
        when: 'the rate limit exempts who is not there',
        text: 'rateLimit: { queriesPerSecond: 0, exempt: [office, 10.0.0.0/99] }\n',
        says: [
          '2:32: "0" is not valid; expect a whole number from 1 to 1000000',
          '2:44: "office" is neither a client group (none is defined) nor a prefix; expect one of them',
          '2:52: "10.0.0.0/99" is not a prefix; expect a length of 0 to 32',
        ],
      },
      {
        when: 'an access list gives no action',
        text: 'acl: { query: { 10.0.0.0/8: } }\n',
        says: ['2:29: expect allow, refuse, drop or truncate'],
      },
      {
        when: 'an access list gives an action that is not there',
        text: 'acl:\n  query: { 10.0.0.0/8: deny }\n  update: { 10.0.0.0/8: truncate }\n',
        says: [
          '3:24: "deny" is not valid; expect allow, refuse, drop or truncate',
          '4:25: "truncate" is not valid; expect allow or refuse',
        ],
      },
      {
        when: 'an entry says why but not what',
        text: 'acl: { query: { 10.0.0.0/8: { owner: netops, resaon: x } } }\n',
        says: [
          '2:29: action is missing; expect allow, refuse, drop or truncate',
          '2:46: unknown key "resaon"; expect action, owner, reason, expires, mode, transports',
        ],
      },
      {
        when: 'an entry is a list',
        text: 'acl: { query: { 10.0.0.0/8: [allow] } }\n',
        says: [`2:29: expect ${QUERY_ACTION}`],
      },
      {
        when: 'a route leads to a group that is not there',
        text: 'routes:\n  ".": default\n  corp.example: corp\n',
        says: ['4:17: "corp" is not an upstream group; expect default'],
      },
      {
        when: 'the admin address is off loopback without a token',
        text: 'admin:\n  listen: 192.0.2.1:8053\n',
        says: [
          '3:11: admin.listen is not a loopback address; expect admin.token or admin.tokens to be set',
        ],
      },
      {
        when: 'the admin address is every address',
        text: 'admin: { listen: "[::]:8053" }\n',
        says: [
          '2:18: admin.listen is not a loopback address; expect admin.token or admin.tokens to be set',
        ],
      },
      {
        when: 'the admin address may have a token by another name',
        text: 'admin: { listen: 192.0.2.1:8053, tokne: secret }\n',
        says: ['2:34: unknown key "tokne"; expect listen, token, tokens, tls, probes'],
      },
      {
        when: 'the admin address is of a link',
        text: 'admin: { listen: "[fe80::1%br-lan]:8053" }\n',
        says: [
          '2:18: admin.listen is not a loopback address; expect admin.token or admin.tokens to be set',
        ],
      },
    ],
    FINE,
  );

  it('takes a name that is defined for one, though what it stands for is wrong', () => {
    const text = `upstreams: { default: { servers: [nowhere] } }
clientGroups: { office: [10.0.0.0/99] }
acl: { query: { office: allow } }
routes: { ".": default }
`;
    expect(problemsIn(text)).to.deep.equal([
      `1:35: "nowhere" is not valid; expect ${SERVER}`,
      '2:26: "10.0.0.0/99" is not a prefix; expect a length of 0 to 32',
    ]);
  });
});
