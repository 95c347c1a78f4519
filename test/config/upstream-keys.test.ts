import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import { itSays } from './problems.ts';

const PIN = Buffer.alloc(32, 1).toString('base64');

describe('config/upstream-keys', () => {
  it('reads pins with and without the name of the hash', () => {
    const text = `upstreams: { a: { servers: ["tls://192.0.2.1"], pins: [${PIN}, sha256/${PIN}] } }`;
    const { pins } = parseConfig('site.yaml', text).upstreams[0]!.value;
    expect(pins!.value.map(({ value }) => value)).to.deep.equal([PIN, PIN]);
  });

  itSays(
    [
      {
        when: 'a name has no address',
        text: '{ servers: ["tls://dns.example"] } }',
        says: [
          '1:29: nothing says which address dns.example has; expect addresses: { dns.example: [ADDRESS] }, or bootstrap: GROUP',
        ],
      },
      {
        when: 'addresses are of no server',
        text: '{ servers: ["tls://a.example"], addresses: { a.example: [192.0.2.1], b.example: [192.0.2.2] } } }',
        says: ['1:86: no server is named b.example; expect a name from servers'],
      },
      {
        when: 'an address is none',
        text: '{ servers: ["tls://a.example"], addresses: { a.example: [b.example] } } }',
        says: [
          '1:74: "b.example" is not valid; expect an IP address like 192.0.2.1 or 2001:db8::1',
        ],
      },
      {
        when: 'a name has an empty list of addresses',
        text: '{ servers: ["tls://a.example"], addresses: { a.example: [] } } }',
        says: [
          '1:73: there is nothing in it; expect a list, each item an IP address like 192.0.2.1 or 2001:db8::1',
        ],
      },
      {
        when: 'there is nothing to look up',
        text: '{ servers: ["tls://192.0.2.1"], bootstrap: b }, b: { servers: [192.0.2.1] } }',
        says: ['1:60: there is no name to look up; expect a server without entry in addresses'],
      },
      {
        when: 'the group to ask for addresses is not there',
        text: '{ servers: ["tls://a.example"], bootstrap: c }, b: { servers: [192.0.2.1] } }',
        says: ['1:60: "c" is not an upstream group; expect a, b'],
      },
      {
        when: 'a group is asked for its own addresses',
        text: '{ servers: ["tls://a.example"], bootstrap: a } }',
        says: [
          '1:60: the group a has a bootstrap itself; expect one whose servers all have addresses',
        ],
      },
      {
        when: 'nothing is encrypted that they are for',
        text: `{ servers: [192.0.2.1], ca: a.pem, pins: [${PIN}], privacy: strict } }`,
        says: [
          '1:45: ca is for tls:// and https:// servers; expect one of them in servers',
          '1:58: pins is for tls:// and https:// servers; expect one of them in servers',
          '1:115: privacy is for tls:// and https:// servers; expect one of them in servers',
        ],
      },
      {
        when: 'a pin is no hash',
        text: '{ servers: ["tls://192.0.2.1"], pins: ["sha256/abc"] } }',
        says: [
          '1:56: "sha256/abc" is not valid; expect the SHA-256 of a public key in base64, like sha256/… (44 characters)',
        ],
      },
      {
        when: 'privacy is of another kind',
        text: '{ servers: ["tls://192.0.2.1"], privacy: none } }',
        says: ['1:58: "none" is not valid; expect strict or opportunistic'],
      },
      {
        when: 'two groups believe the same server by different words',
        text: '{ servers: ["tls://192.0.2.1"] }, b: { servers: ["tls://192.0.2.1:853"], ca: x.pem } }',
        says: [
          '1:66: the group a has this server too, with other ca, pins or privacy; expect the same',
        ],
      },
    ].map((one) => ({ ...one, text: `a: ${one.text}\nroutes: { ".": a }` })),
    'upstreams: { ',
  );
});
