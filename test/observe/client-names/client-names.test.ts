import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Prefix, parsePrefix } from '../../../src/net/prefix.ts';
import { ClientNames } from '../../../src/observe/client-names/client-names.ts';
import {
  type ReadNames,
  readDnsmasqLeases,
  readHosts,
  readIscLeases,
  readKeaLeases,
} from '../../../src/observe/client-names/lease-files.ts';

const NOW = Date.UTC(2026, 10, 20, 12);
const LATER = NOW / 1000 + 3600;

const KEA4 =
  'address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id\n';
const KEA6 =
  'address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,fqdn_rev,hostname,hwaddr,state\n';

/** Each as its program writes it. */
const CASES: readonly {
  readonly what: string;
  readonly read: ReadNames;
  readonly text: string;
  readonly names: Readonly<Record<string, string>>;
}[] = [
  {
    what: 'hosts',
    read: readHosts,
    text: '# a comment\n10.0.0.5 laptop-17 l17 # mine\n\n2001:db8::5\tprinter\n10.0.0.6\n',
    names: { '10.0.0.5': 'laptop-17', '2001:db8::5': 'printer' },
  },
  {
    what: 'leases of dnsmasq',
    read: readDnsmasqLeases,
    text: [
      `${LATER} 02:00:00:00:00:01 10.0.0.5 laptop-17 01:02:00:00:00:00:01`,
      `0 02:00:00:00:00:02 10.0.0.6 forever *`,
      `${LATER} 02:00:00:00:00:03 10.0.0.7 * *`,
      `1000 02:00:00:00:00:04 10.0.0.8 ended *`,
      'duid 00:01:00:01:2c:8d:33:1d:02:00:00:00:00:01',
      `${LATER} 7 2001:db8::9 six 00:01:00:01`,
    ].join('\n'),
    names: { '10.0.0.5': 'laptop-17', '10.0.0.6': 'forever', '2001:db8::9': 'six' },
  },
  {
    what: 'leases of Kea, IPv4',
    read: readKeaLeases,
    text:
      KEA4 +
      [
        `10.0.0.5,02:00:00:00:00:01,,3600,${LATER},1,0,0,old-name,0,,0`,
        `10.0.0.5,02:00:00:00:00:01,,3600,${LATER},1,0,0,laptop&#x2c17,0,,0`,
        `10.0.0.6,02:00:00:00:00:02,,3600,${LATER},1,0,0,declined,1,,0`,
        `10.0.0.7,02:00:00:00:00:03,,3600,1000,1,0,0,ended,0,,0`,
        `10.0.0.8,02:00:00:00:00:04,,3600,${LATER},1,0,0,released,0,,0`,
        `10.0.0.8,02:00:00:00:00:04,,0,${LATER},1,0,0,released,0,,0`,
      ].join('\n'),
    names: { '10.0.0.5': 'laptop,17' },
  },
  {
    what: 'leases of Kea, IPv6',
    read: readKeaLeases,
    text: `${KEA6}2001:db8::5,00:01,3600,${LATER},1,1800,0,7,128,0,0,six,,0\n`,
    names: { '2001:db8::5': 'six' },
  },
  {
    what: 'leases of ISC dhcpd',
    read: readIscLeases,
    text: `
lease 10.0.0.5 {
  starts 5 2026/11/20 11:00:00;
  ends 5 2026/11/20 13:00:00;
  binding state active;
  hardware ethernet 02:00:00:00:00:01;
  client-hostname "laptop-17";
}
lease 10.0.0.6 {
  ends 5 2026/11/20 11:59:59;
  binding state active;
  client-hostname "ended";
}
lease 10.0.0.7 {
  ends never;
  binding state active;
  set ddns-fwd-name = "seven.lan";
}
lease 10.0.0.8 {
  ends epoch ${LATER}; # Fri Nov 20
  binding state free;
  client-hostname "free";
}
`,
    names: { '10.0.0.5': 'laptop-17', '10.0.0.7': 'seven.lan' },
  },
];

describe('observe/client-names', () => {
  for (const { what, read, text, names } of CASES) {
    it(`reads ${what}`, () => {
      const found = new Map([...read(text, NOW)].map(({ address, name }) => [address, name]));
      const named = [...found].filter(([, name]) => name !== '');
      expect(Object.fromEntries(named)).to.deep.equal(names);
    });
  }

  for (const { what, read } of CASES) {
    it(`takes anything for ${what}`, () => {
      for (const { text } of CASES) expect(() => [...read(text, NOW)]).to.not.throw();
      for (const text of ['', '\0\n,,,\nlease {', '1 2 3 4 5\n'.repeat(100)]) {
        const found = [...read(text, NOW)].filter(({ name }) => name !== '');
        expect(found.every(({ address }) => typeof address === 'string')).to.equal(true);
      }
    });
  }
});

describe('observe/client-names of files', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-names-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('come from the first source that has one, whatever is in them', async () => {
    const [first, second] = [join(folder, 'first'), join(folder, 'second')];
    writeFileSync(first, '10.0.0.5 <b>one</b>\n');
    writeFileSync(second, '10.0.0.5 two\n10.0.0.6 three\n2001:DB8:0::1 six\n');
    const names = new ClientNames([
      { kind: 'hosts', file: first },
      { kind: 'hosts', file: second },
    ]);
    expect(await names.find(['10.0.0.5', '10.0.0.6', '2001:db8::1', '10.0.0.7'])).to.deep.equal({
      '10.0.0.5': '<b>one</b>',
      '10.0.0.6': 'three',
      '2001:db8::1': 'six',
    });
    expect(await names.addressesOf('THREE')).to.deep.equal(['10.0.0.6']);
  });

  it('are found by their aliases too, and groups by theirs', async () => {
    const file = join(folder, 'hosts');
    writeFileSync(file, '10.0.0.5 laptop-17.lan Laptop l17\n10.0.0.6 other laptop\n');
    const group = { name: 'office', prefixes: [parsePrefix('10.0.0.0/8') as Prefix] };
    const names = new ClientNames([{ kind: 'hosts', file }], undefined, [group]);
    expect(await names.find(['10.0.0.5'])).to.deep.equal({ '10.0.0.5': 'laptop-17.lan' });
    expect(await names.calledSo('L17')).to.deep.equal(['10.0.0.5']);
    expect(await names.calledSo('laptop')).to.deep.equal(['10.0.0.5', '10.0.0.6']);
    expect(await names.calledSo('office')).to.deep.equal(['10.0.0.0/8']);
    expect(await names.calledSo('nobody')).to.deep.equal([]);
  });

  it('say once that a file cannot be read', async () => {
    const said: string[] = [];
    const file = join(folder, 'missing');
    const names = new ClientNames([{ kind: 'keaLeases', file }], (why) => said.push(why));
    expect(await names.find(['10.0.0.5'])).to.deep.equal({});
    await names.find(['10.0.0.5']);
    expect(said).to.have.lengthOf(1);
    expect(said[0]).to.match(/^clientNames: .*missing: ENOENT/);
  });

  it('ask once for a name, and take no answer for none', async () => {
    const asked: string[] = [];
    const ask = async (address: string) => {
      asked.push(address);
      if (address === '10.0.0.6') throw new Error('no answer');
      return `host-${address}`;
    };
    const names = new ClientNames([{ kind: 'ptr', ask }]);
    for (let i = 0; i < 2; i++) {
      expect(await names.find(['10.0.0.5', '10.0.0.6'])).to.deep.equal({
        '10.0.0.5': 'host-10.0.0.5',
      });
    }
    expect(asked).to.deep.equal(['10.0.0.5', '10.0.0.6']);
  });
});
