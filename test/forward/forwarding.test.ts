import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import { createForwarding } from '../../src/forward/forwarding.ts';
import { UpstreamTable } from '../../src/forward/upstream.ts';
import type { Endpoint } from '../../src/net/address.ts';

const RESOLV_CONF = 'resolv.conf';

describe('forward/forwarding', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** The forwarding of these upstreams, in a folder with this resolv.conf. */
  function forwarding(upstreams: string, { resolvConf = '', own = [] as Endpoint[] } = {}) {
    write(resolvConf);
    const config = parseConfig(join(folder, 'site.yaml'), `upstreams: ${upstreams}`);
    const table = new UpstreamTable();
    const made = createForwarding(config, table, ({ address, port }) =>
      own.some((one) => one.address === address && one.port === port),
    );
    return { ...made, table, config };
  }

  function write(resolvConf: string): void {
    writeFileSync(join(folder, RESOLV_CONF), resolvConf);
  }

  function names({ groups }: ReturnType<typeof forwarding>, group = 'default'): string[] {
    return groups.get(group)!.upstreams.map(({ name }) => name);
  }

  it('has no upstreams before the first refresh', () => {
    expect(names(forwarding('{ default: { servers: [192.0.2.1] } }'))).to.deep.equal([]);
  });

  it('makes a group of each entry, with its settings', () => {
    const made = forwarding(
      '{ default: { servers: [192.0.2.1, tcp://192.0.2.2:54] }, corp: { servers: [192.0.2.1], strategy: fastest, timeout: 5s, attempts: 4 } }',
    );
    expect(made.refresh()).to.deep.equal([]);
    expect(names(made)).to.deep.equal(['192.0.2.1:53', 'tcp://192.0.2.2:54']);
    expect(names(made, 'corp')).to.deep.equal(['192.0.2.1:53']);
    expect(made.groups.get('corp')).to.include({
      name: 'corp',
      strategy: 'fastest',
      timeout: 5000,
      attempts: 4,
    });
    expect(made.groups.get('corp')!.upstreams[0]).to.equal(
      made.groups.get('default')!.upstreams[0],
    );
  });

  it('finds servers with a name at each of its addresses', () => {
    const made = forwarding(
      '{ default: { servers: ["tls://dns.example"], addresses: { DNS.example.: [192.0.2.1, "2001:db8::1"] } } }',
    );
    expect(made.refresh()).to.deep.equal([]);
    expect(names(made)).to.deep.equal([
      'tls://192.0.2.1:853#dns.example',
      'tls://[2001:db8::1]:853#dns.example',
    ]);
    expect(made.lookups).to.deep.equal([]);
  });

  it('waits for the addresses of a name that is looked up', () => {
    const made = forwarding(
      '{ default: { servers: ["https://dns.example/q"], bootstrap: b }, b: { servers: [192.0.2.9] } }',
    );
    expect(made.refresh()).to.deep.equal([]);
    expect(names(made)).to.deep.equal([]);
    const [lookup] = made.lookups;
    expect(lookup).to.deep.equal({ group: 'b', host: 'dns.example' });
    expect(made.found(lookup!, ['192.0.2.1'])).to.equal(true);
    expect(made.found(lookup!, ['192.0.2.1'])).to.equal(false);
    made.refresh();
    expect(names(made)).to.deep.equal(['https://192.0.2.1:443/q#dns.example']);
    // What another thread is told suffices for it to have the same servers.
    const other = new UpstreamTable();
    other.seed(structuredClone(made.table.addresses));
    const same = createForwarding(made.config, other, () => false);
    same.refresh();
    expect(
      same.groups.get('default')!.upstreams.map(({ name, index }) => [name, index]),
    ).to.deep.equal(made.groups.get('default')!.upstreams.map(({ name, index }) => [name, index]));
  });

  it('asks a server in two groups as one, and as the configuration in force has it', () => {
    const group = (privacy: string) =>
      `{ default: { servers: ["tls://192.0.2.1#a"], privacy: ${privacy} } }`;
    const made = forwarding(group('strict'));
    made.refresh();
    const [upstream] = made.groups.get('default')!.upstreams;
    const before = upstream!.security;
    const again = (privacy: string) => {
      const config = parseConfig(join(folder, 'site.yaml'), `upstreams: ${group(privacy)}`);
      createForwarding(config, made.table, () => false).refresh();
      return upstream!.security;
    };
    expect(again('strict')).to.equal(before);
    expect(again('opportunistic')).to.deep.equal({ ...before, isOpportunistic: true });
  });

  it('names an upstream once when it is written twice', () => {
    const made = forwarding(`{ default: { servers: [192.0.2.1, ./${RESOLV_CONF}, 192.0.2.1] } }`, {
      resolvConf: 'nameserver 192.0.2.1\nnameserver 192.0.2.2\n',
    });
    made.refresh();
    expect(names(made)).to.deep.equal(['192.0.2.1:53', '192.0.2.2:53']);
  });

  it('reads the upstreams of a resolv.conf again when it is asked to', () => {
    const made = forwarding(`{ default: { servers: [./${RESOLV_CONF}] } }`, {
      resolvConf: 'nameserver 192.0.2.1\n',
    });
    expect(made.files).to.deep.equal([join(folder, RESOLV_CONF)]);
    made.refresh();
    expect(names(made)).to.deep.equal(['192.0.2.1:53']);
    write('nameserver 192.0.2.2\nnameserver 192.0.2.1\n');
    expect(made.refresh()).to.deep.equal([]);
    expect(names(made)).to.deep.equal(['192.0.2.2:53', '192.0.2.1:53']);
    expect(made.table.upstreams.map(({ name }) => name)).to.deep.equal([
      '192.0.2.1:53',
      '192.0.2.2:53',
    ]);
  });

  it('keeps the servers of a resolv.conf that is emptied in place, also over a reload', () => {
    const made = forwarding(`{ default: { servers: [./${RESOLV_CONF}, 192.0.2.9] } }`, {
      resolvConf: 'nameserver 192.0.2.1\nnameserver 192.0.2.2\n',
    });
    made.refresh();
    const kept = [
      `${join(folder, RESOLV_CONF)} names no server to ask: those that it named last stay, 192.0.2.1:53, 192.0.2.2:53`,
    ];
    for (const text of ['', 'search example\n', '# by a DHCP client\n']) {
      write(text);
      expect(made.refresh()).to.deep.equal(kept);
      expect(names(made)).to.deep.equal(['192.0.2.1:53', '192.0.2.2:53', '192.0.2.9:53']);
    }
    const again = createForwarding(made.config, made.table, () => false);
    expect(again.refresh()).to.deep.equal(kept);
    expect(again.groups.get('default')!.upstreams.map(({ name }) => name)).to.include(
      '192.0.2.1:53',
    );
    rmSync(join(folder, RESOLV_CONF));
    expect(made.refresh().at(-1)).to.equal(kept[0]);
    write('nameserver 192.0.2.3\n');
    expect(made.refresh()).to.deep.equal([]);
    expect(names(made)).to.deep.equal(['192.0.2.3:53', '192.0.2.9:53']);
  });

  it('warns of the zone of a server that no interface has, and asks it all the same', () => {
    const made = forwarding(
      `{ default: { servers: [./${RESOLV_CONF}, "tcp://[fe80::3%9999]:53"] } }`,
      { resolvConf: 'nameserver fe80::1%gone0\n' },
    );
    expect(made.refresh()).to.deep.equal([
      'upstreams.default asks [fe80::1%gone0]:53: no interface gone0 with IPv6 is up on this host',
      'upstreams.default asks tcp://[fe80::3%9999]:53: no interface 9999 with IPv6 is up on this host',
    ]);
    expect(names(made)).to.have.length(2);
  });

  it('leaves its own listener in a resolv.conf out, with a warning', () => {
    const made = forwarding(`{ default: { servers: [./${RESOLV_CONF}] } }`, {
      resolvConf: 'nameserver 127.0.0.1\nnameserver 192.0.2.1\n',
      own: [{ address: '127.0.0.1', port: 53 }],
    });
    expect(made.refresh()).to.deep.equal([
      `${join(folder, RESOLV_CONF)} names 127.0.0.1:53, which is this server itself`,
    ]);
    expect(names(made)).to.deep.equal(['192.0.2.1:53']);
  });

  it('warns of a group that has nobody left to ask', () => {
    const made = forwarding(`{ default: { servers: [./${RESOLV_CONF}] } }`, {
      resolvConf: 'search example\n',
    });
    expect(made.refresh()).to.deep.equal(['upstreams.default has no server to ask']);
  });

  it('warns of a file that is not there and goes on with the other upstreams', () => {
    const made = forwarding('{ default: { servers: [./missing.conf, 192.0.2.1] } }');
    const warnings = made.refresh();
    expect(warnings).to.have.lengthOf(1);
    expect(warnings[0]).to.match(/missing\.conf cannot be read: ENOENT/);
    expect(names(made)).to.deep.equal(['192.0.2.1:53']);
  });

  it('asks 31 upstreams of a group at most, and says so', () => {
    const lines = Array.from({ length: 40 }, (_, i) => `nameserver 192.0.2.${i}\n`);
    const made = forwarding(`{ default: { servers: [./${RESOLV_CONF}] } }`, {
      resolvConf: lines.join(''),
    });
    expect(made.refresh()).to.deep.equal(['upstreams.default has 40 servers; only 31 are asked']);
    expect(names(made)).to.have.lengthOf(31);
    expect(names(made)[30]).to.equal('192.0.2.30:53');
  });
});
