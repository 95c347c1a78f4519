/** What another server answers itself, as an import writes it. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Imported, importPolicy } from '../../../src/cli/migrate/import.ts';
import { readForeignPolicy } from '../../../src/foreign/readers.ts';

const RPZ = `$TTL 60
@ SOA localhost. root.localhost. 1 1h 10m 30d 60
@ NS localhost.
bad.example CNAME .
`;

describe('migrate/answers', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-answers-'));
  });

  after(() => rmSync(folder, { recursive: true }));

  function imported(program: string, file: string, text: string): Imported {
    const path = join(folder, file);
    writeFileSync(path, text);
    return importPolicy(readForeignPolicy(path, program), { file, keep: '127.0.0.1:5353' });
  }

  /** What is left of AXFR, UPDATE and NOTIFY that dnsmasq passes on. */
  function changed({ changes }: Imported): readonly string[] {
    return changes
      .filter(({ new: now }) => !['transfer', 'update', 'notify'].includes(now.layer))
      .map(({ names, old, new: now }) => `${names}: ${old.rule}, ${now.rule}`);
  }

  it('writes rules for types, for names and for all below them', () => {
    const done = imported(
      'dnsmasq',
      'dnsmasq.conf',
      'no-resolv\nno-hosts\nserver=192.0.2.53\naddress=/walled.example/192.0.2.9\naddress=/ads.example/\nserver=/fine.ads.example/#\n',
    );
    expect(changed(done)).to.deep.equal([]);
    expect(done.text).to.match(/"walled\.example": \{ answer: \["192\.0\.2\.9"\], types: \[A\] \}/);
    expect(done.text).to.match(/"\*\.ads\.example": nxdomain # address=\/ads\.example\/ at /);
    expect(done.text).to.match(/"fine\.ads\.example": allow/);
  });

  it('writes data that all clients get as local records, and has policy zones by their files', () => {
    writeFileSync(join(folder, 'block.rpz'), RPZ);
    const done = imported(
      'unbound',
      'unbound.conf',
      `server:\n module-config: "respip iterator"\n access-control: 0.0.0.0/0 allow\n local-zone: "lan" static\n local-data: "nas.lan A 10.0.0.5"\nrpz:\n name: block.rpz\n zonefile: "${folder}/block.rpz"\nforward-zone:\n name: "."\n forward-addr: 192.0.2.53\n`,
    );
    expect(done.changes).to.deep.equal([]);
    expect(done.text).to.match(/^localRecords:\n {2}"nas\.lan": \{ A: \["10\.0\.0\.5"\] \}/m);
    expect(done.text).to.match(/name: "block\.rpz", rpz: "\/.*block\.rpz", breakDnssec: true/);
  });

  it('writes many rules to a file, for names that exist and those below them', () => {
    const names = Array.from({ length: 60 }, (_, i) => `address=/a${i}.ads.example/\n`).join('');
    const done = imported(
      'dnsmasq',
      'many.conf',
      `no-resolv\nno-hosts\nserver=192.0.2.53\naddress=/ads.example/\n${names}host-record=x.y.ads.example,192.0.2.1\n`,
    );
    expect(changed(done)).to.deep.equal([]);
    const many = Array.from({ length: 60 }, (_, i) => ` local-zone: "a${i}.example" deny\n`).join(
      '',
    );
    const large = imported(
      'unbound',
      'large.conf',
      `server:\n access-control: 0.0.0.0/0 allow\n local-zone: "bind" static\n local-data: "x.y.bind TXT hello"\n${many}forward-zone:\n name: "."\n forward-addr: 192.0.2.53\n`,
    );
    expect(large.changes).to.deep.equal([]);
    expect([...large.files.keys()]).to.deep.equal(['lists/of-clients1-list.rpz']);
    expect([...large.files.values()][0]).to.match(/^a7\.example CNAME rpz-drop\. ; local-zone: /m);
  });

  it('transfers those that the old server transfers, and copies no secret', () => {
    const done = imported(
      'bind',
      'named.conf',
      `key "feed" { algorithm hmac-sha256; secret "bm90IHRoZSByZWFsIG9uZQ=="; };
options { forward only; forwarders { 192.0.2.53; }; allow-recursion { any; }; response-policy { zone "feed.rpz" policy nxdomain; }; };
zone "feed.rpz" { type secondary; primaries { 192.0.2.9 port 5353 key "feed"; }; };
`,
    );
    expect(done.text).to.include('zone: "feed.rpz", primaries: ["192.0.2.9:5353"], tsig: "feed" }');
    expect(done.text).to.include('override: nxdomain');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is read by the configuration.
    expect(done.text).to.include('"feed": { secret: "${TSIG_FEED}" }');
    expect(JSON.stringify([done.text, done.left])).not.to.include('bm90');
    expect(done.left.some(({ decides }) => decides)).to.equal(false);
  });

  it('names whom it asks for the addresses of servers, and the servers that nobody here can ask', () => {
    const done = imported(
      'adguard',
      'AdGuardHome.yaml',
      'dns:\n  upstream_dns: ["https://dns.example/dns-query", "quic://dns.example"]\n  bootstrap_dns: [192.0.2.53]\nschema_version: 29\n',
    );
    expect(done.text).to.match(
      /servers: \["https:\/\/dns\.example\/dns-query"\], bootstrap: bootstrap/,
    );
    expect(done.text).to.include('bootstrap: { servers: ["192.0.2.53"] }');
    expect(done.left.map(({ what }) => what)).to.include('server quic://dns.example');
  });
});
